/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handshake about a vCPU's interrupts: no occurrence is left pending while its guest has
 * interrupts enabled and nobody is about to tell it.
 *
 * The guest enables, then looks whether something is pending; whoever raises makes it pending, then
 * looks whether the guest has interrupts enabled. An x86 CPU keeps a store in a buffer of its own
 * while its later loads go ahead (Intel SDM volume 3, section 8.2.3.4), so with the two on different
 * CPUs each may miss what the other wrote, unless each puts a full barrier between. Here a CPU's
 * buffer holds one store.
 *
 * Belfry has one CPU today (-DONE_CPU): a CPU sees its own stores, and what raises is an interrupt
 * between two instructions of the guest. There the barriers need only bind the compiler, as
 * __atomic_signal_fence() and the way into the hypervisor do; the look is needed all the same. Without
 * ONE_CPU it is the model of what several CPUs will need, of the guest's library (which has it) and of
 * the hypervisor (which will). The other names leave one thing out each; tests/spin/check has them.
 *
 * Not modelled: VCPU_WAIT (to block and to wake is the schedule's, which on several CPUs will have a
 * lock), several vectors (the core's, which is proved and fuzzed), CPUs weaker than x86.
 */
#define RAISES 2 /* occurrences */
#define ROUNDS 2 /* how often the guest disables and enables */

/* What both CPUs use, and who writes it. */
#define DISABLED 0 /* page->irq_disabled: the guest, and the hypervisor on the guest's CPU */
#define PENDING  1 /* page->irq_pending: the hypervisor, on either CPU */
#define RAISED   2 /* virq->raised: whoever raises */

byte memory[3];

typedef buffer {
    bool used;
    byte what;
    byte value
};
buffer buffers[2];

/* The CPUs: that of the guest, and the one that raises. */
#define HERE  0
#define THERE 1

inline store(cpu, where, new)
{
    atomic {
        !buffers[cpu].used;
        buffers[cpu].what = where;
        buffers[cpu].value = new;
        buffers[cpu].used = true
    }
}

inline load(cpu, where, into)
{
    d_step {
        if
        :: buffers[cpu].used && buffers[cpu].what == where -> into = buffers[cpu].value
        :: else -> into = memory[where]
        fi
    }
}

#define BARRIER(cpu) !buffers[cpu].used

#ifdef ONE_CPU
#define NO_GUEST_BARRIER
#define NO_SECOND_LOOK
#endif

bool kick;         /* the guest's CPU is to enter the hypervisor: today cpu.attention, then an IPI */
byte acknowledged; /* virq->acknowledged: the guest's CPU alone writes and reads it */
byte raises;
#ifdef ONE_CPU
#define ALL_RAISED (raises == RAISES)
#else
bool all_raised; /* by the other CPU, which has looked */
#define ALL_RAISED all_raised
#endif

/* vcpu_refresh(), hv/vcpu.c: what the guest will look at. On several CPUs it must look again, behind a
 * barrier: its store may have come over a 1 that was stored meanwhile, and after IRQ_RETURN (which
 * enables) it is what the look is in enable(). */
inline refresh()
{
    do
    :: load(HERE, RAISED, seen);
       store(HERE, PENDING, seen != acknowledged);
#ifndef NO_SECOND_LOOK
#ifndef NO_REFRESH_BARRIER
       BARRIER(HERE);
#endif
       load(HERE, RAISED, again);
       if
       :: again == seen -> break
       :: else
       fi
#else
       break
#endif
    od
}

/* upcall_make(), hv/upcall.c; the guest's handler; IRQ_RETURN: upcall_return(), which spares itself
 * the refresh where nothing is to be told: irq_pending says so already, since what is in service is
 * not pending there. */
inline upcall()
{
    told = seen;
    assert(told > acknowledged);
    store(HERE, DISABLED, 1);
    refresh();
    /* The handler. A kick that comes now finds interrupts disabled, and is gone. */
    if
    :: kick -> kick = false
    :: skip
    fi;
    acknowledged = told;
    store(HERE, DISABLED, 0);
    refresh()
}

/* Why the guest's CPU leaves the guest for the hypervisor; `back` is the return to the guest. */
mtype = { poll, raise, other };
chan trap = [0] of { mtype };
chan back = [0] of { bit };

active proctype hypervisor()
{
    byte seen, again, told, disabled;
    mtype why;

end:
    do
    :: trap?why ->
#ifdef ONE_CPU
       if
       :: why == raise -> /* irq_line(), vcpu_notify() */
          raises++;
          store(HERE, RAISED, raises);
          store(HERE, PENDING, 1)
       :: else
       fi;
#endif
       /* The way out: upcall_make(), hv/upcall.c. */
       do
       :: load(HERE, RAISED, seen);
          load(HERE, DISABLED, disabled);
          if
          :: seen != acknowledged && !disabled -> upcall()
          :: else -> break
          fi
       od;
       back!0
    od
}

/* Between two instructions of the guest: the interrupt that raises, where there is one CPU; the kick;
 * any other interrupt; or none. */
inline interrupts()
{
    if
#ifdef ONE_CPU
    :: raises < RAISES -> trap!raise; back?0
#endif
    :: kick -> kick = false; trap!other; back?0
    :: trap!other; back?0
    :: skip
    fi
}

/* hv_irq_enable(), guest-api/include/belfry/hv.h. */
inline enable()
{
#ifdef GUEST_LOOKS_FIRST
    load(HERE, PENDING, pending);
    interrupts();
#endif
    store(HERE, DISABLED, 0);
    interrupts();
#ifndef NO_GUEST_BARRIER
    BARRIER(HERE);
    interrupts();
#endif
#ifndef GUEST_LOOKS_FIRST
    load(HERE, PENDING, pending);
    interrupts();
#endif
#ifndef NO_GUEST_LOOK
    if
    :: pending -> trap!poll; back?0 /* IRQ_POLL */
    :: else
    fi
#endif
}

active proctype guest()
{
    byte pending, round;

    do
    :: round < ROUNDS ->
       store(HERE, DISABLED, 1); /* hv_irq_disable() */
       interrupts();
       enable();
       round++
    :: else -> break
    od;
    /* Enabled, and content to be interrupted. */
    do
    :: !ALL_RAISED || kick -> interrupts()
    :: ALL_RAISED && !kick -> break
    od;
    assert(acknowledged == RAISES)
}

#ifndef ONE_CPU
/* irq_line() or IRQ_RAISE on another CPU: virq_raise(), hv/virq.c, then vcpu_notify(), hv/vcpu.c. */
active proctype raiser()
{
    byte disabled;

    do
    :: raises < RAISES ->
       raises++;
       store(THERE, RAISED, raises);
#ifdef NOTIFY_LOOKS_FIRST
       load(THERE, DISABLED, disabled);
#endif
       store(THERE, PENDING, 1);
#ifndef NO_NOTIFY_BARRIER
       BARRIER(THERE);
#endif
#ifndef NOTIFY_LOOKS_FIRST
       load(THERE, DISABLED, disabled);
#endif
       if
       :: !disabled -> kick = true
       :: else
       fi
    :: else -> break
    od;
    BARRIER(THERE);
    all_raised = true
}
#endif

/* A buffer empties itself when it likes. */
proctype drain(byte cpu)
{
end:
    do
    :: atomic {
           buffers[cpu].used -> memory[buffers[cpu].what] = buffers[cpu].value;
           buffers[cpu].used = false
       }
    od
}

init
{
    atomic {
        run drain(HERE);
        run drain(THERE)
    }
}
