/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger: for Frama-C alone, ghost code that counts beside the core. Each occurrence is entered
 * when it happens, for one vector of one vCPU. Which one is never said, so what is proved of the
 * ledger holds for every one.
 */
#ifndef HV_LEDGER_H
#define HV_LEDGER_H
#ifdef __FRAMAC__

#include <stdint.h>

struct ledger {
    unsigned vcpu, word, bit;
    uint64_t raised, acknowledged, discarded, outstanding;
};

/*@ ghost struct ledger ledger; */
/*@ ghost unsigned vcpu_at_hand; */

/*@ predicate entered(integer w, integer b) =
        ledger.vcpu == vcpu_at_hand && ledger.word == w && ledger.bit == b;

    predicate conserved =
        ledger.raised == ledger.acknowledged + ledger.discarded + ledger.outstanding;
*/

/*@ ghost
    /@ requires entered(word, bit) ==>
           ledger.raised < UINT64_MAX && ledger.outstanding < UINT64_MAX;
       assigns ledger.raised, ledger.outstanding;
       ensures entered(word, bit) ==> ledger.raised == \old(ledger.raised) + 1 &&
           ledger.outstanding == \old(ledger.outstanding) + 1;
       ensures !entered(word, bit) ==> ledger == \old(ledger);
    @/
    static inline void ledger_raise(unsigned word, unsigned bit)
    {
        if (ledger.vcpu == vcpu_at_hand && ledger.word == word && ledger.bit == bit) {
            ledger.raised++;
            ledger.outstanding++;
        }
    }

    /@ requires entered(word, bit) ==>
           ledger.acknowledged + count <= UINT64_MAX && count <= ledger.outstanding;
       assigns ledger.acknowledged, ledger.outstanding;
       ensures entered(word, bit) ==> ledger.acknowledged == \old(ledger.acknowledged) + count &&
           ledger.outstanding == \old(ledger.outstanding) - count;
       ensures !entered(word, bit) ==> ledger == \old(ledger);
    @/
    static inline void ledger_acknowledge(unsigned word, unsigned bit, uint64_t count)
    {
        if (ledger.vcpu == vcpu_at_hand && ledger.word == word && ledger.bit == bit) {
            ledger.acknowledged += count;
            ledger.outstanding -= count;
        }
    }

    /@ requires entered(word, bit) ==> ledger.discarded + ledger.outstanding <= UINT64_MAX;
       assigns ledger.discarded, ledger.outstanding;
       ensures entered(word, bit) ==>
           ledger.discarded == \old(ledger.discarded + ledger.outstanding) &&
           ledger.outstanding == 0;
       ensures !entered(word, bit) ==> ledger == \old(ledger);
    @/
    static inline void ledger_discard(unsigned word, unsigned bit)
    {
        if (ledger.vcpu == vcpu_at_hand && ledger.word == word && ledger.bit == bit) {
            ledger.discarded += ledger.outstanding;
            ledger.outstanding = 0;
        }
    }

    /@ assigns ledger.raised, ledger.acknowledged, ledger.discarded, ledger.outstanding;
       ensures entered(word, bit) ==> ledger.raised == 0 && ledger.acknowledged == 0 &&
           ledger.discarded == 0 && ledger.outstanding == 0;
       ensures !entered(word, bit) ==> ledger == \old(ledger);
    @/
    static inline void ledger_restart(unsigned word, unsigned bit)
    {
        if (ledger.vcpu == vcpu_at_hand && ledger.word == word && ledger.bit == bit) {
            ledger.raised = 0;
            ledger.acknowledged = 0;
            ledger.discarded = 0;
            ledger.outstanding = 0;
        }
    }
*/

#endif
#endif
