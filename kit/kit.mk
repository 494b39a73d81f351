# SPDX-License-Identifier: BSD-2-Clause
# The kit: `kit/belfry` needs belfry-judge beside it, which is all of hv/, compiled for this machine,
# behind a seam of its own.

KIT_CFLAGS := -std=c11 -O2 -g -D_GNU_SOURCE $(WARNINGS) $(INCLUDES) \
              -DBELFRY_VERSION='"$(VERSION)"' -MMD -MP
JUDGE_OBJ  := $(patsubst %.c,$(B)/kit/%.o,$(wildcard hv/*.c kit/judge/*.c))

$(B)/kit/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(KIT_CFLAGS) -c $< -o $@

$(B)/kit/belfry-judge: $(JUDGE_OBJ)
	$(call say,LINK)$(CC) $^ -o $@

.PHONY: kit
kit: $(B)/kit/belfry-judge $(B)/belfry.elf $(B)/libbelfry.a $(SAMPLES:%=$(B)/guests/%.elf)

# Drives the schedule as chance tells it: tests/kit/test_waits.py.
$(B)/kit/worst_wait: $(B)/kit/tests/kit/worst_wait.o $(B)/kit/hv/schedule.o
	$(call say,LINK)$(CC) $^ -o $@
