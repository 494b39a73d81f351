/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/virq.h"
#include "belfry/hv_abi.h"

void virq_init(struct virq *virq)
{
    for (unsigned word = 0; word < BITMAP_WORDS; word++) {
        virq->registered[word] = 0;
        virq->masked[word] = 0;
        virq->in_service[word] = 0;
        virq->pending[word] = 0;
        for (unsigned bit = 0; bit < 64; bit++) {
            virq->raised[word][bit] = 0;
            virq->acknowledged[word][bit] = 0;
            virq->discarded[word][bit] = 0;
            virq->upcalls[word][bit] = 0;
        }
    }
    virq->eligible = 0;
}

void virq_forget(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    virq->raised[word][bit] = 0;
    virq->acknowledged[word][bit] = 0;
    virq->discarded[word][bit] = 0;
    virq->upcalls[word][bit] = 0;
}

static uint64_t outstanding(const struct virq *virq, unsigned word, unsigned bit)
{
    return virq->raised[word][bit] - virq->acknowledged[word][bit] - virq->discarded[word][bit];
}

/* Brings the summary in line after a change of pending[word] or masked[word]. */
static void index_word(struct virq *virq, unsigned word)
{
    if (bit_any(bits_without(virq->pending[word], virq->masked[word])))
        virq->eligible = bit_set(virq->eligible, word);
    else
        virq->eligible = bit_clear(virq->eligible, word);
}

/* Ends the service, if there was one: what is outstanding is pending again. */
static void settle(struct virq *virq, unsigned word, unsigned bit)
{
    virq->in_service[word] = bit_clear(virq->in_service[word], bit);
    if (outstanding(virq, word, bit) > 0)
        virq->pending[word] = bit_set(virq->pending[word], bit);
    else
        virq->pending[word] = bit_clear(virq->pending[word], bit);
    index_word(virq, word);
}

bool virq_is_registered(const struct virq *virq, unsigned vector)
{
    return bit_get(virq->registered[bitmap_word(vector)], bitmap_bit(vector));
}

uint64_t virq_outstanding(const struct virq *virq, unsigned vector)
{
    return outstanding(virq, bitmap_word(vector), bitmap_bit(vector));
}

int64_t virq_register(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    if (bit_get(virq->registered[word], bit))
        return HV_EBUSY;
    virq->registered[word] = bit_set(virq->registered[word], bit);
    return 0;
}

int64_t virq_unregister(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    if (!bit_get(virq->registered[word], bit))
        return HV_ENOENT;
    uint64_t lost = outstanding(virq, word, bit);
    virq->discarded[word][bit] += lost;
    virq->registered[word] = bit_clear(virq->registered[word], bit);
    virq->masked[word] = bit_clear(virq->masked[word], bit);
    settle(virq, word, bit);
    return (int64_t)lost;
}

int64_t virq_mask(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    if (!bit_get(virq->registered[word], bit))
        return HV_ENOENT;
    virq->masked[word] = bit_set(virq->masked[word], bit);
    index_word(virq, word);
    return 0;
}

int64_t virq_unmask(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    if (!bit_get(virq->registered[word], bit))
        return HV_ENOENT;
    virq->masked[word] = bit_clear(virq->masked[word], bit);
    index_word(virq, word);
    return 0;
}

unsigned virq_next(const struct virq *virq)
{
    unsigned word = bit_first(virq->eligible);

    if (word >= BITMAP_WORDS)
        return VIRQ_NONE;
    return word * 64 + bit_first(bits_without(virq->pending[word], virq->masked[word]));
}

void virq_begin(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    virq->upcalls[word][bit]++;
    virq->in_service[word] = bit_set(virq->in_service[word], bit);
    virq->pending[word] = bit_clear(virq->pending[word], bit);
    index_word(virq, word);
}

int64_t virq_acknowledge(struct virq *virq, unsigned vector, uint64_t count)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    if (!bit_get(virq->registered[word], bit))
        return HV_ENOENT;
    if (count > outstanding(virq, word, bit))
        return HV_ERANGE;
    virq->acknowledged[word][bit] += count;
    settle(virq, word, bit);
    return (int64_t)outstanding(virq, word, bit);
}

bool virq_serves(const struct virq *virq, unsigned vector, uint64_t upcall)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    return bit_get(virq->in_service[word], bit) && virq->upcalls[word][bit] == upcall;
}

static bool vector_invariant(const struct virq *virq, unsigned word, unsigned bit)
{
    bool registered = bit_get(virq->registered[word], bit);
    bool in_service = bit_get(virq->in_service[word], bit);
    bool pending = bit_get(virq->pending[word], bit);

    if (!registered && (in_service || bit_get(virq->masked[word], bit)))
        return false;
    if (!registered && outstanding(virq, word, bit) != 0)
        return false;
    return pending == (registered && !in_service && outstanding(virq, word, bit) > 0);
}

bool virq_invariant(const struct virq *virq)
{
    for (unsigned word = 0; word < BITMAP_WORDS; word++) {
        bool eligible = bit_any(bits_without(virq->pending[word], virq->masked[word]));
        if (bit_get(virq->eligible, word) != eligible)
            return false;
        for (unsigned bit = 0; bit < 64; bit++)
            if (!vector_invariant(virq, word, bit))
                return false;
    }
    return virq->eligible >> BITMAP_WORDS == 0;
}
