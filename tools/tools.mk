# SPDX-License-Identifier: BSD-2-Clause
# What stands around the build: setup, run, debug, lint, the compilation database, help.

# ---- the machine's tools ---------------------------------------------------------------------------
# Looked for while make reads this, so that what is missing is named before anything else fails.
# `make setup test` looks when setup has been; then the goals must come one after the other. A goal's
# groups are those of its name, or of its name's first word.
NEED_test       := build run test
NEED_test-bochs := build test bochs
NEED_test-bochs-guests := build test bochs
NEED_host       := build test
NEED_run        := build run
NEED_debug      := build run debug
NEED_lint       := build lint
NEED_compdb     := build lint
NEED_prove      := prove
NEED_eva        := prove
NEED_spin       := build spin
NEED_fuzz       := build test fuzz
NEED_coverage   := build test coverage
NEED_torture    := build run test
NEED_bench      := build run test
NEED_plots      := build run test plots
NO_NEED         := setup help clean uninstall

# What `make setup` installs, whatever else is asked for; `make setup prove` installs the provers too.
SETUP_GROUPS := build run debug test lint

needs = $(or $(NEED_$(1)),$(NEED_$(firstword $(subst -, ,$(1)))),build)
GOALS := $(filter-out $(NO_NEED),$(or $(MAKECMDGOALS),all))
NEEDS := $(sort $(foreach goal,$(GOALS),$(call needs,$(goal))))
ifeq ($(firstword $(MAKECMDGOALS)),setup)
.NOTPARALLEL:
else ifneq ($(NEEDS),)
ifneq ($(shell tools/need $(NEEDS) >&2 || echo missing),)
$(error stopped, for want of tools)
endif
endif

.PHONY: setup
setup:
	@tools/setup $(sort $(SETUP_GROUPS) $(NEEDS))

# ---- running -----------------------------------------------------------------------------------------
# SYSTEM, MACHINE, FIRMWARE, CPU, MEMORY, QEMU_DISPLAY, COM2_PORT and GDB_PORT are tools/run's.
.PHONY: run debug
run: $(B)/belfry.iso
	@tools/run $(B)

debug: $(B)/belfry.iso
	@tools/run $(B) debug

# ---- lint --------------------------------------------------------------------------------------------
LINTS := format spdx shell python includes headers warnings tidy cppcheck seam stack

.PHONY: lint $(LINTS:%=lint-%)
lint:
	@$(MAKE) --no-print-directory --keep-going --output-sync=target -j$(shell nproc) \
	    $(LINTS:%=lint-%) && echo "lint: $(words $(LINTS)) linters found nothing"

# On top of the Makefile's WARNINGS: what costs time, or would only be in the way while one writes.
LINT_WARNINGS := -fanalyzer -Wconversion -Wsign-conversion -Wlogical-op -Wduplicated-cond \
                 -Wduplicated-branches -Wredundant-decls -Wnested-externs -Wunused-macros \
                 -Wunused-const-variable=1 -Wjump-misses-init -Walloca -Wtrampolines -Wdate-time
# A quarter of the hypervisor's stack; the host has more.
LINT_WARNINGS += -Wframe-larger-than=4096

# Files that git has or would take; the wildcard drops those that are deleted.
FILES    = $(or $(wildcard $(shell git ls-files --cached --others --exclude-standard)), \
                $(error lint asks git for the files, and git names none))
C_FILES  = $(filter %.c %.h %.cpp,$(FILES))
HEADERS  = $(filter %.h,$(FILES))
LICENSED = $(filter-out LICENSE %.md %.json %.gitignore tests/fuzz/corpus/%,$(FILES))
# Scripts are known by their first line: $(call scripts,sh), $(call scripts,python3).
scripts  = $(shell awk 'FNR == 1 && /^\#!.*$(1)$$/ { print FILENAME } { nextfile }' $(FILES))

# Quiet: make names the linter that fails.
.SILENT: $(LINTS:%=lint-%)

lint-format:
	clang-format --dry-run -Werror $(C_FILES)

lint-spdx:
	tools/lint-spdx $(LICENSED)

lint-shell:
	shellcheck $(call scripts,sh)

lint-python:
	$(PYTHON) -m pyflakes $(sort $(filter %.py,$(FILES)) $(call scripts,python3))

lint-includes:
	tools/lint-includes $(C_FILES)

lint-headers:
	tools/lint-headers $(HEADERS)

lint-warnings: $(B)/compile_commands.json
	tools/lint-warnings $< $(LINT_WARNINGS)

lint-tidy: $(B)/compile_commands.json
	tools/lint-tidy $<

# comparePointers: what lies between two symbols of the linker script is one object, to us.
lint-cppcheck: $(B)/compile_commands.json
	cppcheck --quiet --project=$< --enable=warning,performance,portability --inline-suppr \
	    --suppress=comparePointers --error-exitcode=1

lint-seam: $(patsubst %.c,$(B)/hv/%.o,$(wildcard hv/*.c))
	tools/lint-seam $^

# ---- the compilation database ------------------------------------------------------------------------
.PHONY: compdb compile-commands
compdb: $(B)/compile_commands.json
	cp $< compile_commands.json

# Made of what make would run if all were out of date, so that it never differs from the build.
$(B)/compile_commands.json: compile-commands
	@mkdir -p $(@D)
	@$(MAKE) --no-print-directory --dry-run --always-make V=1 all guests $(HOST_TESTS) $(BENCH_NEEDS) \
	    $(REPLAYS) $(B)/kit/worst_wait $(LAB_OBJ) >$(B)/commands
	@tools/compdb $@ <$(B)/commands

# ---- help ----------------------------------------------------------------------------------------------
define HELP
make              build/belfry.elf (boots), build/belfry.debug (symbols), build/belfry.iso
make setup        install the Debian packages that are missing; make setup prove: those for prove too
make run          boot the demo in QEMU on this terminal
make run SYSTEM=selftest          the self-test; selftest-cyclic: with a cyclic frame
make run MACHINE=q35 CPU=max      QEMU's -machine (pc, q35) and -cpu; MEMORY=1G
make run FIRMWARE=uefi            boot by UEFI, not by BIOS
make run QEMU_DISPLAY=gtk         with a window (package qemu-system-gui); curses: on this terminal
make run COM2_PORT=4555           where `telnet 127.0.0.1 4555` finds the second serial port
make debug        as run, but wait for gdb, at GDB_PORT=1234
make test         every test; ONLY=name: those with `name` in theirs
make host-test    the tests that need no QEMU
make test-bochs   the ISO in Bochs, a second PC: both self-tests and the demo
make test-bochs-guests            every test guest's own system in Bochs
make spin         the wake-up handshake, every state of it, in Spin
make bench        what everything costs, in instructions; fails where that is more than before
make bench-budget takes what is measured now for the budget
make plots        the pictures of the documents
make torture      the attack from inside, in a minute or two; ONLY=name
make torture-campaign             chaos, until TORTURE_DEEDS=10000000, from TORTURE_SEED=1 on
make torture-sweeps               all ports, vectors, MSRs and selectors, each tried
make torture-paths                the longest paths with interrupts off, measured
make torture-mutants              each seeded defect must be found; ONLY=name
make coverage     what of hv/ they run: a summary, and build/coverage/index.html
make fuzz         every fuzz target, FUZZ_SECONDS=30 for all together; ONLY=name: that one
make fuzz-corpus  take what was found into the kept corpus
make fuzz-mutants are seeded defects found, and how soon (some minutes)
make lint         every linter; make lint-NAME: one of $(LINTS)
make loc          how many lines of code are trusted, by folder
make prove        prove the core with Frama-C: a minute or two
make prove-mutants  show that the proof rejects seeded defects: a quarter of an hour
make eva          follow all of hv/ with all values at once: two minutes; make prove does too
make eva-mutants  show that it sees seeded defects
make compdb       write compile_commands.json, for editors
make guests       the guests alone, into build/guests/
make kit          what kit/belfry needs, which checks, runs and packages systems (docs/manual.md)
make install      install under PREFIX=/usr/local, with DESTDIR= before that
make uninstall    remove what make install put there
make deb          make a Debian package, build/belfry_$(VERSION)_amd64.deb
make clean        remove what was built
endef

.PHONY: help
help:
	$(info $(HELP))@:
