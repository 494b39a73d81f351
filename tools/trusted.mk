# SPDX-License-Identifier: BSD-2-Clause
# The trusted code: how deep its stacks get.

# Linked once more, as belfry.debug is, with what lint-stack reads.
STACK := $(B)/stack/belfry.relocs
$(STACK): linker/hv.ld $(HV_LINKED)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(HV_CFLAGS) -flto-partition=one -fcallgraph-info=su $(HV_LDFLAGS) \
	    -Wl,--emit-relocs $(HV_LINKED) -o $@

lint-stack: $(STACK)
	tools/lint-stack arch/x86/stacks.h $<.ltrans0.ltrans.ci $< $(if $(V),-v)
