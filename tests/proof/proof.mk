# SPDX-License-Identifier: BSD-2-Clause
# The proof of the core (docs/assurance.md), and what shows that it can fail.

# So many goals there are at least. A change that makes them more raises it.
PROOF_GOALS := 1101

.PHONY: prove prove-mutants eva eva-mutants
prove: eva
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove $(PROOF_GOALS) $(B)/proof/wp.log

prove-mutants:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove-mutants $(B)/proof/mutants

eva:
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/eva/eva $(B)/proof/eva

eva-mutants:
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/eva/eva $(B)/proof/eva --mutants
