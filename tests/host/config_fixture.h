/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines in, the config and its errors out: what the tests of the config have in common. */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "hv/compiler.h"
#include "hv/config.h"

#define ERRORS    128
#define TEXT_SIZE 192

static struct boot_info info;
static struct config config;
static unsigned error_count;
static struct {
    unsigned about;
    char text[TEXT_SIZE];
} errors[ERRORS];

static inline void keep_error(void *context, unsigned about, const char *text)
{
    assert_ptr_equal(context, &errors);
    assert_true(error_count < ERRORS);
    assert_true(strlen(text) < TEXT_SIZE);
    for (const char *at = text; *at != '\0'; at++)
        assert_true(*at >= 0x20 && *at <= 0x7E);
    errors[error_count].about = about;
    strcpy(errors[error_count++].text, text);
}

/* Reads the hypervisor's line and `count` modules' lines. */
static inline void read_lines(const char *line, const char *const *lines, unsigned count)
{
    memset(&info, 0, sizeof(info));
    memset(&config, 0xA5, sizeof(config)); /* nothing is taken for set that was not */
    error_count = 0;
    strcpy(info.line, line);
    info.module_count = count;
    for (unsigned i = 0; i < count && i < BOOT_MODULES; i++)
        strcpy(info.modules[i].line, lines[i]);
    unsigned found = config_read_hypervisor(&config, &info, keep_error, &errors);
    if (count > 0)
        found += config_read_partitions(&config, &info, keep_error, &errors);
    assert_int_equal(found, error_count);
}

/* Error `index` is about `about` and its text is `text`, all of it. */
static inline void assert_error(unsigned index, unsigned about, const char *text)
{
    if (index >= error_count)
        fail_msg("no error \"%s\"", text);
    assert_string_equal(errors[index].text, text);
    assert_int_equal(errors[index].about, about);
}

static inline void assert_no_errors(void)
{
    if (error_count > 0)
        fail_msg("%s", errors[0].text);
}

#define read_modules(line, ...)                                                                    \
    do {                                                                                           \
        const char *const module_lines[] = {__VA_ARGS__};                                          \
        read_lines(line, module_lines, ARRAY_LENGTH(module_lines));                                \
    } while (0)

static const struct partition_config *const first = &config.partitions[0];

static inline bool granted(unsigned partition, unsigned vector)
{
    return (config.partitions[partition].grants[vector / 64] >> vector % 64 & 1) != 0;
}

static inline unsigned grant_count(unsigned partition)
{
    unsigned count = 0;

    for (unsigned vector = 0; vector < 256; vector++)
        count += granted(partition, vector);
    return count;
}

/* Partition "p" with this word: the error is that it is not what was `expected`. */
static inline void assert_word_error(const char *line, const char *word, const char *expected)
{
    char module[BOOT_LINE_MAX], text[2 * TEXT_SIZE];

    snprintf(module, sizeof(module), "p %s", word);
    snprintf(text, sizeof(text), "partition \"p\": %s: expected %s", word, expected);
    read_modules(line, module);
    assert_error(0, 0, text);
    assert_int_equal(error_count, 1);
}

static inline void assert_bad_values(const char *const *words, unsigned count, const char *expected)
{
    for (unsigned i = 0; i < count; i++)
        assert_word_error("", words[i], expected);
}

#endif
