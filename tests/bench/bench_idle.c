/* SPDX-License-Identifier: MIT
 *
 * Nothing is done per client that has nothing to get: the processor time of a server with many
 * clients that are idle, or that do not read, compared with that of a server with one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benches.h"
#include "crowd.h"
#include "wire.h"

enum { MANY = 200, BURST = 100, BURSTS = 200 };

/* A server and its clients. */
struct side {
    struct program server;
    struct crowd crowd;
};

static struct side many, one;
static char burst[BURST * 64];
static size_t burst_size;
static int bursts;

static int open_side(struct side *side, const char *name, int members)
{
    char path[512];
    const char *const arguments[] = {
        bench_program("rtm-server"), "--journal", "64M", "--socket", path, NULL};

    snprintf(path, sizeof(path), "%s/%s.sock", bench_directory(), name);
    if (crowd_open(&side->crowd) || program_start(&side->server, true, arguments) ||
        program_await(&side->server, "# ready", NULL) ||
        program_say(&side->server, "create 10.0.0.0/8 10.0.0.1 eth0") ||
        program_await(&side->server, "ok create", NULL))
        return -1;
    for (int i = 0; i < members; i++)
        if (crowd_connect(&side->crowd, path))
            return -1;
    return crowd_drain(&side->crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL);
}

/* Has the server execute all bursts, each when the one before is answered. */
static int work(struct side *side, double *cpu)
{
    double before, after;

    if (program_cpu(&side->server, &before))
        return -1;
    for (int i = 0; i < bursts; i++)
        if (program_write(&side->server, burst, burst_size) ||
            program_await(&side->server, "ok digest", NULL))
            return -1;
    if (program_cpu(&side->server, &after))
        return -1;
    *cpu = after - before;
    return 0;
}

static int open_with(const struct scale *scale, const char *command)
{
    double unused;

    burst_size = 0;
    for (int i = 0; i < BURST; i++)
        burst_size += (size_t)sprintf(burst + burst_size, "%s\n", command);
    burst_size += (size_t)sprintf(burst + burst_size, "digest\n");
    bursts = scale->updates > 1 ? 3 : BURSTS;
    /* once before: then those that do not read are blocked */
    return open_side(&many, "many", MANY / scale->crowd) || open_side(&one, "one", 1) ||
                   work(&many, &unused) || work(&one, &unused)
               ? -1
               : 0;
}

static int open_idle(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    return open_with(scale, "lookup 11.0.0.0");
}

static int open_stalled(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    return open_with(scale, "update 10.0.0.0/8 10.0.0.1 eth0");
}

static int ours_idle(double *cost)
{
    return work(&many, cost);
}

static int raw_idle(double *cost)
{
    return work(&one, cost);
}

static void close_idle(void)
{
    crowd_close(&many.crowd);
    crowd_close(&one.crowd);
    program_stop(&many.server);
    program_stop(&one.server);
}

const struct bench bench_idle = {
    .name = "idle",
    .title = "lookups while 200 clients are idle, of those with 1 client",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 1.15,
    .open = open_idle,
    .ours = ours_idle,
    .raw = raw_idle,
    .close = close_idle,
};

const struct bench bench_stalled = {
    .name = "stalled",
    .title = "updates while 200 clients do not read, of those with 1 such",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 1.15,
    .open = open_stalled,
    .ours = ours_idle,
    .raw = raw_idle,
    .close = close_idle,
};
