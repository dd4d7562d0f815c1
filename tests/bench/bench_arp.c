/* SPDX-License-Identifier: MIT
 *
 * Lookups in a shared ARP table that is half full. Their cost is processor time: nothing in a
 * lookup waits.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "benches.h"
#include "churn.h"
#include "core/arp_layout.h"

enum {
    SLOTS = 1 << 20,
    SLOTS_SMOKE = 1 << 12,
    LOOKUPS = 2000000,
    BLOCKS = 50,
    OPERATIONS = 10000000,
    FLUSHES = 100,
    RATE = 100000,     /* updates a second that the writer has to make */
    RATE_SET = 112000, /* that it tries to make */
    TRIES = 8,         /* of a pair whose writer was too slow */
};

/* Two kinds of lookups whose blocks alternate: what other programs do to the memory falls on both.
 */
struct turns {
    int (*ours)(uint32_t count, double *seconds), (*raw)(uint32_t count, double *seconds);
    double ours_cost, raw_cost;
    bool held; /* measured, and one of the two not yet asked for */
};

static struct stock stock, fresh;
static uint64_t random_state;
static struct churn churn;
static uint32_t live, lookups, block;
static bool judge_rate;
static double slowest;
static int discarded;

static double cpu_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int open_stock(const struct scale *scale)
{
    uint32_t slots = scale->updates > 1 ? SLOTS_SMOKE : SLOTS;

    lookups = LOOKUPS / (uint32_t)scale->updates;
    block = lookups / BLOCKS;
    random_state = 1;
    live = slots / 2;
    return stock_open(&stock, "arp", slots);
}

static void fill(struct stock *filled)
{
    while (filled->count < live)
        stock_add(filled, filled->count);
}

static void close_arp(void)
{
    churn_stop(&churn);
    stock_close(&stock);
    stock_close(&fresh);
}

static int in_turns(struct turns *turns)
{
    double ours, raw;

    turns->held = !turns->held;
    if (!turns->held)
        return 0;
    turns->ours_cost = turns->raw_cost = 0;
    for (int i = 0; i < BLOCKS; i++) {
        if (turns->ours(block, &ours) || turns->raw(block, &raw))
            return -1;
        turns->ours_cost += ours / lookups;
        turns->raw_cost += raw / lookups;
    }
    return 0;
}

/* Keys below `certain` must be there, the others may be. Chained, each follows from the answer to
 * the one before, so that none can begin early. */
static int look_up(uint32_t certain, bool chained, uint32_t count, double *seconds)
{
    uint64_t random = random_state;
    uint32_t address = 0, wrong = 0;
    double start = cpu_now();

    for (uint32_t i = 0; i < count; i++) {
        uint32_t key = stock_random(&random, live);
        uint64_t mac = stock_mac(key);

        if (!arp_lookup(&stock.reader, mac, &address))
            wrong += key < certain;
        else
            wrong += address != stock_address(mac);
        random += chained ? address : 0;
    }
    *seconds = cpu_now() - start;
    random_state = random;
    return wrong == 0 ? 0 : bench_fail("%u of %u lookups are wrong", wrong, count);
}

static int look_up_present(uint32_t count, double *seconds)
{
    return look_up(live, false, count, seconds);
}

static int look_up_chained(uint32_t count, double *seconds)
{
    return look_up(live, true, count, seconds);
}

/* Chained, with the lookup replaced by one read of the slot where it would begin. */
static int read_home(uint32_t count, double *seconds)
{
    const struct arp_slot *slots = stock.reader.slots;
    unsigned shift = arp_shift(stock.capacity);
    uint64_t random = random_state;
    double start = cpu_now();

    for (uint32_t i = 0; i < count; i++) {
        uint64_t mac = stock_mac(stock_random(&random, live));

        random += atomic_load_explicit(&slots[arp_home(mac, shift)].ip, memory_order_relaxed);
    }
    *seconds = cpu_now() - start;
    random_state = random;
    return 0;
}

static struct turns against_reads = {.raw = read_home};

static int open_lookup(const struct bench *bench, const struct scale *scale)
{
    if (open_stock(scale))
        return -1;
    fill(&stock);
    against_reads.held = false;
    against_reads.ours = bench->variant ? look_up_chained : look_up_present;
    return 0;
}

static int ours_lookup(double *cost)
{
    int result = in_turns(&against_reads);

    *cost = against_reads.ours_cost;
    return result;
}

static int raw_read(double *cost)
{
    int result = in_turns(&against_reads);

    *cost = against_reads.raw_cost;
    return result;
}

/* The steady entries, those with low keys, come last, so that many stand behind others that come
 * and go; and then first in the list. */
static void fill_churned_first(void)
{
    uint32_t half = live / 2;

    for (uint32_t i = 0; i < live; i++)
        stock_add(&stock, (i + half) % live);
    for (uint32_t i = 0; i < half; i++) {
        struct stock_entry moved = stock.entries[i];

        stock.entries[i] = stock.entries[i + half];
        stock.entries[i + half] = moved;
    }
}

static int open_busy(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    judge_rate = scale->updates == 1;
    slowest = 0;
    discarded = 0;
    if (open_stock(scale))
        return -1;
    fill_churned_first();
    return churn_start(&churn, &stock, live / 2, RATE_SET);
}

static int raw_idle(double *cost)
{
    double seconds;
    int result = look_up(live / 2, false, lookups, &seconds);

    *cost = seconds / lookups;
    return result;
}

static int measure_busy(double *cost, double *rate)
{
    if (churn_go(&churn) || raw_idle(cost))
        return -1;
    return churn_rest(&churn, rate);
}

static int ours_busy(double *cost)
{
    double rate;

    for (int i = 0; i < TRIES; i++, discarded++) {
        if (measure_busy(cost, &rate))
            return -1;
        if (rate >= RATE || !judge_rate) {
            slowest = slowest == 0 || rate < slowest ? rate : slowest;
            return 0;
        }
    }
    return bench_fail("the writer made %.0f updates/s; expected %d: the machine is busy", rate,
                      RATE);
}

static const char *note_busy(void)
{
    static char note[96];

    snprintf(note, sizeof(note), "at least %.0f updates/s; %d slower tries not counted", slowest,
             discarded);
    return note;
}

/* Random changes, in the end of a table that is half full; in their first half there are flushes,
 * each of whatever the table holds by then. */
static void age(uint32_t operations)
{
    uint64_t random = 1;
    uint32_t key = live;

    for (uint32_t i = 0; i < operations; i++) {
        bool filling = stock.count < live;

        if (i < operations / 2 && i % (operations / 2 / FLUSHES) == 0)
            stock_flush(&stock);
        if (stock.count == 0 || stock_random(&random, 8) < (filling ? 6 : 4))
            stock_add(&stock, key++);
        else
            stock_take(&stock, stock_random(&random, stock.count));
    }
    while (stock.count > live)
        stock_take(&stock, stock_random(&random, stock.count));
    while (stock.count < live)
        stock_add(&stock, key++);
}

static int open_aged(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    if (open_stock(scale) || stock_open(&fresh, "fresh", stock.capacity))
        return -1;
    age(OPERATIONS / (uint32_t)scale->updates);
    fill(&fresh);
    return 0;
}

/* No key of 33 bits was ever added. */
static int look_up_absent(const struct stock *asked, uint32_t count, double *seconds)
{
    uint64_t random = random_state;
    uint32_t address = 0, found = 0;
    double start = cpu_now();

    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = UINT64_C(1) << 32 | stock_random(&random, UINT32_MAX);

        found += arp_lookup(&asked->reader, stock_mac(key), &address);
    }
    *seconds = cpu_now() - start;
    random_state = random;
    return found == 0 ? 0 : bench_fail("%u of %u absent MACs were found", found, count);
}

static int look_up_aged(uint32_t count, double *seconds)
{
    return look_up_absent(&stock, count, seconds);
}

static int look_up_fresh(uint32_t count, double *seconds)
{
    return look_up_absent(&fresh, count, seconds);
}

static struct turns against_fresh = {.ours = look_up_aged, .raw = look_up_fresh};

static int ours_aged(double *cost)
{
    int result = in_turns(&against_fresh);

    *cost = against_fresh.ours_cost;
    return result;
}

static int raw_fresh(double *cost)
{
    int result = in_turns(&against_fresh);

    *cost = against_fresh.raw_cost;
    return result;
}

const struct bench bench_arp[] = {
    {.name = "arp-lookup",
     .title = "lookups in 1 M slots, half full, of dependent reads of single slots",
     .unit = "s",
     .sense = SHARE_AT_LEAST,
     .bound = 0.9,
     .open = open_lookup,
     .ours = ours_lookup,
     .raw = raw_read,
     .close = close_arp},
    {.name = "arp-chained",
     .title = "  where each lookup, too, depends on the one before",
     .unit = "s",
     .sense = SHARE_AT_LEAST,
     .bound = 0.85,
     .open = open_lookup,
     .ours = ours_lookup,
     .raw = raw_read,
     .close = close_arp,
     .variant = 1},
    {.name = "arp-busy",
     .title = "lookups beside a writer, of those without",
     .unit = "s",
     .sense = SHARE_AT_LEAST,
     .bound = 0.85,
     .open = open_busy,
     .ours = ours_busy,
     .raw = raw_idle,
     .close = close_arp,
     .note = note_busy},
    {.name = "arp-aged",
     .title = "absent lookups after 10 M changes and 100 flushes, of a new table's",
     .unit = "s",
     .sense = COST_AT_MOST,
     .bound = 2,
     .open = open_aged,
     .ours = ours_aged,
     .raw = raw_fresh,
     .close = close_arp},
};
const size_t bench_arp_count = sizeof(bench_arp) / sizeof(*bench_arp);
