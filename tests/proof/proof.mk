# SPDX-License-Identifier: BSD-2-Clause
# The proof of the core (docs/assurance.md), and what shows that it can fail.

# So many goals there are at least. A change that makes them more raises it.
PROOF_GOALS := 1114

.PHONY: prove prove-mutants eva eva-mutants
prove: eva
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove $(PROOF_GOALS) $(B)/proof/wp.log

prove-mutants:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove-mutants $(B)/proof/mutants

# So many of the statements of hv/, in percent, are reached at least.
EVA_FLOOR := 96

eva:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/eva/check $(EVA_FLOOR) $(B)/proof/eva

eva-mutants:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/eva/check-mutants $(B)/proof/eva-mutants
