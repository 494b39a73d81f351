# SPDX-License-Identifier: BSD-2-Clause
# The benchmark: guests that measure, in tests/bench/guests/, and what boots and judges them.

BENCH_GUESTS := $(basename $(notdir $(wildcard tests/bench/guests/*.c)))
BENCH_ELFS   := $(BENCH_GUESTS:%=$(B)/guests/bench/%.elf)
BENCH_ASM    := $(wildcard tests/bench/guests/support/*.asm)

$(B)/guest/tests/bench/guests/%.o: GUEST_CFLAGS += -Itests/guests/support -Itests/bench/guests/support

$(B)/libbench.a: $(BENCH_ASM:%=$(B)/guest/%.o)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

# Who is called lib_… starts by the guest library, the others as test guests do.
$(BENCH_ELFS): $(B)/guests/bench/%.elf: $(B)/guest/tests/bench/guests/%.o $(B)/libbench.a \
                                        $(B)/libtap.a $(B)/libbelfry.a linker/guest.ld
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) $< $(B)/libbench.a \
	    $(if $(filter lib_%,$*),,$(B)/libtap.a) $(B)/libbelfry.a -o $@

$(B)/guests/bench/first.elf: $(B)/guest/tests/bench/guests/first.asm.o
	@mkdir -p $(@D)
	$(call say,LINK)$(LD) -m elf_x86_64 -nostdlib -static -z max-page-size=4096 $< -o $@

# The core against a scan, on the host and in its own cycles. Aligned, since where a loop of five
# instructions lies makes it half as fast again or not.
HOST_RAISE := $(addprefix $(B)/bench/,tests/bench/host_raise.o hv/virq.o hv/route.o)

$(B)/bench/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=c11 -O2 -falign-functions=64 -falign-loops=32 $(WARNINGS) $(INCLUDES) -MMD -MP -c $< -o $@

$(B)/bench/host_raise: $(HOST_RAISE)
	$(call say,LINK)$(CC) $^ -o $@

BENCH_NEEDS := $(B)/belfry.elf $(B)/belfry.debug $(B)/bench/host_raise $(B)/guests/pest.elf \
               $(BENCH_ELFS) $(B)/guests/bench/first.elf

run_bench = @BELFRY_BUILD=$(abspath $(B)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/$(1)

.PHONY: bench bench-budget
bench: $(BENCH_NEEDS)
	$(call run_bench,bench.py)

bench-budget: $(BENCH_NEEDS)
	$(call run_bench,bench.py --set-budget)

# ---- the pictures in docs/ -------------------------------------------------------------------------
# Of what was measured last.
$(B)/bench.json:
	@$(MAKE) --no-print-directory bench

.PHONY: plots
plots: $(B)/bench.json guests
	$(call run_bench,plots.py $(B)/bench)
	@gnuplot -e 'data="$(B)/bench"; to="$(B)/bench"' tests/bench/plots.gp
	@for name in costs raise; do \
	    sed '1a <!-- SPDX-License-Identifier: BSD-2-Clause -->' $(B)/bench/performance-$$name.svg \
	        >docs/performance-$$name.svg; \
	done
	$(call say,DRAW)BELFRY_BUILD=$(abspath $(B)) PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/kit/draw.py docs/trace.svg

# tests/system/test_bench.py measures too.
test: $(BENCH_NEEDS)
