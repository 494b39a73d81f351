# SPDX-License-Identifier: BSD-2-Clause
# `make coverage`: which lines and branches of hv/ the host tests run, and the kept corpora of the
# fuzzers; a summary here, the rest in build/coverage/index.html. Fails below COVERAGE_LINES percent.

COVERAGE_LINES  := 95
COVERAGE_CFLAGS := -std=c11 -O0 -g --coverage -D_DEFAULT_SOURCE $(WARNINGS) \
                   $(INCLUDES) -Itests/host -Itests/fuzz -DBELFRY_VERSION='"$(VERSION)"' -MMD -MP
C               := $(B)/coverage
# fake_run_apart() asks for what is counted to be written, where it is.
COVERAGE_LINK    = $(CC) --coverage -Wl,-u,__gcov_dump $^
COVERAGE_OBJ    := $(HOST_C:%.c=$(C)/%.o) \
                   $(patsubst %.c,$(C)/%.o,$(wildcard tests/host/fake_*.c tests/host/model_*.c)) \
                   $(FUZZ_HELPERS:%.c=$(C)/%.o)
# The guest library's tests run nothing of hv/.
COVERAGE_TESTS  := $(patsubst $(B)/host/%,$(C)/%,$(filter-out $(B)/host/test_lib_%,$(HOST_TESTS)))
REPLAYS         := $(FUZZ_NAMES:%=$(C)/replay_%)

$(C)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(COVERAGE_CFLAGS) -c $< -o $@

$(C)/libhv.a: $(sort $(COVERAGE_OBJ))
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(COVERAGE_TESTS): $(C)/%: $(C)/tests/host/%.o $(C)/libhv.a
	$(call say,LINK)$(COVERAGE_LINK) -lcmocka -o $@

$(REPLAYS): $(C)/replay_%: $(C)/tests/fuzz/fuzz_%.o $(C)/tests/fuzz/replay.o $(C)/libhv.a
	$(call say,LINK)$(COVERAGE_LINK) -o $@

.PHONY: coverage
coverage: $(COVERAGE_TESTS) $(REPLAYS)
	@find $(C) -name '*.gcda' -delete
	@for test in $(COVERAGE_TESTS); do \
	    $$test >$$test.log 2>&1 || { cat $$test.log; exit 1; }; done
	@for name in $(FUZZ_NAMES); do $(C)/replay_$$name tests/fuzz/corpus/$$name/* || exit 1; done
	@gcovr --root . --filter hv/ --filter include/hv/ --exclude-unreachable-branches --print-summary \
	    --fail-under-line $(COVERAGE_LINES) --html-details $(C)/index.html --html-title 'Belfry: hv/' $(C)
