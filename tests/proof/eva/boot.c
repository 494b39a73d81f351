/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot: hv_main() with lines that are known, modules of any bytes and of good ones, a machine
 * that answers anything. What a line and an image may be has drivers of its own (config.c, elf.c).
 */
#include "any.h"
#include "hv/compiler.h"
#include "hv/main.h"
#include "image.h"
#include "seam.h"

struct lines {
    const char *hypervisor, *first, *second;
};

static struct boot_info info;

static void put_line(char *line, const char *text)
{
    memcpy(line, text, strlen(text) + 1);
}

static void put_module(unsigned id, const char *line)
{
    struct boot_module *module = &info.modules[id];

    module->memory =
        (struct boot_range){SEAM_MODULES + id * SEAM_IMAGE, SEAM_MODULES + (id + 1) * SEAM_IMAGE};
    put_line(module->line, line);
}

static void boot(const struct lines *lines, const char *problem)
{
    info.module_count = SEAM_PARTITIONS;
    info.range_count = 1;
    info.ranges[0] = (struct boot_range){0, SEAM_END};
    put_line(info.line, lines->hypervisor);
    put_module(0, lines->first);
    put_module(1, lines->second);
    hv_main(&info, problem);
}

void eva_boot(void)
{
    static const struct lines cases[] = {
        {"hz=1000 exit=idle unsafe-ports",
         "a line=5 vector=48 vector=129 ports=0x500-0x50f mem=132K fault=restart",
         "b window=5 fault=halt mem=132K system console -- words"},
        {"", "a mem=132K", "b mem=1G"},
        {"com=2 hz=?", "a mem=132K", "b mem=1"},
    };
    const uint64_t outside = SEAM_IMAGE;

    make_image(seam_image_0);
    make_image(seam_image_1);
    if (any_bool())
        memcpy(seam_image_1 + offsetof(struct header, phoff), &outside, sizeof(outside));
    if (any_bool())
        boot(&cases[0], "a problem");
    else if (any_bool())
        boot(&cases[0], NULL);
    else if (any_bool())
        boot(&cases[1], NULL);
    else
        boot(&cases[2], NULL);
}
