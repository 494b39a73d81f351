/* SPDX-License-Identifier: BSD-2-Clause */
#include "hv/virq.h"
#include "belfry/hv_abi.h"

/*@ requires \valid(virq) && word < BITMAP_WORDS && bit < 64;
    assigns virq->of[word][bit];
    ensures is_blank(virq->of[word][bit]);
*/
static void blank(struct virq *virq, unsigned word, unsigned bit)
{
    virq->of[word][bit].raised = 0;
    virq->of[word][bit].acknowledged = 0;
    virq->of[word][bit].discarded = 0;
    virq->of[word][bit].upcalls = 0;
    virq->of[word][bit].masked = false;
    virq->of[word][bit].in_service = false;
}

/*@ requires \valid(virq) && word < BITMAP_WORDS;
    assigns virq->registered[word], virq->eligible[word], virq->of[word][0 .. 63];
    ensures virq->registered[word] == 0 && virq->eligible[word] == 0;
    ensures \forall integer b; 0 <= b < 64 ==> is_blank(virq->of[word][b]);
*/
static void init_word(struct virq *virq, unsigned word)
{
    virq->registered[word] = 0;
    virq->eligible[word] = 0;
    /*@ loop invariant bit <= 64;
        loop invariant \forall integer b; 0 <= b < bit ==> is_blank(virq->of[word][b]);
        loop assigns bit, virq->of[word][0 .. 63];
        loop variant 64 - bit;
    */
    for (unsigned bit = 0; bit < 64; bit++)
        blank(virq, word, bit);
}

void virq_init(struct virq *virq)
{
    /*@ loop invariant word <= BITMAP_WORDS;
        loop invariant \forall integer w; 0 <= w < word ==>
            virq->registered[w] == 0 && virq->eligible[w] == 0;
        loop invariant \forall integer w, b; 0 <= w < word && 0 <= b < 64 ==>
            is_blank(virq->of[w][b]);
        loop assigns word, *virq;
        loop variant BITMAP_WORDS - word;
    */
    for (unsigned word = 0; word < BITMAP_WORDS; word++)
        init_word(virq, word);
    virq->summary = 0;
    /*@ ghost ledger_restart(ledger.word, ledger.bit); */
}

void virq_forget(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector), bit = bitmap_bit(vector);

    blank(virq, word, bit);
    /*@ ghost ledger_restart(word, bit); */
}

/*@ requires \valid_read(virq) && vector < VIRQ_NONE;
    requires outstanding(*virq, VECTOR) >= 0;
    assigns \nothing;
    ensures \result == outstanding(*virq, VECTOR);
*/
static inline uint64_t outstanding(const struct virq *virq, unsigned vector)
{
    return VIRQ_OF(virq, vector).raised - VIRQ_OF(virq, vector).acknowledged -
           VIRQ_OF(virq, vector).discarded;
}

/*@ requires \valid(virq) && vector < VIRQ_NONE;
    assigns MAP(eligible), virq->summary;
    ensures eligible: only_cleared(\old(MAP(eligible)), MAP(eligible), BIT);
    ensures summary: is_set(virq->summary, word_of(vector)) <==>
        is_set(\old(virq->summary), word_of(vector)) &&
        \exists integer b; 0 <= b < 64 && is_eligible(*virq, word_of(vector), b);
    ensures others: same_but(\old(virq->summary), virq->summary, word_of(vector));
*/
static inline void make_ineligible(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector);

    virq->eligible[word] = bit_clear(virq->eligible[word], bitmap_bit(vector));
    if (!bit_any(virq->eligible[word]))
        virq->summary = bit_clear(virq->summary, word);
}

/*@ requires \valid(virq) && vector < VIRQ_NONE;
    requires ledger_agrees(*virq);
    requires count <= outstanding(*virq, VECTOR);
    requires counters: counters_hold(*virq);
    assigns OF.acknowledged, ledger.acknowledged, ledger.outstanding;
    ensures acknowledged: OF.acknowledged == \old(OF.acknowledged) + count;
    ensures ledger: entered(VECTOR) ==>
        ledger.acknowledged == \old(ledger.acknowledged) + count &&
        ledger.outstanding == \old(ledger.outstanding) - count;
    ensures others: !entered(VECTOR) ==> ledger == \old(ledger);
*/
static inline void count_acknowledged(struct virq *virq, unsigned vector, uint64_t count)
{
    VIRQ_OF(virq, vector).acknowledged += count;
    /*@ ghost ledger_acknowledge(vector / 64, vector % 64, count); */
}

/* `left` is outstanding: it is pending now. */
/*@ requires \valid(virq) && vector < VIRQ_NONE;
    assigns OF.in_service, MAP(eligible), virq->summary;
    ensures in_service: !is_in_service(*virq, VECTOR);
    ensures eligible: is_eligible(*virq, VECTOR) <==>
        is_set(\old(MAP(eligible)), BIT) || left > 0 && !is_masked(*virq, VECTOR);
    ensures others: same_but(\old(MAP(eligible)), MAP(eligible), BIT);
    ensures summary: is_set(virq->summary, word_of(vector)) <==>
        is_set(\old(virq->summary), word_of(vector)) || left > 0 && !is_masked(*virq, VECTOR);
    ensures others: same_but(\old(virq->summary), virq->summary, word_of(vector));
*/
static inline void end_service(struct virq *virq, unsigned vector, uint64_t left)
{
    VIRQ_OF(virq, vector).in_service = false;
    if (left > 0 && !VIRQ_OF(virq, vector).masked)
        virq_make_eligible(virq, vector);
}

bool virq_is_registered(const struct virq *virq, unsigned vector)
{
    return bit_get(virq->registered[bitmap_word(vector)], bitmap_bit(vector));
}

uint64_t virq_outstanding(const struct virq *virq, unsigned vector)
{
    return outstanding(virq, vector);
}

int64_t virq_register(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector);

    if (virq_is_registered(virq, vector))
        return HV_EBUSY;
    virq->registered[word] = bit_set(virq->registered[word], bitmap_bit(vector));
    return 0;
}

int64_t virq_unregister(struct virq *virq, unsigned vector)
{
    unsigned word = bitmap_word(vector);

    if (!virq_is_registered(virq, vector))
        return HV_ENOENT;
    uint64_t lost = outstanding(virq, vector);
    VIRQ_OF(virq, vector).discarded += lost;
    /*@ ghost ledger_discard(vector / 64, vector % 64); */
    virq->registered[word] = bit_clear(virq->registered[word], bitmap_bit(vector));
    VIRQ_OF(virq, vector).masked = false;
    VIRQ_OF(virq, vector).in_service = false;
    make_ineligible(virq, vector);
    return (int64_t)lost;
}

int64_t virq_mask(struct virq *virq, unsigned vector)
{
    if (!virq_is_registered(virq, vector))
        return HV_ENOENT;
    VIRQ_OF(virq, vector).masked = true;
    make_ineligible(virq, vector);
    return 0;
}

int64_t virq_unmask(struct virq *virq, unsigned vector)
{
    if (!virq_is_registered(virq, vector))
        return HV_ENOENT;
    VIRQ_OF(virq, vector).masked = false;
    if (outstanding(virq, vector) > 0 && !VIRQ_OF(virq, vector).in_service)
        virq_make_eligible(virq, vector);
    return 0;
}

/* The lowest vector that is eligible, of which there is one. */
/*@ requires \valid_read(virq);
    requires sound(*virq) && any_eligible(*virq);
    assigns \nothing;
    ensures \result < VIRQ_NONE;
    ensures eligible: is_eligible(*virq, word_of(\result), bit_of(\result));
    ensures lowest: \forall integer vector; 0 <= vector < \result ==>
        !is_eligible(*virq, VECTOR);
    ensures first: \forall integer w; 0 <= w < word_of(\result) ==> !is_set(virq->summary, w);
    ensures first: \forall integer b; 0 <= b < bit_of(\result) ==>
        !is_eligible(*virq, word_of(\result), b);
*/
static inline unsigned lowest(const struct virq *virq)
{
    unsigned word = bit_lowest(virq->summary);

    return word * 64 + bit_lowest(virq->eligible[word]);
}

unsigned virq_next(const struct virq *virq)
{
    return bit_any(virq->summary) ? lowest(virq) : VIRQ_NONE;
}

struct virq_service virq_begin(struct virq *virq)
{
    unsigned vector = lowest(virq), word = bitmap_word(vector);

    VIRQ_OF(virq, vector).upcalls++;
    VIRQ_OF(virq, vector).in_service = true;
    virq->eligible[word] = bit_drop_first(virq->eligible[word]);
    if (!bit_any(virq->eligible[word]))
        virq->summary = bit_drop_first(virq->summary);
    return (struct virq_service){.vector = vector,
                                 .count = outstanding(virq, vector),
                                 .upcall = VIRQ_OF(virq, vector).upcalls};
}

int64_t virq_end(struct virq *virq, struct virq_service service)
{
    unsigned vector = service.vector;

    if (!VIRQ_OF(virq, vector).in_service || VIRQ_OF(virq, vector).upcalls != service.upcall)
        return 0;
    uint64_t left = outstanding(virq, vector);
    if (service.count > left)
        return HV_ERANGE;
    count_acknowledged(virq, vector, service.count);
    end_service(virq, vector, left - service.count);
    return VIRQ_ENDED;
}

inline __attribute__((always_inline)) int64_t virq_acknowledge(struct virq *virq, unsigned vector,
                                                               uint64_t count)
{
    if (!virq_is_registered(virq, vector))
        return HV_ENOENT;
    uint64_t left = outstanding(virq, vector);
    if (count > left)
        return HV_ERANGE;
    if (count == 0 && !VIRQ_OF(virq, vector).in_service)
        return (int64_t)left; /* a look */
    count_acknowledged(virq, vector, count);
    left -= count;
    if (VIRQ_OF(virq, vector).in_service)
        end_service(virq, vector, left);
    else if (left == 0)
        make_ineligible(virq, vector);
    return (int64_t)left;
}

/*@ requires \valid_read(virq) && is_vector(word, bit);
    assigns \nothing;
    ensures \result <==> sound_vector(*virq, word, bit);
*/
static bool vector_invariant(const struct virq *virq, unsigned word, unsigned bit)
{
    bool registered = bit_get(virq->registered[word], bit);
    uint64_t left = virq->of[word][bit].raised;

    if (virq->of[word][bit].acknowledged > left)
        return false;
    left -= virq->of[word][bit].acknowledged;
    if (virq->of[word][bit].discarded > left)
        return false;
    left -= virq->of[word][bit].discarded;
    if (!registered && (left > 0 || virq->of[word][bit].in_service || virq->of[word][bit].masked))
        return false;
    return bit_get(virq->eligible[word], bit) ==
           (left > 0 && !virq->of[word][bit].in_service && !virq->of[word][bit].masked);
}

/*@ requires \valid_read(virq);
    assigns \nothing;
    ensures \result <==> summary_has_all(*virq) && summary_has_no_other(*virq);
*/
static bool summary_invariant(const struct virq *virq)
{
    /*@ loop invariant word <= 64;
        loop invariant \forall integer w; 0 <= w < word ==> (is_set(virq->summary, w) <==>
            \exists integer b; is_vector(w, b) && is_eligible(*virq, w, b));
        loop assigns word;
        loop variant 64 - word;
    */
    for (unsigned word = 0; word < 64; word++) {
        bool eligible = word < BITMAP_WORDS && bit_any(virq->eligible[word]);
        if (bit_get(virq->summary, word) != eligible)
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
