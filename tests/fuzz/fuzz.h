/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz targets have in common: the input, read a choice at a time, and what is expected.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A target: runs one input, aborts where something is not as expected. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Noreturn void expect_failed(const char *condition, const char *file, int line);

#define expect(condition)                                                                          \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            expect_failed(#condition, __FILE__, __LINE__);                                         \
    } while (0)

/* So many bytes, and not one more that ASan would not see to be read: at an odd address, and of no
 * size too. */
uint8_t *exact_bytes(size_t size);
void exact_free(uint8_t *bytes);

/* An input that is used up answers zeros. */
struct input {
    const uint8_t *at, *end;
};

/* All of the data, but for each byte 0xFF and the two after it, which stand for EXPANSION bytes
 * that are drawn from them: so that short inputs do much, and what to do need not be found byte by
 * byte.
 */
#define EXPANSION 64
struct input input_expanded(const uint8_t *data, size_t size);

static inline bool input_left(const struct input *input)
{
    return input->at != input->end;
}

static inline uint8_t input_byte(struct input *input)
{
    return input_left(input) ? *input->at++ : 0;
}

static inline bool input_flag(struct input *input)
{
    return input_byte(input) & 1;
}

/* A number below `limit`, which is at most 65536. */
static inline unsigned input_below(struct input *input, unsigned limit)
{
    unsigned number = input_byte(input);

    if (limit > 256)
        number |= (unsigned)input_byte(input) << 8;
    return number % limit;
}

static inline uint64_t input_word(struct input *input)
{
    uint64_t word = 0;

    for (unsigned shift = 0; shift < 64; shift += 8)
        word |= (uint64_t)input_byte(input) << shift;
    return word;
}

/* One of `count` values; it is 0 that an exhausted input chooses. */
#define input_one_of(input, values)                                                                \
    ((values)[input_below(input, sizeof(values) / sizeof((values)[0]))])

#endif
