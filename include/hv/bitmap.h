/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bits of 64-bit words: the only place that shifts. Comments that begin with an @ are contracts,
 * for the prover (docs/assurance.md).
 */
#ifndef HV_BITMAP_H
#define HV_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

/* A vector is named by (word, bit); 256 vectors take four words. */
#define BITMAP_WORDS 4

/*@ predicate is_set(uint64_t word, integer bit) = (word & (1 << bit)) != 0;

    predicate same_but(uint64_t before, uint64_t after, integer bit) =
        \forall integer other; 0 <= other < 64 && other != bit ==>
            (is_set(after, other) <==> is_set(before, other));
    predicate only_set(uint64_t before, uint64_t after, integer bit) =
        is_set(after, bit) && same_but(before, after, bit);
    predicate only_cleared(uint64_t before, uint64_t after, integer bit) =
        !is_set(after, bit) && same_but(before, after, bit);

    logic integer word_of(integer vector) = vector / 64;
    logic integer bit_of(integer vector) = vector % 64;
*/

/*@ requires vector < BITMAP_WORDS * 64;
    assigns \nothing;
    ensures \result == word_of(vector) && \result < BITMAP_WORDS;
*/
static inline unsigned bitmap_word(unsigned vector)
{
    return vector / 64;
}

/*@ assigns \nothing;
    ensures \result == bit_of(vector) && \result < 64;
*/
static inline unsigned bitmap_bit(unsigned vector)
{
    return vector % 64;
}

/*@ requires bit < 64;
    assigns \nothing;
    ensures \result <==> is_set(word, bit);
*/
static inline bool bit_get(uint64_t word, unsigned bit)
{
    return (word & UINT64_C(1) << bit) != 0;
}

/*@ requires bit < 64;
    assigns \nothing;
    ensures \result == (word | (1 << bit));
    ensures only_set(word, \result, bit);
*/
static inline uint64_t bit_set(uint64_t word, unsigned bit)
{
    return word | UINT64_C(1) << bit;
}

/*@ requires bit < 64;
    assigns \nothing;
    ensures only_cleared(word, \result, bit);
*/
static inline uint64_t bit_clear(uint64_t word, unsigned bit)
{
    return word & ~(UINT64_C(1) << bit);
}

/* The bits of `word` that are not in `less`. */
/*@ assigns \nothing;
    ensures \forall integer bit; 0 <= bit < 64 ==>
        (is_set(\result, bit) <==> is_set(word, bit) && !is_set(less, bit));
*/
static inline uint64_t bits_without(uint64_t word, uint64_t less)
{
    return word & ~less;
}

/*
 * The prover reads the next three in a plain version: what carries do to bits is beyond it. That
 * the two versions say the same is shown for all words by tests/proof/bits.smt2, and tried by
 * tests/host/test_bitmap.c.
 */

/* The lowest bit that is set, or 64 where none is. */
/*@ assigns \nothing;
    ensures \result <= 64;
    ensures \result < 64 ==> is_set(word, \result);
    ensures \forall integer lower; 0 <= lower < \result ==> !is_set(word, lower);
*/
static inline unsigned bit_first(uint64_t word)
{
#ifdef __FRAMAC__
    unsigned bit = 0;
    /*@ loop invariant bit <= 64;
        loop invariant \forall integer lower; 0 <= lower < bit ==> !is_set(word, lower);
        loop assigns bit;
        loop variant 64 - bit;
    */
    while (bit < 64 && !bit_get(word, bit))
        bit++;
    return bit;
#else
    return word ? (unsigned)__builtin_ctzll(word) : 64;
#endif
}

/* The lowest bit of `word`, which has one. */
/*@ requires \exists integer bit; 0 <= bit < 64 && is_set(word, bit);
    assigns \nothing;
    ensures \result < 64 && is_set(word, \result);
    ensures \forall integer lower; 0 <= lower < \result ==> !is_set(word, lower);
*/
static inline unsigned bit_lowest(uint64_t word)
{
#ifdef __FRAMAC__
    return bit_first(word);
#else
    return (unsigned)__builtin_ctzll(word);
#endif
}

/* Whether a bit is set. */
/*@ assigns \nothing;
    ensures \result <==> \exists integer bit; 0 <= bit < 64 && is_set(word, bit);
*/
static inline bool bit_any(uint64_t word)
{
#ifdef __FRAMAC__
    return bit_first(word) < 64;
#else
    return word != 0;
#endif
}

/* `word`, which has a bit set, without the lowest. */
/*@ requires \exists integer bit; 0 <= bit < 64 && is_set(word, bit);
    assigns \nothing;
    ensures \forall integer first; 0 <= first < 64 && is_set(word, first) &&
        (\forall integer lower; 0 <= lower < first ==> !is_set(word, lower)) ==>
            only_cleared(word, \result, first);
*/
static inline uint64_t bit_drop_first(uint64_t word)
{
#ifdef __FRAMAC__
    return bit_clear(word, bit_first(word));
#else
    return word & (word - 1);
#endif
}

#endif
