# SPDX-License-Identifier: BSD-2-Clause
# Fuzzing: tests/fuzz/fuzz_NAME.c is a libFuzzer target, linked with what it uses of hv/, of its
# models and of the fake architecture, under ASan and UBSan. What a change of the input brings about
# is looked at in hv/ and in the targets, and not in the models.

FUZZ_CC      := clang
FUZZ_CFLAGS  := -std=c11 -O2 -g -fno-omit-frame-pointer -D_DEFAULT_SOURCE \
                $(filter-out -Wcast-align,$(WARNINGS)) $(INCLUDES) -Itests/host -Itests/fuzz \
                -DBELFRY_VERSION='"$(VERSION)"' -DFAKE_SIZE='UINT64_C(0x80000)' -MMD -MP
SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_HV      := $(patsubst %.c,$(B)/fuzz/%.o,$(wildcard hv/*.c) boot/multiboot.c)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_HELPERS := $(filter-out $(FUZZ_SOURCES) tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c)) \
                $(wildcard tests/host/fake_*.c)
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SOURCES))
FUZZ_TARGETS := $(FUZZ_NAMES:%=$(B)/fuzz/%)

FUZZ_SANITIZE := $(SANITIZE)
$(FUZZ_HV) $(FUZZ_SOURCES:%.c=$(B)/fuzz/%.o) $(B)/fuzz/tests/fuzz/chaos_guest.o: \
    FUZZ_SANITIZE := $(SANITIZE) -fsanitize=fuzzer-no-link
# Its invariant compares so much, each time, that to look at every comparison takes half the time.
$(B)/fuzz/hv/virq.o: FUZZ_CFLAGS += -fno-sanitize-coverage=trace-cmp
# It reads and writes what lies between variables, which is ASan's: without ASan, and not by its
# memcpy() and memset() either.
$(B)/fuzz/tests/fuzz/hv_state.o: FUZZ_SANITIZE := -fno-builtin
$(FUZZ_HV): FUZZ_CFLAGS += -include tests/fuzz/hv_sections.h

$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_CC) $(FUZZ_CFLAGS) $(FUZZ_SANITIZE) -c $< -o $@

$(B)/fuzz/libfuzz.a: $(FUZZ_HV) $(FUZZ_HELPERS:%.c=$(B)/fuzz/%.o)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(FUZZ_TARGETS): $(B)/fuzz/%: $(B)/fuzz/tests/fuzz/fuzz_%.o $(B)/fuzz/libfuzz.a
	$(call say,LINK)$(FUZZ_CC) $(SANITIZE) -fsanitize=fuzzer $^ -o $@

# All of them in FUZZ_SECONDS; ONLY=name: that one. They begin with the kept corpus and what earlier
# runs found.
FUZZ_SECONDS := 30
FUZZ_CHOSEN   = $(or $(filter $(ONLY),$(FUZZ_NAMES)),$(FUZZ_NAMES))

.PHONY: fuzz fuzz-corpus fuzz-mutants
fuzz: $(FUZZ_CHOSEN:%=$(B)/fuzz/%)
	@tests/fuzz/run $(B) $(FUZZ_SECONDS) $(FUZZ_CHOSEN)

# Takes what was found into the kept corpus, as few files as show the same.
fuzz-corpus: $(FUZZ_CHOSEN:%=$(B)/fuzz/%)
	@tests/fuzz/keep $(B) $(FUZZ_CHOSEN)

# Are the seeded defects found? Each in a copy of the tree.
fuzz-mutants:
	@tests/fuzz/mutants/run $(B)/mutants $(ONLY)
