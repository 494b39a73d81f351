/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/virq.h"
#include "belfry/hv_abi.h"

/*@ requires \valid(virq) && word < BITMAP_WORDS;
    assigns virq->registered[word], virq->masked[word], virq->in_service[word],
        virq->pending[word], virq->raised[word][0 .. 63], virq->acknowledged[word][0 .. 63],
        virq->discarded[word][0 .. 63], virq->upcalls[word][0 .. 63];
    ensures virq->registered[word] == 0 && virq->masked[word] == 0;
    ensures virq->in_service[word] == 0 && virq->pending[word] == 0;
    ensures \forall integer b; 0 <= b < 64 ==> all_zero(*virq, word, b);
*/
static void init_word(struct virq *virq, unsigned word)
{
    virq->registered[word] = 0;
    virq->masked[word] = 0;
    virq->in_service[word] = 0;
    virq->pending[word] = 0;
    /*@ loop invariant bit <= 64;
        loop invariant \forall integer b; 0 <= b < bit ==> all_zero(*virq, word, b);
        loop assigns bit, virq->raised[word][0 .. 63], virq->acknowledged[word][0 .. 63],
            virq->discarded[word][0 .. 63], virq->upcalls[word][0 .. 63];
        loop variant 64 - bit;
    */
    for (unsigned bit = 0; bit < 64; bit++) {
        virq->raised[word][bit] = 0;
        virq->acknowledged[word][bit] = 0;
        virq->discarded[word][bit] = 0;
        virq->upcalls[word][bit] = 0;
    }
}

void virq_init(struct virq *virq)
{
    /*@ loop invariant word <= BITMAP_WORDS;
        loop invariant \forall integer w; 0 <= w < word ==> virq->registered[w] == 0 &&
            virq->masked[w] == 0 && virq->in_service[w] == 0 && virq->pending[w] == 0;
        loop invariant \forall integer w, b; 0 <= w < word && 0 <= b < 64 ==> all_zero(*virq, w, b);
        loop assigns word, *virq;
        loop variant BITMAP_WORDS - word;
    */
    for (unsigned word = 0; word < BITMAP_WORDS; word++)
        init_word(virq, word);
    virq->eligible = 0;
    /*@ ghost ledger_restart(ledger.word, ledger.bit); */
}

void virq_forget(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    virq->raised[word][bit] = 0;
    virq->acknowledged[word][bit] = 0;
    virq->discarded[word][bit] = 0;
    virq->upcalls[word][bit] = 0;
    /*@ ghost ledger_restart(word, bit); */
}

/*@ requires \valid_read(virq) && is_vector(word, bit);
    requires outstanding(*virq, word, bit) >= 0;
    assigns \nothing;
    ensures \result == outstanding(*virq, word, bit);
*/
static uint64_t outstanding(const struct virq *virq, unsigned word, unsigned bit)
{
    return virq->raised[word][bit] - virq->acknowledged[word][bit] - virq->discarded[word][bit];
}

/* Brings the summary in line after a change of pending[word] or masked[word]. */
/*@ requires \valid(virq) && word < BITMAP_WORDS;
    assigns virq->eligible;
    ensures summary: is_set(virq->eligible, word) <==>
        \exists integer b; 0 <= b < 64 && is_eligible(*virq, word, b);
    ensures others: same_but(\old(virq->eligible), virq->eligible, word);
*/
static void index_word(struct virq *virq, unsigned word)
{
    if (bit_any(bits_without(virq->pending[word], virq->masked[word])))
        virq->eligible = bit_set(virq->eligible, word);
    else
        virq->eligible = bit_clear(virq->eligible, word);
}

/* Ends the service, if there was one: what is outstanding is pending again. */
/*@ requires \valid(virq) && is_vector(word, bit);
    requires outstanding(*virq, word, bit) >= 0;
    assigns virq->in_service[word], virq->pending[word], virq->eligible;
    ensures in_service: only_cleared(\old(virq->in_service[word]), virq->in_service[word], bit);
    ensures pending: is_pending(*virq, word, bit) <==> outstanding(*virq, word, bit) > 0;
    ensures others: same_but(\old(virq->pending[word]), virq->pending[word], bit);
    ensures summary: is_set(virq->eligible, word) <==>
        \exists integer b; 0 <= b < 64 && is_eligible(*virq, word, b);
    ensures others: same_but(\old(virq->eligible), virq->eligible, word);
*/
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
    /*@ ghost ledger_discard(word, bit); */
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
    /*@ ghost ledger_acknowledge(word, bit, count); */
    settle(virq, word, bit);
    return (int64_t)outstanding(virq, word, bit);
}

bool virq_serves(const struct virq *virq, unsigned vector, uint64_t upcall)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    return bit_get(virq->in_service[word], bit) && virq->upcalls[word][bit] == upcall;
}

/*@ requires \valid_read(virq) && is_vector(word, bit);
    assigns \nothing;
    ensures \result <==> sound_vector(*virq, word, bit);
*/
static bool vector_invariant(const struct virq *virq, unsigned word, unsigned bit)
{
    bool registered = bit_get(virq->registered[word], bit);
    bool in_service = bit_get(virq->in_service[word], bit);
    bool pending = bit_get(virq->pending[word], bit);
    uint64_t left = virq->raised[word][bit];

    if (virq->acknowledged[word][bit] > left)
        return false;
    left -= virq->acknowledged[word][bit];
    if (virq->discarded[word][bit] > left)
        return false;
    left -= virq->discarded[word][bit];
    if (!registered && (in_service || left > 0 || bit_get(virq->masked[word], bit)))
        return false;
    return pending == (registered && !in_service && left > 0);
}

/*@ requires \valid_read(virq);
    assigns \nothing;
    ensures \result <==> summary_has_all(*virq) && summary_has_no_other(*virq);
*/
static bool summary_invariant(const struct virq *virq)
{
    /*@ loop invariant word <= 64;
        loop invariant \forall integer w; 0 <= w < word ==> (is_set(virq->eligible, w) <==>
            \exists integer b; is_vector(w, b) && is_eligible(*virq, w, b));
        loop assigns word;
        loop variant 64 - word;
    */
    for (unsigned word = 0; word < 64; word++) {
        bool eligible =
            word < BITMAP_WORDS && bit_any(bits_without(virq->pending[word], virq->masked[word]));
        if (bit_get(virq->eligible, word) != eligible)
            return false;
    }
    return true;
}

bool virq_invariant(const struct virq *virq)
{
    /*@ loop invariant word <= BITMAP_WORDS;
        loop invariant \forall integer w, b; 0 <= w < word && 0 <= b < 64 ==>
            sound_vector(*virq, w, b);
        loop assigns word;
        loop variant BITMAP_WORDS - word;
    */
    for (unsigned word = 0; word < BITMAP_WORDS; word++)
        /*@ loop invariant bit <= 64;
            loop invariant \forall integer b; 0 <= b < bit ==> sound_vector(*virq, word, b);
            loop assigns bit;
            loop variant 64 - bit;
        */
        for (unsigned bit = 0; bit < 64; bit++)
            if (!vector_invariant(virq, word, bit))
                return false;
    return summary_invariant(virq);
}
