# SPDX-License-Identifier: BSD-2-Clause
# The ISO boots by BIOS and by UEFI. It holds the guests that iso/grub.cfg and the self-test name,
# and of GRUB's modules only those that the menu needs.

SELFTEST_FROM := $(wildcard tests/guests/*.c tests/guests/*.asm)
ISO_GUESTS  := $(sort $(shell { cat iso/grub.cfg; tools/selftest $(SELFTEST_FROM); } | \
                              sed -n 's|^ *module /boot/\([^ ]*\) .*|\1|p'))
ISO_BOOT    := $(B)/iso/boot/belfry.elf $(ISO_GUESTS:%=$(B)/iso/boot/%)
ISO_MODULES := normal configfile test regexp smbios serial terminal multiboot all_video iso9660 \
               $(addprefix part_,acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc)

$(B)/iso/boot/belfry.elf: $(B)/belfry.elf
	@mkdir -p $(@D)
	@cp $< $@

$(B)/iso/boot/%.elf: $(B)/guests/%.elf
	@mkdir -p $(@D)
	@cp $< $@

$(B)/iso/boot/grub/%: iso/%
	@mkdir -p $(@D)
	@cp $< $@

$(B)/iso/boot/grub/selftest.cfg: tools/selftest $(SELFTEST_FROM)
	@mkdir -p $(@D)
	$(call say,MAKE)tools/selftest $(SELFTEST_FROM) >$@

# grub-mkrescue tells much and warns of nothing: its words are shown where it fails.
$(B)/belfry.iso: $(B)/iso/boot/grub/grub.cfg $(B)/iso/boot/grub/selftest.cfg $(ISO_BOOT)
	$(call say,ISO)grub-mkrescue --install-modules="$(ISO_MODULES)" --fonts= --locales= --themes= \
	    -o $@ $(B)/iso >$(B)/iso.log 2>&1 || { cat $(B)/iso.log; exit 1; }
