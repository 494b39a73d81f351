/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers, flags, selectors, x87 and SSE, and the stack, while nothing changes them. */
#include "witness.h"

void stand(const struct stance *stance, const char *where);
extern const char stand_here[], stand_call[], stand_end[];
extern struct stance stood;

#define FLAGS                                                                                      \
    (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_DF | FLAG_OF | FLAG_AC | FLAG_ID)
#define FX_USED  416 /* of FXSAVE's image; the rest is nobody's */
#define FX_SAVED 520 /* start.asm saves the image so far below the registers */

/* Of the image: Intel SDM volume 1, table 10-2. */
enum { FX_CONTROL = 0, FX_TAG = 4, FX_MXCSR = 24, FX_MXCSR_MASK = 28, FX_X87 = 32 };

static struct stance stance;
static bool standing; /* the registers are the stance's where RIP is stand_here */
static unsigned upcalls_left;

/* Where RSP is while standing: above a red zone, below what would be the caller's frame. There is
 * room for upcalls. */
#define ABOVE 64
#define KEPT  (HV_RED_ZONE + ABOVE)
static uint8_t footing[8192];

/* Which bytes of an image FXSAVE writes; emulators leave some out. */
static bool fx_written[FX_USED];

static uint16_t user_data(void)
{
    uint16_t selector;
    __asm__ volatile("mov %%ss, %0" : "=r"(selector));
    return selector;
}

static uint8_t *red_zone(void)
{
    return (uint8_t *)stance.registers.rsp - HV_RED_ZONE;
}

void standing_start(void)
{
    static uint8_t one[512] __attribute__((aligned(16))), other[512] __attribute__((aligned(16)));
    __builtin_memset(one, 0xFF, sizeof(one));
    __asm__ volatile("fxsave64 %0; fxsave64 %1" : "+m"(one), "+m"(other));
    for (unsigned i = 0; i < FX_USED; i++)
        fx_written[i] = one[i] == other[i];
}

/* What is loaded is saved again, so that no bit is compared that nothing keeps. */
static void choose_fx(uint8_t *fx)
{
    for (unsigned i = 0; i < FX_USED; i++)
        fx[i] = (uint8_t)draw();
    fx[FX_CONTROL] = 0x7F; /* no exception is unmasked, or the next instruction would raise it */
    fx[FX_CONTROL + 1] = (uint8_t)(draw() & 0x0F);
    for (unsigned i = FX_X87; i < FX_X87 + 128; i += 16)
        __builtin_memset(fx + i + 10, 0, 6);
    uint32_t mxcsr = HV_MXCSR_INIT | (draw() & 0xE03F);
    __builtin_memcpy(fx + FX_MXCSR, &mxcsr, sizeof(mxcsr));
    __asm__ volatile("fxrstor64 %0; fxsave64 %0" : "+m"(*(uint8_t(*)[512])fx));
    mxcsr = HV_MXCSR_INIT;
    __asm__ volatile("fninit; ldmxcsr %0" ::"m"(mxcsr));
}

static void choose_stance(void)
{
    uint64_t *each = (uint64_t *)&stance.registers;
    for (unsigned i = 0; i < 16; i++)
        each[i] = draw();
    stance.registers.rsp = (uint64_t)footing + sizeof(footing) - KEPT - draw() % 128;
    for (unsigned i = 0; i < KEPT; i++)
        red_zone()[i] = (uint8_t)(draw() >> 32);
    stance.registers.rflags = FLAG_ALWAYS | FLAG_IF | (draw() & FLAGS);
    for (unsigned i = 0; i < 4; i++)
        stance.selectors[i] = draw() % 4 ? user_data() : 0;
    choose_fx(stance.fx);
}

static void check_fx(const uint8_t *fx)
{
    unsigned i = 0;
    while (i < FX_USED && (fx[i] == stance.fx[i] || !fx_written[i]))
        i++;
    must(i == FX_USED, FX, "byte %u of the image is 0x%x, was 0x%x", i, fx[i], stance.fx[i]);
}

/* All but RAX, RSP and RFLAGS. */
static void check_registers(const struct registers *now)
{
    const uint64_t *a = (const uint64_t *)now, *b = (const uint64_t *)&stance.registers;
    for (unsigned i = 1; i < 16; i++)
        if (i != 7 && a[i] != b[i])
            must(false, REGISTERS, "register %u is 0x%lx, was 0x%lx", i, a[i], b[i]);
    must(true, REGISTERS, "all others");
}

static void check_selectors(void)
{
    for (unsigned i = 0; i < 4; i++)
        must(stood.selectors[i] == stance.selectors[i] || stood.selectors[i] == user_data(),
             SELECTORS, "segment register %u holds 0x%x", i, stood.selectors[i]);
}

/* Upcalls write below the red zone. */
static void check_red_zone(const uint8_t *before)
{
    unsigned i = 0;
    while (i < KEPT && red_zone()[i] == before[i])
        i++;
    must(i == KEPT, STACK, "byte %d from RSP has changed", (int)i - HV_RED_ZONE);
}

static void stand_at(const char *where)
{
    uint8_t before[KEPT];
    __builtin_memcpy(before, red_zone(), KEPT);
    standing = true;
    stand(&stance, where);
    standing = false;
    check_registers(&stood.registers);
    must(stood.registers.rsp == stance.registers.rsp, REGISTERS, "RSP is 0x%lx, was 0x%lx",
         stood.registers.rsp, stance.registers.rsp);
    must(stood.registers.rflags == stance.registers.rflags, REGISTERS, "RFLAGS is 0x%lx, was 0x%lx",
         stood.registers.rflags, stance.registers.rflags);
    check_selectors();
    check_fx(stood.fx);
    check_red_zone(before);
}

void stand_still(unsigned upcalls)
{
    choose_stance();
    upcalls_left = upcalls;
    interrupts_enable();
    stand_at(stand_here);
    must(stood.registers.rax == stance.registers.rax, REGISTERS, "RAX is 0x%lx, was 0x%lx",
         stood.registers.rax, stance.registers.rax);
}

void stand_in_call(uint64_t number)
{
    choose_stance();
    stance.registers.rax = number;
    interrupts_enable();
    stand_at(stand_call);
    must(stood.registers.rax == 0, REGISTERS, "the call answered 0x%lx", stood.registers.rax);
}

static void check_frame(const struct hv_upcall *frame, const struct registers *entry)
{
    uint64_t place = (stance.registers.rsp - HV_RED_ZONE - HV_UPCALL_SIZE) & ~63ul;
    must((uint64_t)frame == place && frame->rsp == stance.registers.rsp, FRAMES,
         "a frame at 0x%lx, RSP 0x%lx", (uint64_t)frame, frame->rsp);
    must(frame->rflags == stance.registers.rflags, FRAMES, "RFLAGS in the frame: 0x%lx",
         frame->rflags);
    must(frame->rax == stance.registers.rax && entry->rax == frame->vector, FRAMES,
         "RAX in the frame: 0x%lx, at the entry: 0x%lx", frame->rax, entry->rax);
    must(!(entry->rflags & (FLAG_DF | FLAG_TF | FLAG_NT | FLAG_AC)), FRAMES,
         "RFLAGS at the entry: 0x%lx", entry->rflags);
}

void standing_upcall(struct hv_upcall *frame, const struct registers *entry)
{
    if (!standing || frame->rip != (uint64_t)stand_here)
        return;
    check_frame(frame, entry);
    check_registers(entry);
    check_fx((const uint8_t *)entry - FX_SAVED);
    if (frame->vector == HV_VECTOR_PIT && --upcalls_left == 0)
        frame->rip = (uint64_t)stand_end;
}
