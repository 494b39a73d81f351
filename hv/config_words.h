/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What both kinds of command line have in common: words, numbers, a table of keys, and errors that
 * say where, what was found and what was expected. Pure.
 */
#ifndef HV_CONFIG_WORDS_H
#define HV_CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hv/compiler.h"
#include "hv/config.h"

#define CONFIG_TEXT_SIZE 192 /* an error's line, with the NUL */
#define CONFIG_WHO_SIZE  32  /* whom it is about, with the NUL */

/* A part of a command line, not NUL-terminated. */
struct word {
    const char *text;
    size_t length;
};

/* One command line while it is read. */
struct config_reader {
    struct config *config;
    unsigned about; /* CONFIG_HYPERVISOR or a module's index */
    unsigned errors;
    config_report *report;
    void *context;
    void *target;     /* what config_set_…() fills: the config or the partition's */
    struct word word; /* the one being read, for errors */
    uint32_t seen;    /* bit n: the table's key n was there */
};

struct config_key {
    const char *name;
    /* Reads `value` into the reader's config, or reports what was expected. */
    void (*set)(struct config_reader *reader, const struct config_key *key, struct word value);
    const char *expected; /* the values it takes, for errors */
    uint32_t min, max;    /* of a number */
    size_t offset; /* in the target: of what config_set_number() or config_set_flag() fills */
    bool repeats;
    bool bare; /* has no value */
};

struct config_keys {
    const struct config_key *keys;
    unsigned count; /* 32 at most, the bits of `seen` */
};

struct word config_word(const char *text);
bool config_word_is(struct word word, const char *text);
bool config_word_has(struct word word, char byte);

/* Takes the next word off the front of *rest: what stands between spaces or tabs. false at the
 * end. */
bool config_next_word(const char **rest, struct word *word);

/* Splits at the first `byte`, which belongs to neither half; false, and *after empty, where there
 * is none. */
bool config_split_word(struct word word, char byte, struct word *before, struct word *after);

/* A whole word as a number, decimal or with 0x; false for anything else, and for 2^64 and more. */
bool config_number(struct word word, uint64_t *number);

/* The same, and between the key's min and max. */
bool config_key_number(const struct config_key *key, struct word value, uint32_t *number);

/* A `set` for a number that is only stored. */
void config_set_number(struct config_reader *reader, const struct config_key *key,
                       struct word value);

/* A `set` for a bare key: a bool that becomes true. */
void config_set_flag(struct config_reader *reader, const struct config_key *key, struct word value);

/* Reads one word: key=value, or a bare key. */
void config_read_word(struct config_reader *reader, const struct config_keys *keys,
                      struct word word);

/* How errors call a module, in CONFIG_WHO_SIZE bytes: by its partition's name or, where it has no
 * valid one, by its number from 1. */
void config_who(const struct config *config, unsigned about, char *who);

/* Reports "WHO: WORD: expected …" and counts it. The format's text is cut where the line would pass
 * CONFIG_TEXT_SIZE. */
void config_expected(struct config_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
