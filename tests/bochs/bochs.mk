# SPDX-License-Identifier: BSD-2-Clause
# The ISO in Bochs. The judge is the system tests'; so are the fixtures, which pytest gets as a plugin.
.PHONY: test-bochs
test-bochs: all guests
	@BELFRY_BUILD=$(abspath $(B)) PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/system \
	    $(PYTHON) -m pytest -c tests/system/pytest.ini --rootdir tests/bochs -p conftest tests/bochs \
	    $(if $(ONLY),-k '$(ONLY)')
