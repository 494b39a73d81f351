/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps a secret, the number `secret=`. Says `times=` times, a tick apart, that it does; not what
 * it is. Secret and lines lie in one page of its own.
 */
#include "belfry/hv.h"

static struct {
    char line[128];
    char secret[64];
} diary __attribute__((aligned(HV_PAGE_SIZE)));

static uint64_t ticks;

static void on_tick(const struct hv_upcall *upcall, void *context)
{
    (void)context;
    ticks += upcall->count;
}

static void wait_tick(void)
{
    hv_irq_disable();
    for (uint64_t now = ticks; ticks == now; hv_irq_disable())
        hv_call_vcpu_wait();
}

int main(void)
{
    uint64_t times = hv_arg("times", 20);

    hv_irq_register(HV_VECTOR_PIT, on_tick, NULL);
    hv_snprintf(diary.secret, sizeof(diary.secret), "the secret is %lu", hv_arg("secret", 0));
    for (uint64_t n = 1; n <= times; n++) {
        int length = hv_snprintf(diary.line, sizeof(diary.line), "day %lu: told nobody\n", n);
        hv_write(diary.line, (size_t)length);
        wait_tick();
    }
    return 0;
}
