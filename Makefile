# SPDX-License-Identifier: BSD-2-Clause
# `make` builds the hypervisor, the sample guests and the ISO. `make help` lists the targets.

VERSION := 1.0
B       := build

CC      := gcc
NASM    := nasm
LD      := ld
OBJCOPY := objcopy
PYTHON  := /usr/bin/python3

# What a recipe says of itself; V=1 shows the command instead.
say = $(if $(V),,@echo "  $(1)	$@";)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: $(B)/belfry.elf $(B)/belfry.debug $(B)/belfry.iso kit

include tools/tools.mk

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wswitch-enum \
            -Wimplicit-fallthrough -Wold-style-definition -Wdouble-promotion -Wnull-dereference
INCLUDES := -Iinclude -Iguest-api/include -I.

# ---- the hypervisor ----------------------------------------------------------------------------
# r8 to r11 are callee-saved here, so that an entry pushes five registers and the other ten are
# saved at a switch alone. GCC 12 restores r8 before a sibling call that passes an argument in it, so
# there are no sibling calls.
# Linked as one program (-flto): a tick that nobody registered took 80 instructions, not 137.
# A constant that is moved out of a loop takes a register, which must be saved: without that a tick for one
# takes 79 instructions, not 83.
# HARDENING is what costs the hot paths no instruction: nothing runs on behind a return, not even
# speculatively; no jump goes by a table; no check of a pointer is taken away, no overflow of a signed
# number taken for impossible; no frame can reach past a guard page.
HARDENING := -mharden-sls=all -fno-jump-tables -fno-delete-null-pointer-checks \
             -fno-strict-overflow -fstack-clash-protection

HV_CFLAGS := -std=c11 -Os -g -ffreestanding -fno-pic -mcmodel=kernel -mno-red-zone \
             -mgeneral-regs-only -fcall-saved-r8 -fcall-saved-r9 -fcall-saved-r10 \
             -fcall-saved-r11 -fno-stack-protector -fno-asynchronous-unwind-tables \
             -fcf-protection=none -fno-common -fno-strict-aliasing -fno-optimize-sibling-calls \
             -fno-move-loop-invariants \
             -flto=auto -ffat-lto-objects $(HARDENING) \
             $(WARNINGS) $(INCLUDES) -I$(B)/gen -DBELFRY_VERSION='"$(VERSION)"' -MMD -MP

HV_C    := $(wildcard boot/*.c arch/x86/*.c hv/*.c)
HV_ASM  := $(wildcard boot/*.asm arch/x86/*.asm)
HV_OBJ  := $(HV_C:%.c=$(B)/hv/%.o) $(HV_ASM:%.asm=$(B)/hv/%.asm.o)

$(B)/hv/%.o: %.c Makefile | $(B)/gen/hv_abi.inc
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(HV_CFLAGS) -c $< -o $@

$(B)/hv/%.asm.o: %.asm $(B)/gen/offsets.inc $(B)/gen/hv_abi.inc
	@mkdir -p $(@D)
	$(call say,NASM)$(NASM) -f elf64 -g -F dwarf -w+error -I $(B)/gen/ -MD $(@:.o=.d) -MP $< -o $@

# The constants that assembly uses are made from C, never typed twice.
$(B)/gen/hv_abi.inc: guest-api/include/belfry/hv_abi.h tools/constants
	@mkdir -p $(@D)
	$(call say,MAKE)tools/constants $< > $@

$(B)/gen/offsets.inc: arch/x86/offsets.c $(B)/gen/hv_abi.inc
	@mkdir -p $(@D)
	$(call say,MAKE)$(CC) $(HV_CFLAGS) -fno-lto -MF $(B)/gen/offsets.d -MT $@ -S $< -o $(B)/gen/offsets.s
	@sed -n 's/^.*=> \([A-Z0-9_]*\) \$$*\(-*[0-9]*\).*$$/%define \1 \2/p' $(B)/gen/offsets.s > $@

# The ways of a hypercall, of an interrupt and of a switch are made short, all else is made small: the text
# is a tenth smaller.
HV_HOT := arch/x86/pic.o arch/x86/trap.o hv/console.o hv/console_source.o hv/console_turns.o hv/hypercall.o \
          hv/irq.o hv/partition.o hv/route.o hv/schedule.o hv/upcall.o hv/vcpu.o hv/virq.o hv/work.o
$(HV_HOT:%=$(B)/hv/%): HV_CFLAGS += -O2

HV_LINKED := $(filter-out $(B)/hv/arch/x86/offsets.o,$(HV_OBJ))

HV_LDFLAGS := -nostdlib -static -no-pie -Wl,-z,max-page-size=4096,--fatal-warnings \
              -Wl,--orphan-handling=error,--build-id=none -T linker/hv.ld

$(B)/belfry.debug: linker/hv.ld $(HV_LINKED)
	$(call say,LINK)$(CC) $(HV_CFLAGS) $(HV_LDFLAGS) -Wl,-Map,$(B)/belfry.map $(HV_LINKED) -o $@

# Both loaders want a 32-bit ELF; the entry point and the load addresses are below 4 GiB.
$(B)/belfry.elf: $(B)/belfry.debug
	$(call say,COPY)$(OBJCOPY) -O elf32-i386 --strip-all $< $@

include guest-api/guests.mk
include iso/iso.mk
include kit/kit.mk
include kit/install.mk
include tools/trusted.mk
include tests/tests.mk
include tests/bochs/bochs.mk
include tests/spin/spin.mk
include tests/bench/bench.mk
include tests/proof/proof.mk
include tests/torture/torture.mk
include tests/fuzz/fuzz.mk
include tests/coverage.mk

-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf $(B) compile_commands.json
