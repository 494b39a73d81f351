/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs that are due every so many ticks, in C++: virtual functions, templates, objects outside of
 * functions, new and delete. No exceptions, no RTTI, no standard library but its freestanding
 * headers. Argument: ticks=N ends it after N.
 */
#include "belfry/hv.h"

namespace
{

/* A critical section, as long as it lives. */
class Section
{
  public:
    Section() : enabled_(hv_irq_save())
    {
    }
    ~Section()
    {
        hv_irq_restore(enabled_);
    }
    Section(const Section &) = delete;
    Section &operator=(const Section &) = delete;

  private:
    bool enabled_;
};

/* Counts ticks from before main() on. */
class Clock
{
  public:
    Clock() : status_(hv_irq_register(HV_VECTOR_PIT, on_tick, this))
    {
    }

    int64_t status() const
    {
        return status_;
    }

    uint64_t ticks() const
    {
        Section section;
        return ticks_;
    }

    /* Interrupts are disabled between the look and the wait, which enables them. */
    void wait_for(uint64_t tick) const
    {
        Section section;
        while (ticks_ < tick) {
            hv_call_vcpu_wait();
            hv_irq_disable();
        }
    }

  private:
    static void on_tick(const hv_upcall *upcall, void *context)
    {
        static_cast<Clock *>(context)->ticks_ += upcall->count;
    }

    uint64_t ticks_ = 0;
    int64_t status_;
};

class Job
{
  public:
    explicit Job(uint64_t period) : period_(period)
    {
    }
    virtual ~Job() = default;

    void tick(uint64_t now)
    {
        if (now % period_ == 0)
            run(now);
    }

  private:
    virtual void run(uint64_t now) = 0;

    uint64_t period_;
};

class Lamp : public Job
{
  public:
    using Job::Job;

  private:
    void run(uint64_t now) override
    {
        on_ = !on_;
        hv_printf("tick %lu: the lamp is %s\n", now, on_ ? "on" : "off");
    }

    bool on_ = false;
};

class Counter : public Job
{
  public:
    using Job::Job;
    ~Counter() override
    {
        hv_printf("the counter ends at %u\n", count_);
    }

  private:
    void run(uint64_t now) override
    {
        hv_printf("tick %lu: the counter is %u\n", now, ++count_);
    }

    unsigned count_ = 0;
};

Clock clock;

} // namespace

int main()
{
    if (clock.status() < 0) {
        hv_printf("status %ld; expected the grant line=0\n", clock.status());
        return 1;
    }
    Job *jobs[] = {new Lamp(100), new Counter(150)};
    uint64_t last = hv_arg("ticks", 300);

    for (uint64_t now = 1; now <= last; now++) {
        clock.wait_for(now);
        for (Job *job : jobs)
            job->tick(now);
    }
    for (Job *job : jobs)
        delete job;
    return 0;
}
