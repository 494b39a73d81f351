# SPDX-License-Identifier: BSD-2-Clause
# The proof of the core (docs/assurance.md), and what shows that it can fail.

# So many goals there are at least. A change that makes them more raises it.
PROOF_GOALS := 1101

.PHONY: prove prove-mutants
prove:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove $(PROOF_GOALS) $(B)/proof/wp.log

prove-mutants:
	@mkdir -p $(B)/proof
	@PYTHONDONTWRITEBYTECODE=1 tests/proof/prove-mutants $(B)/proof/mutants
