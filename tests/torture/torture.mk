# SPDX-License-Identifier: BSD-2-Clause
# The attack from inside: guests in tests/torture/guests/, a file or a folder each.

TORTURE_DIR    := tests/torture/guests
TORTURE_GUESTS := $(filter-out chaos,$(patsubst $(TORTURE_DIR)/%/,%,$(wildcard $(TORTURE_DIR)/*/))) \
                  $(patsubst $(TORTURE_DIR)/%.c,%,$(wildcard $(TORTURE_DIR)/*.c))
TORTURE_LIBS   := $(B)/libtap.a $(B)/libbelfry.a
# The chaos guests that are built with the others; chaos-N is for seed N.
TORTURE_SEEDS  := 1 6

$(B)/guest/$(TORTURE_DIR)/%.o: GUEST_CFLAGS += -Itests/guests/support

# A guest's objects: of its file, or of all in its folder.
torture_objects = $(patsubst %,$(B)/guest/%.o,$(basename $(wildcard $(TORTURE_DIR)/$(1).c \
                  $(TORTURE_DIR)/$(1)/*.c))) \
                  $(patsubst %,$(B)/guest/%.o,$(wildcard $(TORTURE_DIR)/$(1)/*.asm))
torture_link    = $(call say,LINK)$(CC) $(GUEST_LDFLAGS) $(filter %.o,$^) $(TORTURE_LIBS) -o $@

define torture_rule
$(B)/guests/$(1).elf: $$(call torture_objects,$(1)) $$(TORTURE_LIBS) linker/guest.ld
	@mkdir -p $$(@D)
	$$(torture_link)
endef
$(foreach guest,$(TORTURE_GUESTS),$(eval $(call torture_rule,$(guest))))

# The random instructions of chaos-N are drawn with seed N.
$(B)/guest/chaos-%.o: $(TORTURE_DIR)/chaos/bytes/bytes.asm
	@mkdir -p $(@D)
	$(call say,NASM)$(NASM) -f elf64 -w+error -DSEED=$* $< -o $@

$(B)/guests/chaos-%.elf: $(B)/guest/chaos-%.o $(call torture_objects,chaos) $(TORTURE_LIBS) \
                         linker/guest.ld
	@mkdir -p $(@D)
	$(torture_link)

.PRECIOUS: $(B)/guest/chaos-%.o $(B)/guests/chaos-%.elf

guests: $(TORTURE_GUESTS:%=$(B)/guests/%.elf) $(TORTURE_SEEDS:%=$(B)/guests/chaos-%.elf)

# ---- the tests -----------------------------------------------------------------------------------
# pytest, with the fixtures and the verdicts of tests/system. ONLY=name as for `make test`; BELFRY_BUILD
# may be another folder than $(B), as in mutants.
torture_env = BELFRY_BUILD=$(abspath $(B)) PYTHONPATH=tests/system PYTHONDONTWRITEBYTECODE=1

.PHONY: torture torture-campaign torture-sweeps torture-paths torture-mutants
torture: all guests
	@$(torture_env) $(PYTHON) -m pytest -c tests/system/pytest.ini -p conftest --rootdir tests/torture \
	    tests/torture $(TORTURE_OPTIONS) $(if $(ONLY),-k '$(ONLY)')

# Chaos of seeds from TORTURE_SEED on, until there were so many deeds.
TORTURE_DEEDS := 10000000
TORTURE_SEED  := 1
torture-campaign: all guests
	@$(torture_env) tests/torture/campaign chaos $(TORTURE_DEEDS) $(TORTURE_SEED)

# All ports, by all widths; all vectors; MSRs; selectors. Takes an hour.
torture-sweeps: all guests
	@$(torture_env) tests/torture/campaign sweeps

torture-paths: all guests
	@$(torture_env) tests/torture/longest-paths

# Each defect in tests/torture/mutants/ must be found. Takes half an hour.
torture-mutants:
	@tests/torture/mutate $(ONLY)
