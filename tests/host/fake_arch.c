/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_arch.h"
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "belfry/hv_abi.h"
#include "hv/arch.h"
#include "hv/trace_point.h"
#include "hv/vcpu.h"

#define SPACES (2 * CONFIG_PARTITIONS)

struct fake fake;

static uint8_t *physical_memory;

/* The pages of each space, with what the guest may do with them. */
static struct {
    uint64_t root;
    uint64_t count;
    uint64_t *pages;
} spaces[SPACES];
static unsigned space_count;

static jmp_buf *catcher;

/* Writes what was counted of this process, where it is built for that. */
void __gcov_dump(void) __attribute__((weak));

/* The tests' own mistake, or a use of the seam that the real one would not survive. */
static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "fake_arch: %s\n%s\n", what, fake.text);
    abort();
}

static void forget_spaces(void)
{
    for (unsigned i = 0; i < space_count; i++)
        free(spaces[i].pages);
    space_count = 0;
    if (physical_memory)
        ASAN_UNPOISON_MEMORY_REGION(physical_memory, FAKE_SIZE);
}

void fake_release(void)
{
    forget_spaces();
    free(physical_memory);
    physical_memory = NULL;
}

void fake_reset(void)
{
    forget_spaces();
    if (!physical_memory)
        physical_memory = aligned_alloc(HV_PAGE_SIZE, FAKE_SIZE);
    if (!physical_memory)
        give_up("no memory");
    memset(physical_memory, FAKE_JUNK, FAKE_SIZE);
    memset(&fake, 0, sizeof(fake));
    fake.room = UINT32_MAX;
    fake.tsc_hz = 1000000000;
    fake.bitmaps = SPACES;
}

void fake_memory_map(struct boot_info *info)
{
    info->range_count = 1;
    info->ranges[0] = (struct boot_range){FAKE_PHYSICAL, FAKE_PHYSICAL + FAKE_SIZE};
}

void fake_wire_forget(void)
{
    fake.length = 0;
    fake.text[0] = '\0';
}

/* ---- memory ---------------------------------------------------------------------------------- */

void *arch_memory(uint64_t physical)
{
    if (physical < FAKE_PHYSICAL || physical - FAKE_PHYSICAL >= FAKE_SIZE)
        give_up("a physical address where no memory is");
    return physical_memory + (physical - FAKE_PHYSICAL);
}

void arch_memory_init(struct memory *memory)
{
    memory_reserve(memory, 0, FAKE_PHYSICAL);
    if (fake.memory_end)
        memory_reserve(memory, fake.memory_end, UINT64_MAX);
}

/* The tables take one page, which hv/ must never touch: it also stands guard behind what lies
 * before it. */
bool arch_space_create(struct arch_space *space, struct memory *memory, uint64_t physical,
                       uint64_t count)
{
    uint64_t root = memory_take(memory, HV_PAGE_SIZE, HV_PAGE_SIZE);

    (void)physical;
    if (root == 0)
        return false;
    if (space_count == SPACES)
        give_up("more spaces than there are partitions");
    uint64_t *pages = calloc(count, sizeof(*pages));
    if (!pages)
        give_up("no memory for a space");
    ASAN_POISON_MEMORY_REGION(arch_memory(root), HV_PAGE_SIZE);
    spaces[space_count].root = root;
    spaces[space_count].count = count;
    spaces[space_count++].pages = pages;
    space->root = root;
    space->pages = pages;
    return true;
}

static uint64_t page_count(const struct arch_space *space)
{
    for (unsigned i = 0; i < space_count; i++)
        if (spaces[i].root == space->root && spaces[i].pages == space->pages)
            return spaces[i].count;
    give_up("a space that was not created");
}

void arch_page_set(struct arch_space *space, uint64_t index, unsigned access)
{
    if (index >= page_count(space))
        give_up("a page behind the end of a space");
    if ((access & PAGE_WRITE) && (access & PAGE_EXECUTE))
        give_up("a page both writable and executable");
    space->pages[index] = access;
}

/* As x86 has it: what can be used at all can be read. */
unsigned arch_page_get(const struct arch_space *space, uint64_t index)
{
    if (index >= page_count(space))
        give_up("a page behind the end of a space");
    return space->pages[index] ? (unsigned)space->pages[index] | PAGE_READ : 0;
}

bool arch_ports_allow(struct arch_space *space, struct memory *memory, uint16_t first,
                      uint16_t last)
{
    (void)memory;
    if (space->ports == 0) {
        if (fake.bitmaps == 0)
            return false;
        fake.bitmaps--;
        space->ports = SPACES - fake.bitmaps;
    }
    if (fake.port_count == SPACES)
        give_up("more ports than it can record");
    fake.ports[fake.port_count].root = space->root;
    fake.ports[fake.port_count++].range = (struct port_range){first, last};
    return true;
}

/* ---- vCPUs -------------------------------------------------------------------------------------
 */

void arch_vcpu_start(struct vcpu *vcpu, uint64_t rip, uint64_t rsp, uint64_t rdi)
{
    fake.starts++;
    memset(vcpu->fx, FAKE_FX_START, sizeof(vcpu->fx));
    vcpu->frame = (struct frame){
        .rdi = rdi, .rip = rip, .cs = 3, .rflags = HV_RFLAGS_INIT, .rsp = rsp, .ss = 3};
}

void arch_switch(struct vcpu *from, struct vcpu *to)
{
    fake.switches++;
    fake.from = from;
    fake.to = to;
    if (from)
        memcpy(from->fx, fake.fx, sizeof(fake.fx));
    memcpy(fake.fx, to->fx, sizeof(fake.fx));
    fake.root = vcpu_space(to)->root;
}

/* ---- devices -----------------------------------------------------------------------------------
 */

static void set_line(unsigned line, bool open)
{
    if (line >= HV_LINES)
        give_up("a line that the controller does not have");
    fake.line_calls++;
    fake.open_lines =
        (uint16_t)(open ? fake.open_lines | 1u << line : fake.open_lines & ~(1u << line));
    if (fake.on_line)
        fake.on_line(line, open);
}

void arch_line_open(unsigned line)
{
    set_line(line, true);
}

void arch_line_close(unsigned line)
{
    set_line(line, false);
}

unsigned arch_console_room(void)
{
    return fake.room;
}

void arch_console_put(uint8_t byte)
{
    if (fake.room == 0)
        give_up("a byte for a wire that takes none");
    if (fake.room != UINT32_MAX)
        fake.room--;
    if (fake.length == sizeof(fake.text) - 1)
        give_up("more on the wire than it can record");
    fake.text[fake.length++] = (char)byte;
    fake.text[fake.length] = '\0';
}

bool arch_console_open(unsigned com)
{
    fake.com = com;
    return true;
}

void arch_console_listen(void)
{
    fake.listens++;
}

int arch_console_get(void)
{
    return fake.typed && *fake.typed ? (uint8_t)*fake.typed++ : ARCH_NO_INPUT;
}

void arch_trace_add(unsigned kind, unsigned vector, uint64_t value)
{
    struct hv_trace_record *record =
        &trace.record[trace.made % sizeof(trace.record) / sizeof(trace.record[0])];

    *record = (struct hv_trace_record){++fake.time, value, vector, kind, cpu.self};
    trace.made += sizeof(*record);
}

void arch_trace_calls(bool on)
{
    fake.traces_calls = on;
}

const char *arch_features(void)
{
    return "a fake CPU";
}

uint16_t arch_level_lines(void)
{
    return fake.level_lines;
}

uint64_t arch_tsc_hz(void)
{
    return fake.tsc_hz;
}

void arch_timer_start(uint16_t divisor)
{
    fake.divisor = divisor;
}

void arch_backtrace(void)
{
    fake.backtraces++;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

static _Noreturn void end(enum fake_end how)
{
    if (!catcher)
        give_up("the machine ended, and no test expected it");
    fake.end = how;
    longjmp(*catcher, 1);
}

void arch_exit(uint8_t value)
{
    fake.exit_value = value;
    end(FAKE_EXITED);
}

void arch_halt(void)
{
    end(FAKE_HALTED);
}

void arch_reset(void)
{
    end(FAKE_RESET);
}

enum fake_end fake_run(void (*body)(void))
{
    jmp_buf here;

    fake.end = FAKE_RUNS;
    catcher = &here;
    if (setjmp(here) == 0)
        body();
    catcher = NULL;
    return fake.end;
}

enum fake_end fake_run_apart(void (*body)(void))
{
    struct fake *record =
        mmap(NULL, sizeof(fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;

    if (record == MAP_FAILED)
        give_up("no memory to share");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        fake_run(body);
        *record = fake;
        if (__gcov_dump)
            __gcov_dump();
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        give_up("no process of its own");
    fake = *record;
    munmap(record, sizeof(fake));
    if (status != 0)
        fake.exit_value = FAKE_DIED;
    return fake.end;
}
