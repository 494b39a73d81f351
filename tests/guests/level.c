/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Level-triggered lines: two serial ports on PCI cards, whose INTx stays asserted for as long as
 * "transmitter empty" is enabled and not served. The guest has the 8259's ports too, so that it
 * sees the mask at the controller. Two restarts in the midst of a service: by the call and by a
 * fault. test_lines.py starts it, and adds up what it says of each life.
 */
#include "guest.h"

enum { PCI_ADDRESS = 0xCF8, PCI_DATA = 0xCFC }; /* PCI local bus specification 3.0, 3.2.2.3.2 */
enum { IER = 1, THRI = 2 };                     /* PC16550D data sheet, table II */
enum { MASK_MASTER = 0x21, MASK_SLAVE = 0xA1, ELCR = 0x4D0 };

#define SERIAL_CARD     0x00021B36 /* QEMU's pci-serial: device 2 of vendor 0x1B36 */
#define CHECKS_IN_FIRST 56
#define CHECKS_IN_LATER 8

struct card {
    uint16_t port;
    unsigned line, vector;
    uint64_t upcalls, told;
    bool closed_in_service;
};

static struct card cards[2];
static void (*in_service)(struct card *card, struct hv_upcall *frame);

static uint32_t pci_read(unsigned slot, unsigned offset)
{
    out32(PCI_ADDRESS, 1u << 31 | slot << 11 | offset);
    return in32(PCI_DATA);
}

/* Where the firmware has put the cards, and which lines it has given them; the lower one first. */
static unsigned find_cards(void)
{
    unsigned found = 0;
    for (unsigned slot = 0; slot < 32 && found < ARRAY_LENGTH(cards); slot++) {
        if (pci_read(slot, 0) != SERIAL_CARD)
            continue;
        struct card *card = &cards[found++];
        card->port = (uint16_t)(pci_read(slot, 0x10) & 0xFFFC);
        card->line = pci_read(slot, 0x3C) & 0xFF;
        card->vector = HV_VECTOR_LINE + card->line;
    }
    if (found == 2 && cards[0].line > cards[1].line) {
        struct card higher = cards[0];
        cards[0] = cards[1];
        cards[1] = higher;
    }
    return found;
}

static void assert_line(const struct card *card)
{
    out8(card->port + IER, THRI);
}

static void deassert_line(const struct card *card)
{
    out8(card->port + IER, 0);
}

static bool is_closed(const struct card *card)
{
    unsigned masks = in8(MASK_MASTER) | (unsigned)in8(MASK_SLAVE) << 8;
    return masks >> card->line & 1;
}

static uint64_t raised(const struct card *card)
{
    return stats_of(card->vector).raised;
}

static void on_line(struct hv_upcall *frame, struct registers *entry)
{
    (void)entry;
    struct card *card = frame->vector == cards[0].vector ? &cards[0] : &cards[1];
    card->upcalls++;
    card->told += frame->count;
    card->closed_in_service = is_closed(card);
    in_service(card, frame);
}

static void serve(struct card *card, struct hv_upcall *frame)
{
    (void)frame;
    deassert_line(card);
}

/* The guest's own sums, and the stats, which must say the same. */
static void check_sums(struct card *card, uint64_t total, const char *what)
{
    interrupts_disable();
    struct hv_irq_stats stats = stats_of(card->vector);
    bool agree = stats.raised == total && stats.acknowledged + stats.discarded == total &&
                 stats.outstanding == 0 && stats.held == 0;
    OK(agree && stats.acknowledged == card->told && stats.upcalls == card->upcalls,
       "%s: raised %lu, acknowledged %lu, discarded %lu, %lu upcalls", what, stats.raised,
       stats.acknowledged, stats.discarded, stats.upcalls);
    if (!agree)
        tap_note("expected raised %lu; outstanding %lu, told %lu in %lu upcalls", total,
                 stats.outstanding, card->told, card->upcalls);
    OK(!is_closed(card), "%s: the line is open", what);
}

static void check_once(struct card *card)
{
    IS(in8((uint16_t)(ELCR + card->line / 8)) >> card->line % 8 & 1, 1,
       "line %u is level-triggered", card->line);
    OK(is_closed(card), "nobody registered: the line is closed");
    must_register(card->vector);
    OK(!is_closed(card), "registered: it is open");
    IS(raised(card), 0, "and nothing came");
    assert_line(card);
    IS(raised(card), 1, "asserted: one occurrence");
    OK(is_closed(card), "the line is closed from the raise");
    spin_us(3000);
    IS(raised(card), 1, "however long it stays asserted");
    in_service = serve;
    interrupts_enable();
    OK(card->upcalls == 1 && card->told == 1, "one upcall tells of it");
    OK(card->closed_in_service, "the line is closed during the service");
    spin_us(3000);
    check_sums(card, 1, "served");
}

static unsigned left;

static void serve_late(struct card *card, struct hv_upcall *frame)
{
    if (frame->count != 1)
        OK(false, "an upcall tells of %lu", frame->count);
    if (--left == 0)
        deassert_line(card);
}

static void check_still_asserted(struct card *card)
{
    in_service = serve_late;
    left = 500;
    uint64_t before = raised(card);
    interrupts_enable();
    assert_line(card);
    spin_us(3000);
    IS(left, 0, "asserted through 499 services: told again at each end");
    check_sums(card, before + 500, "500 in all");
}

static void serve_with_glitches(struct card *card, struct hv_upcall *frame)
{
    (void)frame;
    for (unsigned i = 0; i < 5; i++) {
        deassert_line(card);
        assert_line(card);
    }
    if (left-- == 0)
        deassert_line(card);
}

static void check_glitches(struct card *card)
{
    uint64_t before = raised(card);
    in_service = serve_with_glitches;
    left = 0;
    interrupts_enable();
    assert_line(card);
    check_sums(card, before + 1, "glitches in service, none at its end");
    left = 1;
    interrupts_enable();
    assert_line(card);
    check_sums(card, before + 3, "glitches in service, asserted at its end");
}

static void leave_outstanding(struct card *card, struct hv_upcall *frame)
{
    if (left > 0 && --left > 0) {
        card->told -= frame->count;
        frame->count = 0;
        return;
    }
    deassert_line(card);
}

static void check_count_zero(struct card *card)
{
    uint64_t before = raised(card);
    in_service = leave_outstanding;
    left = 4;
    interrupts_enable();
    assert_line(card);
    check_sums(card, before + 4, "three services that acknowledge nothing");
}

static void check_masked(struct card *card)
{
    uint64_t before = raised(card), upcalls = card->upcalls;
    in_service = serve;
    interrupts_enable();
    IS(call(HV_CALL_IRQ_MASK, card->vector), 0, "MASK");
    assert_line(card);
    spin_us(2000);
    OK(raised(card) == before + 1 && card->upcalls == upcalls, "masked: counted once, not told");
    OK(is_closed(card), "and closed at the controller");
    IS(call(HV_CALL_IRQ_UNMASK, card->vector), 0, "UNMASK");
    IS(card->upcalls, upcalls + 1, "tells of it");
    check_sums(card, before + 1, "masked and unmasked");
}

/* With interrupts disabled, IRQ_ACK alone. */
static void check_polled(struct card *card)
{
    uint64_t before = raised(card);
    interrupts_disable();
    assert_line(card);
    IS(call(HV_CALL_IRQ_ACK, card->vector, 0), 1, "IRQ_ACK of none says what is outstanding");
    IS(call(HV_CALL_IRQ_ACK, card->vector, 0), 1, "and again: no service has begun, so none ended");
    OK(is_closed(card), "the line is still closed");
    IS(call(HV_CALL_IRQ_ACK, card->vector, 1), 0, "acknowledged while asserted");
    IS(raised(card), before + 2, "is a new occurrence");
    deassert_line(card);
    IS(call(HV_CALL_IRQ_ACK, card->vector, 1), 0, "acknowledged when no longer asserted");
    card->told += 2;
    check_sums(card, before + 2, "polled");
}

static void nested_second(struct card *card, struct hv_upcall *frame)
{
    (void)frame;
    if (card == &cards[1]) {
        left++;
        deassert_line(card);
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        interrupts_enable();
        assert_line(&cards[1]);
        interrupts_disable();
    }
    spin_us(1000);
    deassert_line(card);
}

/* cards[0] has the lower line. */
static void check_two(void)
{
    uint64_t first = raised(&cards[0]), second = raised(&cards[1]);
    in_service = nested_second;
    left = 0;
    assert_line(&cards[0]);
    OK(!is_closed(&cards[1]), "one line closed: the other is open");
    interrupts_enable();
    IS(left, 3, "and is told of three times during the first one's service");
    check_sums(&cards[0], first + 1, "the first");
    check_sums(&cards[1], second + 3, "the second");
}

static void check_unregister(struct card *card)
{
    uint64_t before = raised(card);
    interrupts_disable();
    assert_line(card);
    IS(call(HV_CALL_IRQ_UNREGISTER, card->vector), 1, "UNREGISTER while asserted and outstanding");
    OK(is_closed(card), "the line is closed");
    spin_us(2000);
    IS(raised(card), before + 1, "nothing more is counted");
    must_register(card->vector);
    IS(raised(card), before + 2, "registered again: still asserted, a new occurrence");
    in_service = serve;
    interrupts_enable();
    check_sums(card, before + 2, "served after that");
}

static void unregister(struct card *card, struct hv_upcall *frame)
{
    card->told -= frame->count;
    IS(call(HV_CALL_IRQ_UNREGISTER, card->vector), 1, "UNREGISTER in its own service");
}

static void check_unregister_in_service(struct card *card)
{
    uint64_t before = raised(card);
    in_service = unregister;
    interrupts_enable();
    assert_line(card);
    OK(is_closed(card), "the line stays closed after the return");
    IS(raised(card), before + 1, "nothing more is counted");
    in_service = serve;
    must_register(card->vector);
    check_sums(card, before + 2, "registered with interrupts enabled");
}

/* What the summary's sums of each line are compared with. */
static void say_raised(void)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(cards); i++)
        say("life raised %u: %lu", cards[i].line, raised(&cards[i]));
}

static void end_life(struct card *card, struct hv_upcall *frame)
{
    (void)card;
    (void)frame;
    say_raised();
    if (PAGE->restarts == 0)
        call(HV_CALL_PARTITION_RESTART);
    __asm__ volatile("ud2");
}

static void first_life(void)
{
    check_once(&cards[0]);
    check_still_asserted(&cards[0]);
    check_glitches(&cards[0]);
    check_count_zero(&cards[0]);
    check_masked(&cards[0]);
    check_polled(&cards[0]);
    must_register(cards[1].vector);
    check_two();
    check_unregister(&cards[0]);
    check_unregister_in_service(&cards[0]);
}

/* The one before died in a service, its line asserted. */
static void later_life(struct card *card)
{
    OK(is_closed(card), "life %u: the line is closed", PAGE->restarts);
    spin_us(2000);
    IS(raised(card), 0, "nothing is counted");
    must_register(card->vector);
    IS(raised(card), 1, "still asserted: one occurrence");
    OK(is_closed(card), "closed");
    in_service = serve;
    interrupts_enable();
    check_sums(card, 1, "served");
    must_register(cards[1].vector);
}

void run(void)
{
    unsigned life = PAGE->restarts;
    if (life > 0)
        tap_continue(CHECKS_IN_FIRST + (life - 1) * CHECKS_IN_LATER);
    unsigned found = find_cards();
    if (found < ARRAY_LENGTH(cards))
        OK(false, "%u serial cards, expected 2", found);
    on_upcall = on_line;
    if (life == 0)
        first_life();
    else
        later_life(&cards[0]);
    if (life == 2) {
        say_raised();
        return;
    }
    in_service = end_life;
    interrupts_enable();
    assert_line(&cards[0]);
    spin_us(1000);
    OK(false, "a life after the end");
}
