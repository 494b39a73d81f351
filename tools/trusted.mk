# SPDX-License-Identifier: BSD-2-Clause
# The trusted code: how much it is, and how deep its stacks get.

# offsets.c makes constants at build time; it is in no image.
TRUSTED := $(filter-out arch/x86/offsets.c,$(HV_C)) $(HV_ASM) $(wildcard boot/*.h arch/x86/*.h hv/*.h) \
           $(wildcard include/hv/*.h) linker/hv.ld guest-api/include/belfry/hv_abi.h
.PHONY: loc
loc:
	@tools/loc $(TRUSTED)

# Linked once more, as belfry.debug is, with what lint-stack reads.
STACK := $(B)/stack/belfry.relocs
$(STACK): linker/hv.ld $(HV_LINKED)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(HV_CFLAGS) -flto-partition=one -fcallgraph-info=su $(HV_LDFLAGS) \
	    -Wl,--emit-relocs $(HV_LINKED) -o $@

lint-stack: $(STACK)
	tools/lint-stack arch/x86/stacks.h $<.ltrans0.ltrans.ci $< $(if $(V),-v)
