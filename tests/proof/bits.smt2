; SPDX-License-Identifier: BSD-2-Clause
; Of include/hv/bitmap.h: that what runs and what the prover reads in its place say the same, for all
; words of 64 bits. z3 looks for a word where they differ; `unsat` means that there is none.
(declare-const word (_ BitVec 64))
(define-const one (_ BitVec 64) (_ bv1 64))
(define-fun set ((bit (_ BitVec 64))) Bool (distinct (bvand word (bvshl one bit)) (_ bv0 64)))
(define-fun below-64 ((bit (_ BitVec 64))) Bool (bvult bit (_ bv64 64)))

(echo "bit_any: word != 0, and that some bit is set")
(push)
(assert (distinct (distinct word (_ bv0 64))
                  (exists ((bit (_ BitVec 64))) (and (below-64 bit) (set bit)))))
(check-sat)
(pop)

(echo "bit_drop_first: word & (word - 1), and word without its first bit")
(push)
(declare-const first (_ BitVec 64))
(assert (and (below-64 first) (set first)))
(assert (forall ((bit (_ BitVec 64))) (=> (bvult bit first) (not (set bit)))))
(assert (distinct (bvand word (bvsub word one)) (bvand word (bvnot (bvshl one first)))))
(check-sat)
(pop)
