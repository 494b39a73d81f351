# SPDX-License-Identifier: BSD-2-Clause
# How the labs' guests are built, by you and by the graders: NAME.elf of NAME.c, which is here or in one of the
# folders in FROM, with Belfry's library.
BELFRY ?= ..
BUILD  ?= $(BELFRY)/build

CFLAGS  = -std=c11 -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector \
          -fno-asynchronous-unwind-tables -fcf-protection=none
LDFLAGS = -static -nostdlib -no-pie -Wl,--build-id=none,-z,max-page-size=4096

vpath %.c $(FROM)

%.elf: %.c
	$(CC) $(CFLAGS) -I$(BELFRY)/guest-api/include $(LDFLAGS) -T $(BELFRY)/linker/guest.ld \
	    $< $(BUILD)/libbelfry.a -o $@

clean:
	rm -f *.elf
