# SPDX-License-Identifier: BSD-2-Clause
# The ISO boots by BIOS and by UEFI. It holds the guests that iso/grub.cfg names, and of GRUB's
# modules only those that the menu needs.

ISO_GUESTS  := $(sort $(shell sed -n 's|^ *module /boot/\([^ ]*\) .*|\1|p' iso/grub.cfg))
ISO_BOOT    := $(B)/iso/boot/belfry.elf $(ISO_GUESTS:%=$(B)/iso/boot/%)
ISO_MODULES := normal configfile test regexp smbios serial terminal multiboot all_video iso9660 \
               $(addprefix part_,acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc)

$(B)/iso/boot/belfry.elf: $(B)/belfry.elf
	@mkdir -p $(@D)
	cp $< $@

$(B)/iso/boot/%.elf: $(B)/guests/%.elf
	@mkdir -p $(@D)
	cp $< $@

# grub-mkrescue tells much and warns of nothing: its words are shown where it fails.
$(B)/belfry.iso: iso/grub.cfg $(ISO_BOOT)
	@mkdir -p $(B)/iso/boot/grub
	cp iso/grub.cfg $(B)/iso/boot/grub/grub.cfg
	grub-mkrescue --install-modules="$(ISO_MODULES)" --fonts= --locales= --themes= \
	    -o $@ $(B)/iso >$(B)/iso.log 2>&1 || { cat $(B)/iso.log; exit 1; }
