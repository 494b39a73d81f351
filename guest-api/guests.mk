# SPDX-License-Identifier: BSD-2-Clause
# The guest library, the sample guests and the test guests. A guest is a folder with sources, or one
# source file in tests/guests/; a new one needs no list edited.

GUEST_CFLAGS := -std=c11 -O2 -g -ffreestanding -fno-pic -no-pie -fno-stack-protector \
                -fno-asynchronous-unwind-tables -fcf-protection=none $(WARNINGS) \
                -Iguest-api/include -MMD -MP
GUEST_LDFLAGS := -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 -Wl,--build-id=none \
                 -Wl,--fatal-warnings -Wl,--orphan-handling=error -T linker/guest.ld

LIB_C   := $(wildcard guest-api/lib/*.c)
LIB_ASM := $(wildcard guest-api/lib/*.asm)
# The hypervisor's formatter is pure, so the library is built from the same source, by names of its own.
LIB_OBJ := $(LIB_C:%.c=$(B)/guest/%.o) $(LIB_ASM:%.asm=$(B)/guest/%.asm.o) $(B)/guest/lib_format.o

$(B)/guest/lib_format.o: hv/format.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(GUEST_CFLAGS) -Dformat_list=hv_vsnprintf -Dformat_text=hv_snprintf -Iinclude -I. -c $< -o $@

# The loop in memcpy() must not become a call of memcpy(), nor that in strnlen() one of strlen().
$(B)/guest/guest-api/lib/memory.o $(B)/guest/guest-api/lib/string.o: GUEST_CFLAGS += -fno-tree-loop-distribute-patterns

$(B)/guest/hv/%.o: hv/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(GUEST_CFLAGS) -Iinclude -I. -c $< -o $@

$(B)/guest/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(GUEST_CFLAGS) -Iinclude -I. -c $< -o $@

CXX := g++
GUEST_CXXFLAGS := -std=c++17 -fno-exceptions -fno-rtti \
                  $(filter-out -std=% -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition,$(GUEST_CFLAGS))

$(B)/guest/%.cpp.o: %.cpp
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(GUEST_CXXFLAGS) -c $< -o $@

$(B)/guest/%.asm.o: %.asm $(B)/gen/hv_abi.inc
	@mkdir -p $(@D)
	$(call say,NASM)$(NASM) -f elf64 -g -F dwarf -w+error -I $(B)/gen/ -MD $(@:.o=.d) -MP $< -o $@

$(B)/libbelfry.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

SAMPLES     := $(notdir $(patsubst %/,%,$(wildcard guest-api/samples/*/)))

# The Rust sample where there is a rustc that has `core` for this target.
RUST_TARGET := x86_64-unknown-linux-gnu
RUST_CORE   := $(wildcard $(shell rustc --print target-libdir --target $(RUST_TARGET) 2>/dev/null)/libcore-*.rlib)
ifeq ($(RUST_CORE),)
SAMPLES     := $(filter-out rust,$(SAMPLES))
endif
TEST_GUESTS := $(sort $(basename $(notdir $(wildcard tests/guests/*.c tests/guests/*.asm))))

# A sample's objects: main.o of main.c, main.cpp.o of main.cpp, main.asm.o of main.asm.
sample_sources = $(wildcard $(addprefix guest-api/samples/$(1)/*.,c cpp asm))
sample_objects = $(patsubst %.c.o,%.o,$(patsubst %,$(B)/guest/%.o,$(call sample_sources,$(1))))

define sample_rule
$(B)/guests/$(1).elf: $$(call sample_objects,$(1)) $(B)/libbelfry.a linker/guest.ld
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(CC) $$(GUEST_LDFLAGS) $$(filter %.o,$$^) $(B)/libbelfry.a -o $$@
endef
$(foreach sample,$(filter-out rust,$(SAMPLES)),$(eval $(call sample_rule,$(sample))))

# Rust's compiler links by itself, its `core` included.
RUST_FLAGS  := --edition=2021 -D warnings --target $(RUST_TARGET) -C opt-level=s -C panic=abort \
               -C relocation-model=static -C target-feature=+crt-static -C linker=$(CC)

$(B)/guests/rust.elf: guest-api/samples/rust/main.rs $(B)/libbelfry.a linker/guest.ld
	@mkdir -p $(@D)
	$(call say,RUSTC)env -u MAKEFLAGS -u MFLAGS rustc $(RUST_FLAGS) -C link-args="-static -nostdlib -no-pie -Wl,--build-id=none \
	    -Wl,-z,max-page-size=4096 -T linker/guest.ld $(B)/libbelfry.a" $< -o $@

# Test guests start by their own code and make raw calls; those called lib_… use the library's.
TAP_C   := $(wildcard tests/guests/support/*.c)
TAP_ASM := $(wildcard tests/guests/support/*.asm)
TAP_OBJ := $(TAP_C:%.c=$(B)/guest/%.o) $(TAP_ASM:%.asm=$(B)/guest/%.asm.o) $(B)/guest/hv/format.o

# Made on the way from source to guest, and kept: the next build starts from them.
.PRECIOUS: $(B)/guest/%.o $(B)/guest/%.asm.o
$(B)/guest/tests/guests/%.o: GUEST_CFLAGS += -Itests/guests/support

$(B)/libtap.a: $(TAP_OBJ)
	@rm -f $@
	$(call say,AR)ar rcs $@ $^

$(B)/guests/%.elf: $(B)/guest/tests/guests/%.o $(B)/libtap.a $(B)/libbelfry.a linker/guest.ld
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) $< $(B)/libtap.a $(B)/libbelfry.a -o $@

$(B)/guests/lib_%.elf: $(B)/guest/tests/guests/lib_%.o $(B)/libtap.a $(B)/libbelfry.a \
                       linker/guest.ld
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(GUEST_LDFLAGS) $< $(B)/libbelfry.a $(B)/libtap.a $(B)/libbelfry.a -o $@

# A test guest in assembly stands alone: no library, no linker script.
$(B)/guests/%.elf: $(B)/guest/tests/guests/%.asm.o
	@mkdir -p $(@D)
	$(call say,LINK)$(LD) -m elf_x86_64 -nostdlib -static -z max-page-size=4096 $< -o $@

.PHONY: guests
guests: $(SAMPLES:%=$(B)/guests/%.elf) $(TEST_GUESTS:%=$(B)/guests/%.elf)
	$(if $(filter rust,$(SAMPLES)),,@echo "  SKIP	$(B)/guests/rust.elf: no rustc with $(RUST_TARGET)")
