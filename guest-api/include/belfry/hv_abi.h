/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest binary interface, version 1.1: numbers, statuses and layouts, as docs/ABI.md specifies
 * them. For C and C++; NASM gets the constants from build/gen/hv_abi.inc, made from this file, so
 * each `#define HV_… value` stands on one line and its value is one number.
 */
#ifndef BELFRY_HV_ABI_H
#define BELFRY_HV_ABI_H

#include <stdint.h>

/* major << 16 | minor: what a guest finds; and one that has the calls of 1.1. */
#define HV_ABI_VERSION        0x00010000
#define HV_ABI_VERSION_SYSTEM 0x00010001

/* Hypercalls: `int 0x80`, number in RAX, arguments in RDI, RSI, RDX, result in RAX. */
#define HV_GATE                   0x80
#define HV_CALL_VERSION           0
#define HV_CALL_CONSOLE_WRITE     1
#define HV_CALL_VCPU_YIELD        10
#define HV_CALL_VCPU_WAIT         11
#define HV_CALL_PARTITION_EXIT    12
#define HV_CALL_PARTITION_RESTART 13
#define HV_CALL_IRQ_REGISTER      30
#define HV_CALL_IRQ_UNREGISTER    31
#define HV_CALL_IRQ_ACK           32
#define HV_CALL_IRQ_RETURN        33
#define HV_CALL_IRQ_MASK          34
#define HV_CALL_IRQ_UNMASK        35
#define HV_CALL_IRQ_RAISE         36
#define HV_CALL_IRQ_STATS         37
#define HV_CALL_IRQ_POLL          38

/* The calls of 1.1. For a partition with `console` on its line; without, there is no such call. */
#define HV_CALL_CONSOLE_READ 2
/* For a partition with `system` on its line; without, there are no such calls. */
#define HV_CALL_SYSTEM_INFO      40
#define HV_CALL_SYSTEM_PARTITION 41
#define HV_CALL_SYSTEM_VECTOR    42
#define HV_CALL_SYSTEM_LINE      43
#define HV_CALL_SYSTEM_STOP      44
#define HV_CALL_SYSTEM_START     45
#define HV_CALL_SYSTEM_RESTART   46
#define HV_CALL_SYSTEM_REBOOT    47
#define HV_CALL_SYSTEM_TRACE     48

/* Statuses: a negative result. */
#define HV_EINVAL (-1) /* an argument is outside its domain */
#define HV_EPERM  (-2) /* the partition was not granted this */
#define HV_EBUSY  (-3) /* already registered */
#define HV_ENOENT (-4) /* not registered */
#define HV_ERANGE (-5) /* more than is outstanding */
#define HV_EFAULT (-6) /* the memory named is not the partition's, or not accessible as needed */
#define HV_ENOSYS (-7) /* no such call */

/* Vectors. The domain of the IRQ calls is 32 to 255 without 128; of IRQ_RAISE 48 to 255 without
 * 128. */
#define HV_VECTORS        256
#define HV_VECTOR_LINE    32 /* the vector of line 0; line n has HV_VECTOR_LINE + n */
#define HV_LINES          16
#define HV_VECTOR_VIRTUAL 48 /* the first virtual vector */
#define HV_VECTOR_PIT     32
#define HV_VECTOR_KBD     33
#define HV_VECTOR_COM2    35
#define HV_VECTOR_COM1    36
#define HV_VECTOR_CONSOLE 255 /* something was typed, for who has `console` on its line */
#define HV_CASCADE_LINE   2   /* can't be granted */

/* Memory. */
#define HV_PAGE_SIZE   4096
#define HV_MEM_BASE    0x400000
#define HV_MEM_DEFAULT 0x200000
#define HV_MEM_MIN     0x20000
#define HV_MEM_MAX     0x40000000
#define HV_STACK_SIZE  65536

#define HV_CONSOLE_MAX 4096 /* bytes in one CONSOLE_WRITE, and in a partition's console buffer */
#define HV_INPUT_MAX   256  /* bytes typed that wait to be read */
#define HV_ARGS_SIZE   192  /* with the NUL */
#define HV_PIT_HZ      1193182
#define HV_RFLAGS_INIT 0x202
#define HV_MXCSR_INIT  0x1F80

/* The vCPU page. Reserved bytes read 0. */
#define HV_PAGE_MAGIC 0x59464C42 /* "BLFY" */

struct hv_vcpu_page {
    uint32_t magic;
    uint32_t abi_version;
    uint32_t partition_id;
    uint32_t vcpu_id;     /* index within the partition, from 0 */
    uint8_t irq_disabled; /* nonzero: no upcall is made; the guest may write it, bytes only */
    uint8_t irq_pending;  /* nonzero: some vector is pending and not masked */
    uint8_t reserved0[6];
    uint64_t mem_base;     /* HV_MEM_BASE */
    uint64_t mem_size;     /* bytes */
    uint64_t tsc_hz;       /* TSC ticks in a second, measured against the PIT */
    uint32_t tick_divisor; /* vector 32 occurs HV_PIT_HZ / tick_divisor times a second */
    uint32_t restarts;     /* how often this partition was restarted */
    uint32_t stack_size;   /* bytes */
    uint32_t reserved1;
    char args[HV_ARGS_SIZE]; /* NUL-terminated: what followed ` -- ` on the module's line */
    uint8_t reserved2[HV_PAGE_SIZE - 256];
};

/* The upcall frame, on the guest's stack: RSP points at it when the registered entry runs. */
#define HV_UPCALL_VECTOR 0
#define HV_UPCALL_COUNT  8
#define HV_UPCALL_NUMBER 16
#define HV_UPCALL_RAX    24
#define HV_UPCALL_RIP    32
#define HV_UPCALL_RFLAGS 40
#define HV_UPCALL_RSP    48
#define HV_UPCALL_SIZE   64
#define HV_UPCALL_READ   56 /* bytes of the frame that IRQ_RETURN reads */
#define HV_RED_ZONE      128

struct hv_upcall {
    uint64_t vector;
    uint64_t count;  /* outstanding when the upcall was made; what IRQ_RETURN acknowledges */
    uint64_t upcall; /* its number, as IRQ_STATS counts them */
    uint64_t rax;    /* the rest as interrupted */
    uint64_t rip;
    uint64_t rflags;
    uint64_t rsp;
    uint64_t reserved;
};

/* What IRQ_STATS writes: as many whole fields as fit. */
struct hv_irq_stats {
    uint64_t raised;
    uint64_t acknowledged;
    uint64_t discarded;
    uint64_t outstanding;
    uint64_t upcalls;
    uint64_t held; /* ticks in which the line was held back */
};

/* What the calls of a system partition write: as many whole fields as fit. */
struct hv_system_info {
    uint64_t partitions;
    uint64_t ticks;       /* since the start */
    uint64_t idle;        /* of these, the ones in which nobody ran */
    uint64_t frame;       /* ticks of the cyclic frame; 0: there is none */
    uint64_t nmis;        /* NMIs */
    uint64_t strays;      /* interrupts that no line sent */
    uint64_t traced;      /* records of the trace since it was switched on */
    uint64_t overwritten; /* of these, those that nobody read before their place was taken */
    uint64_t tracing;     /* 1: it is on */
};

/* What SYSTEM_TRACE is to do. */
#define HV_TRACE_OFF  0 /* what is there can be read yet */
#define HV_TRACE_ON   1 /* with nothing in it */
#define HV_TRACE_READ 2 /* the oldest records that nobody read */

/* A record of the trace. */
struct hv_trace_record {
    uint64_t time;   /* TSC */
    uint64_t value;  /* as the kind says */
    uint32_t vector; /* as the kind says; else 0 */
    uint32_t kind;   /* HV_TRACE_… */
    uint64_t vcpu;   /* in whose time: bit n: partition n's; 0: nobody's */
};

/* What happened: what the vector is; what the value is. */
#define HV_TRACE_RAISE  1 /* an occurrence: its vector; for whom it counts, as a set like `vcpu` */
#define HV_TRACE_UPCALL 2 /* an upcall: its vector; its count */
#define HV_TRACE_ACK    3 /* IRQ_ACK, not refused: its vector; how many it acknowledged */
#define HV_TRACE_RETURN 4 /* IRQ_RETURN: the frame's vector; how many it acknowledged */
#define HV_TRACE_SWITCH 5 /* the CPU is given to another: 0; to whom, as a set like `vcpu` */
#define HV_TRACE_CALL   6 /* a hypercall: 0; its number */
#define HV_TRACE_FAULT  7 /* a fault: the exception's vector, or HV_FAULT_…; RIP */
#define HV_TRACE_WINDOW 8 /* a window begins: 0; whose, as a set like `vcpu` */

/* Faults that are no exceptions. */
#define HV_FAULT_BAD_FRAME 32
#define HV_FAULT_BAD_STACK 33

#define HV_NAME_SIZE 16 /* with the NUL */

struct hv_partition_info {
    char name[HV_NAME_SIZE];
    uint64_t state; /* HV_STATE_… */
    uint64_t restarts;
    uint64_t mem;      /* bytes */
    uint64_t ticks;    /* in which it ran */
    uint64_t window;   /* ticks in each cyclic frame; 0: round robin */
    uint64_t overruns; /* windows at whose end it still ran */
};

/* What a partition's vCPU does. */
#define HV_STATE_LOADING 1
#define HV_STATE_READY   2
#define HV_STATE_RUNNING 3
#define HV_STATE_WAITING 4
#define HV_STATE_STOPPED 5

struct hv_vector_info {
    uint64_t state; /* HV_VECTOR_IS_… united */
    struct hv_irq_stats stats;
};

#define HV_VECTOR_IS_GRANTED    1
#define HV_VECTOR_IS_REGISTERED 2
#define HV_VECTOR_IS_MASKED     4
#define HV_VECTOR_IS_IN_SERVICE 8
#define HV_VECTOR_IS_PENDING    16

struct hv_line_info {
    uint64_t state;  /* HV_LINE_IS_… united */
    uint64_t owners; /* bit n: partition n has it granted */
    uint64_t raised;
    uint64_t held; /* ticks in which it was held back */
    uint64_t spurious;
    uint64_t unclaimed;
};

#define HV_LINE_IS_OPEN       1
#define HV_LINE_IS_REGISTERED 2
#define HV_LINE_IS_HELD       4
#define HV_LINE_IS_WAITING    8 /* level-triggered, and its service has not ended */
#define HV_LINE_IS_LEVEL      16

#ifdef __cplusplus
#define HV_ABI_ASSERT(condition) static_assert(condition, #condition)
#else
#define HV_ABI_ASSERT(condition) _Static_assert(condition, #condition)
#endif

HV_ABI_ASSERT(sizeof(struct hv_vcpu_page) == HV_PAGE_SIZE);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, irq_disabled) == 16);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, irq_pending) == 17);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, mem_base) == 24);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, tsc_hz) == 40);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, tick_divisor) == 48);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, stack_size) == 56);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_vcpu_page, args) == 64);
HV_ABI_ASSERT(sizeof(struct hv_upcall) == HV_UPCALL_SIZE);
HV_ABI_ASSERT(__builtin_offsetof(struct hv_upcall, rsp) == HV_UPCALL_RSP);
HV_ABI_ASSERT(sizeof(struct hv_irq_stats) == 48);
HV_ABI_ASSERT(sizeof(struct hv_system_info) == 72);
HV_ABI_ASSERT(sizeof(struct hv_trace_record) == 32);
HV_ABI_ASSERT(sizeof(struct hv_partition_info) == 64);
HV_ABI_ASSERT(sizeof(struct hv_vector_info) == 56);
HV_ABI_ASSERT(sizeof(struct hv_line_info) == 48);

#endif
