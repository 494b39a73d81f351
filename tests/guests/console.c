/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CONSOLE_WRITE: lengths, ranges, a full buffer, and what is seen on the wire.
 *
 * system: console mem=1M
 * expect: ^console: escapes: \\x00\\x01\\x1B\[31m\\x7F\\x80\\xFF\\x0D \t ~ \\ end$
 * expect: ^console: Belfry: not the hypervisor$
 * expect: ^console: two halves of a line$
 * expect: ^console: $
 * expect: ^console: 1234567890{4087}$
 */
#include "guest.h"

static int64_t write(const void *address, uint64_t length)
{
    return call(HV_CALL_CONSOLE_WRITE, address, length);
}

static void write_all(const char *text, size_t length)
{
    for (int64_t taken; length > 0; text += taken, length -= (size_t)taken)
        if ((taken = write(text, length)) == 0)
            call(HV_CALL_VCPU_YIELD);
}

static void check_lengths(void)
{
    IS(write("\n", 1), 1, "one byte");
    IS(write("", 0), 0, "no byte");
    IS(write((void *)-1, 0), 0, "no byte, at no address");
    IS(write(NULL, 0), 0, "no byte, at address 0");
    IS(write("x", 4097), HV_EINVAL, "over 4096");
    IS(write(NULL, 4097), HV_EINVAL, "EINVAL before EFAULT");
    IS(write("x", 1ul << 32), HV_EINVAL, "all 64 bits of the length count");
    IS(write("x", (uint64_t)-1), HV_EINVAL, "a negative length");
}

static void check_ranges(void)
{
    char *end = (char *)start_state.registers.rsp;
    char *guard = end - HV_STACK_SIZE - HV_PAGE_SIZE;
    char *page = (char *)start_state.registers.rdi;
    /* The vCPU page may lie just below the memory; then the two are one range. */
    bool adjacent = page + HV_PAGE_SIZE == (char *)HV_MEM_BASE;
    char *low = adjacent ? page : (char *)HV_MEM_BASE;
    IS(write(end, 1), HV_EFAULT, "after the memory");
    IS(write(end - 8, 9), HV_EFAULT, "across its end");
    IS(write(end - 8, 4096), HV_EFAULT, "far across its end");
    IS(write(low - 1, 1), HV_EFAULT, "before the memory");
    IS(write(low - 1, 2), HV_EFAULT, "across its start");
    IS(write(guard, 1), HV_EFAULT, "the guard page");
    IS(write(guard - 1, 2), HV_EFAULT, "into the guard page");
    IS(write(guard + HV_PAGE_SIZE - 1, 2), HV_EFAULT, "out of the guard page");
    IS(write(guard - 8, 4096), HV_EFAULT, "into the guard page, 4096 bytes");
    IS(write(NULL, 1), HV_EFAULT, "address 0");
    IS(write((void *)0x100000, 16), HV_EFAULT, "physical memory");
    IS(write((void *)0xFFFFFFFF80000000, 16), HV_EFAULT, "the upper half");
    IS(write((void *)-8, 16), HV_EFAULT, "wrapping round");
    IS(write((void *)0x0000800000000000, 1), HV_EFAULT, "no canonical address");
    IS(write((char *)HV_MEM_BASE + (1ul << 32), 1), HV_EFAULT, "all 64 bits of the address count");
    page[HV_PAGE_SIZE - 1] = '#';
    int64_t both = write(page + HV_PAGE_SIZE - 1, 2);
    write("\n", 1);
    IS(both, adjacent ? 2 : HV_EFAULT, "across the vCPU page's end");
    page[HV_PAGE_SIZE - 1] = 0;
    IS(write(page - 1, 2), HV_EFAULT, "across the vCPU page's start");
    guard[-1] = guard[HV_PAGE_SIZE] = end[-1] = '\n';
    IS(write(guard - 1, 1), 1, "the last byte before the guard page");
    IS(write(guard + HV_PAGE_SIZE, 1), 1, "the first byte after it");
    IS(write(end - 1, 1), 1, "the last byte of the memory");
    page[1000] = '\n';
    IS(write(page + 1000, 1), 1, "a byte of the vCPU page");
    page[1000] = 0;
}

static void yield_us(uint64_t us)
{
    for (uint64_t end = rdtsc() + us * PAGE->tsc_hz / 1000000; rdtsc() < end;)
        call(HV_CALL_VCPU_YIELD);
}

/* How many of `length` bytes an empty buffer takes. Nothing tells a guest that its buffer is empty,
 * and the wire may be as slow as 16 bytes in two ticks (4096 in 0.5 s), serves the others too, and
 * stands still where a loaded host leaves the emulator no time: so it waits, tries, and tries again
 * with a new line after twice the time. */
static int64_t write_to_empty(const char *bytes, size_t length)
{
    int64_t taken = 0;
    for (uint64_t us = 600000; us < 20000000 && taken != (int64_t)length; us *= 2) {
        yield_us(us);
        taken = write(bytes, length);
        write_all("\n", 1);
    }
    return taken;
}

static bool empties_by_itself(void)
{
    for (unsigned tries = 0; tries < 10; tries++) {
        spin_us(300000);
        if (write("\n", 1) == 1)
            return true;
    }
    return false;
}

/* An emulator's wire may take bytes as fast as they are written, so that no buffer stays full; with
 * the wire as slow as it likes, one takes no more than it has room for. */
static void check_full(void)
{
    static char big[HV_CONSOLE_MAX];
    __builtin_memset(big, '0', sizeof(big));
    __builtin_memcpy(big, "1234567890", 10);
    IS(write_to_empty(big, sizeof(big)), sizeof(big), "an empty buffer takes 4096 bytes");
    spin_us(300000);
    __builtin_memset(big, '\n', sizeof(big));
    int64_t first = write(big, sizeof(big)), second = write(big, sizeof(big));
    OK(first >= 0 && second >= 0 && first + second < 2 * HV_CONSOLE_MAX,
       "a full buffer takes what fits: %ld and %ld", first, second);
    IS(write(NULL, 1), HV_EFAULT, "and still checks the range");
    IS(write("x", 4097), HV_EINVAL, "and the length");
    IS(write(NULL, 0), 0, "and takes nothing of nothing");
    OK(empties_by_itself(), "it empties by itself");
}

void run(void)
{
    static const char escapes[] = "escapes: \0\x01\x1B[31m\x7F\x80\xFF\r \t ~ \\ end\n";
    check_lengths();
    check_ranges();
    write_all(escapes, sizeof(escapes) - 1);
    write_all("Belfry: not the hypervisor\n", 27);
    write_all("two halves ", 11);
    write_all("of a line\n", 10);
    write_all("\n", 1);
    check_full();
}
