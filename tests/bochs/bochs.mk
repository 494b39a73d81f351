# SPDX-License-Identifier: BSD-2-Clause
# The ISO in Bochs. The judge is the system tests'; so are the fixtures, which pytest gets as a plugin.
# test-bochs-guests boots every test guest's own system besides; it is not in CI.
BOCHS_PYTEST = BELFRY_BUILD=$(abspath $(B)) ISO_MODULES="$(ISO_MODULES)" PYTHONPATH=tests/system \
    PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -c tests/system/pytest.ini --rootdir tests/bochs \
    -p conftest $(if $(ONLY),-k '$(ONLY)')

.PHONY: test-bochs test-bochs-guests
test-bochs: all guests
	@$(BOCHS_PYTEST) tests/bochs/test_bochs.py

test-bochs-guests: all guests
	@$(BOCHS_PYTEST) tests/bochs/test_bochs_guests.py
