/* SPDX-License-Identifier: MIT
 *
 * Lookups in a shared ARP table that is half full, each of a MAC that follows from the answer to
 * the one before. Their cost is processor time: nothing in a lookup waits.
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
    OPERATIONS = 10000000,
    FLUSHES = 100,
    RATE = 100000,     /* updates a second that the writer has to make */
    RATE_SET = 112000, /* that it tries to make */
    TRIES = 8,         /* of a pair whose writer was too slow */
};

static struct stock stock, fresh;
static struct churn churn;
static uint32_t live, lookups;
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
    live = slots / 2;
    return stock_open(&stock, "arp", slots);
}

static void fill(struct stock *filled)
{
    while (filled->count < live)
        stock_add(filled, filled->count);
}

static int open_lookup(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    if (open_stock(scale))
        return -1;
    fill(&stock);
    return 0;
}

static void close_arp(void)
{
    churn_stop(&churn);
    stock_close(&stock);
    stock_close(&fresh);
}

/* The seconds of one lookup. Keys below `certain` must be there, the others may be. */
static int measure_lookups(uint32_t certain, double *cost)
{
    uint64_t random = 1;
    uint32_t address = 0, wrong = 0;
    double start = cpu_now();

    for (uint32_t i = 0; i < lookups; i++) {
        uint32_t key = stock_random(&random, live);
        uint64_t mac = stock_mac(key);

        if (!arp_lookup(&stock.reader, mac, &address))
            wrong += key < certain;
        else
            wrong += address != stock_address(mac);
        random += address;
    }
    *cost = (cpu_now() - start) / lookups;
    return wrong == 0 ? 0 : bench_fail("%u of %u lookups are wrong", wrong, lookups);
}

static int ours_lookup(double *cost)
{
    return measure_lookups(live, cost);
}

/* The same with the lookup replaced by one read of the slot where it would begin. */
static int raw_read(double *cost)
{
    const struct arp_slot *slots = stock.reader.slots;
    unsigned shift = arp_shift(stock.capacity);
    uint64_t random = 1;
    double start = cpu_now();

    for (uint32_t i = 0; i < lookups; i++) {
        uint64_t mac = stock_mac(stock_random(&random, live));

        random += atomic_load_explicit(&slots[arp_home(mac, shift)].ip, memory_order_relaxed);
    }
    *cost = (cpu_now() - start) / lookups;
    return random ? 0 : bench_fail("the numbers are not random");
}

static int open_busy(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    judge_rate = scale->updates == 1;
    slowest = 0;
    discarded = 0;
    if (open_stock(scale))
        return -1;
    fill(&stock);
    return churn_start(&churn, &stock, live / 2, RATE_SET);
}

static int measure_busy(double *cost, double *rate)
{
    if (churn_go(&churn) || measure_lookups(live / 2, cost))
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

static int raw_idle(double *cost)
{
    return measure_lookups(live / 2, cost);
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
static int measure_absent(const struct stock *asked, double *cost)
{
    uint64_t random = 1;
    uint32_t address = 0, found = 0;
    double start = cpu_now();

    for (uint32_t i = 0; i < lookups; i++) {
        uint64_t key = UINT64_C(1) << 32 | stock_random(&random, UINT32_MAX);

        found += arp_lookup(&asked->reader, stock_mac(key), &address);
        random += found;
    }
    *cost = (cpu_now() - start) / lookups;
    return found == 0 ? 0 : bench_fail("%u of %u absent MACs were found", found, lookups);
}

static int ours_aged(double *cost)
{
    return measure_absent(&stock, cost);
}

static int raw_fresh(double *cost)
{
    return measure_absent(&fresh, cost);
}

const struct bench bench_arp[] = {
    {.name = "arp-lookup",
     .title = "lookups of 1 M slots, half full, of single reads of them",
     .unit = "s",
     .sense = SHARE_AT_LEAST,
     .bound = 0.9,
     .open = open_lookup,
     .ours = ours_lookup,
     .raw = raw_read,
     .close = close_arp},
    {.name = "arp-busy",
     .title = "the same beside a writer, of those without",
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
