/* SPDX-License-Identifier: MIT
 *
 * A lone update on its way to the last of 64 idle subscribers: the median of many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benches.h"
#include "measure.h"
#include "raw.h"
#include "wire.h"

enum { MEMBERS = 64, ROUNDS = 300 };

static struct program server;
static struct crowd crowd;
static struct raw raw;
static int rounds;

static int open_latency(const struct bench *bench, const struct scale *scale)
{
    char path[512];
    int members = MEMBERS / scale->crowd;

    (void)bench;
    snprintf(path, sizeof(path), "%s/latency.sock", bench_directory());
    rounds = scale->updates > 1 ? 5 : ROUNDS;
    if (crowd_open(&crowd) || raw_start(&raw, members) ||
        program_start_server(&server, path, true) ||
        program_say(&server, "create 10.0.0.0/8 10.0.0.1 eth0") ||
        program_await(&server, "ok create", NULL))
        return -1;
    for (int i = 0; i < members; i++)
        if (crowd_connect(&crowd, path))
            return -1;
    return crowd_drain(&crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL);
}

static int one_update(int number, double *cost)
{
    struct goal goal = {.tail_type = TYPE_DIGEST, .seq = crowd_sum(&crowd.members[0]).seq + 1};
    double start = bench_now();

    if (program_say(&server, "update 10.0.0.0/8 10.0.0.%d eth0", number % 250 + 1) ||
        crowd_drain(&crowd, goal, NULL))
        return -1;
    *cost = bench_now() - start;
    return program_await(&server, "ok update", NULL);
}

static int ours_latency(double *cost)
{
    double costs[ROUNDS];

    for (int i = 0; i < rounds; i++)
        if (one_update(i, &costs[i]))
            return -1;
    *cost = measure_median(costs, rounds);
    return crowd_agrees(&crowd, &server);
}

/* An update and the digest behind it: what leaves at once. */
static int raw_latency(double *cost)
{
    double costs[ROUNDS];

    for (int i = 0; i < rounds; i++)
        if (raw_transfer(&raw, SIZE_ROUTE + SIZE_DIGEST, &costs[i]))
            return -1;
    *cost = measure_median(costs, rounds);
    return 0;
}

static void close_latency(void)
{
    raw_stop(&raw);
    crowd_close(&crowd);
    program_stop(&server);
}

const struct bench bench_latency = {
    .name = "latency",
    .title = "a lone update to the last of 64 idle subscribers",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 1.3,
    .open = open_latency,
    .ours = ours_latency,
    .raw = raw_latency,
    .close = close_latency,
};
