/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/config_words.h"

#include "hv/format.h"

#define SHOWN_SIZE  40 /* a word in an error, with the NUL */
#define ESCAPE_SIZE 4  /* \xNN */

static const char cut_mark[] = "...";

struct word config_word(const char *text)
{
    struct word word = {.text = text};

    while (text[word.length] != '\0')
        word.length++;
    return word;
}

bool config_word_is(struct word word, const char *text)
{
    size_t i = 0;

    while (i < word.length && text[i] == word.text[i] && text[i] != '\0')
        i++;
    return i == word.length && text[i] == '\0';
}

bool config_word_has(struct word word, char byte)
{
    struct word before, after;

    return config_split_word(word, byte, &before, &after);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

bool config_next_word(const char **rest, struct word *word)
{
    const char *at = *rest;

    while (is_space(*at))
        at++;
    *word = (struct word){.text = at};
    while (*at != '\0' && !is_space(*at))
        at++;
    word->length = (size_t)(at - word->text);
    *rest = at;
    return word->length > 0;
}

bool config_split_word(struct word word, char byte, struct word *before, struct word *after)
{
    size_t i = 0;

    while (i < word.length && word.text[i] != byte)
        i++;
    bool found = i < word.length;
    *before = (struct word){.text = word.text, .length = i};
    i += found;
    *after = (struct word){.text = word.text + i, .length = word.length - i};
    return found;
}

/* The value of a digit; 16, more than any base, for another byte. */
static unsigned digit_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    if (byte >= 'a' && byte <= 'f')
        return (unsigned)(byte - 'a' + 10);
    if (byte >= 'A' && byte <= 'F')
        return (unsigned)(byte - 'A' + 10);
    return 16;
}

bool config_number(struct word word, uint64_t *number)
{
    bool hex = word.length > 2 && word.text[0] == '0' && word.text[1] == 'x';
    unsigned base = hex ? 16 : 10;
    uint64_t value = 0;

    for (size_t i = hex ? 2 : 0; i < word.length; i++) {
        unsigned digit = digit_value(word.text[i]);
        if (digit >= base || value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *number = value;
    return word.length > 0;
}

bool config_key_number(const struct config_key *key, struct word value, uint32_t *number)
{
    uint64_t found;

    if (!config_number(value, &found) || found < key->min || found > key->max)
        return false;
    *number = (uint32_t)found;
    return true;
}

void config_set_number(struct config_reader *reader, const struct config_key *key,
                       struct word value)
{
    uint32_t number;

    if (config_key_number(key, value, &number))
        __builtin_memcpy((char *)reader->target + key->offset, &number, sizeof(number));
    else
        config_expected(reader, "%s", key->expected);
}

void config_set_flag(struct config_reader *reader, const struct config_key *key, struct word value)
{
    (void)value;
    *((bool *)reader->target + key->offset) = true;
}

static const struct config_key *find_key(const struct config_keys *keys, struct word name)
{
    for (unsigned i = 0; i < keys->count; i++)
        if (config_word_is(name, keys->keys[i].name))
            return &keys->keys[i];
    return NULL;
}

static void expected_key(struct config_reader *reader, const struct config_keys *keys)
{
    char list[CONFIG_TEXT_SIZE];
    size_t length = 0;

    list[0] = '\0';
    for (unsigned i = 0; i < keys->count && length < sizeof(list); i++)
        length +=
            (size_t)format_text(list + length, sizeof(list) - length, "%s%s%s", i > 0 ? ", " : "",
                                keys->keys[i].name, keys->keys[i].bare ? "" : "=");
    config_expected(reader, "one of %s", list);
}

void config_read_word(struct config_reader *reader, const struct config_keys *keys,
                      struct word word)
{
    struct word name, value;
    bool has_value = config_split_word(word, '=', &name, &value);
    const struct config_key *key = find_key(keys, name);

    reader->word = word;
    if (key == NULL) {
        expected_key(reader, keys);
        return;
    }
    uint32_t bit = (uint32_t)1 << (key - keys->keys);
    bool again = (reader->seen & bit) != 0;
    reader->seen |= bit;
    if (again && !key->repeats)
        config_expected(reader, "%s only once", key->name);
    else if (key->bare && has_value)
        config_expected(reader, "%s without a value", key->name);
    else if (!key->bare && !has_value)
        config_expected(reader, "%s= and a value: %s", key->name, key->expected);
    else
        key->set(reader, key, value);
}

void config_who(const struct config *config, unsigned about, char *who)
{
    if (about == CONFIG_HYPERVISOR)
        format_text(who, CONFIG_WHO_SIZE, "the hypervisor's line");
    else if (config->partitions[about].name[0] == '\0')
        format_text(who, CONFIG_WHO_SIZE, "module %u", about + 1);
    else
        format_text(who, CONFIG_WHO_SIZE, "partition \"%s\"", config->partitions[about].name);
}

/* A word as an error shows it, in SHOWN_SIZE bytes: printable, and not longer than helps. */
static void show_word(struct word word, char *shown)
{
    size_t length = 0;

    for (size_t i = 0; i < word.length; i++) {
        char byte = word.text[i];
        if (length + ESCAPE_SIZE + sizeof(cut_mark) > SHOWN_SIZE) {
            length += (size_t)format_text(shown + length, sizeof(cut_mark), "%s", cut_mark);
            break;
        }
        if (byte >= 0x20 && byte <= 0x7E)
            shown[length++] = byte;
        else
            length +=
                (size_t)format_text(shown + length, ESCAPE_SIZE + 1, "\\x%02X", (uint8_t)byte);
    }
    shown[length] = '\0';
}

void config_expected(struct config_reader *reader, const char *format, ...)
{
    char who[CONFIG_WHO_SIZE];
    char shown[SHOWN_SIZE];
    char expected[CONFIG_TEXT_SIZE];
    char text[CONFIG_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    format_list(expected, sizeof(expected), format, list);
    va_end(list);
    config_who(reader->config, reader->about, who);
    show_word(reader->word, shown);
    format_text(text, sizeof(text), "%s: %s: expected %s", who, shown, expected);
    reader->errors++;
    reader->report(reader->context, reader->about, text);
}
