/* SPDX-License-Identifier: MIT
 *
 * Loading a full table, and the memory that a server with it needs at its worst: after the load,
 * with a subscriber that is as far behind as it may be.
 */
#include <stdio.h>

#include "benches.h"
#include "crowd.h"
#include "table.h"
#include "wire.h"

static const struct table_file *table;
static struct program server;
static struct crowd crowd;
static char socket_path[512];

static int open_load(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    snprintf(socket_path, sizeof(socket_path), "%s/load.sock", bench_directory());
    table = table_file(scale);
    return table ? crowd_open(&crowd) : -1;
}

static void close_load(void)
{
    crowd_close(&crowd);
    program_stop(&server);
}

static int load(double *seconds)
{
    char line[256];
    size_t routes;
    double start = bench_now();

    if (program_say(&server, "load %s", table->path) || program_await(&server, "ok load ", line))
        return -1;
    *seconds = bench_now() - start;
    if (sscanf(line, "ok load routes=%zu", &routes) != 1 || routes != table->routes)
        return bench_fail("the table has %zu routes, the server says \"%s\"", table->routes, line);
    return 0;
}

static int ours_load(double *cost)
{
    int result;

    if (program_start_server(&server, socket_path, false))
        return -1;
    result = load(cost);
    program_stop(&server);
    return result;
}

static int peak(double *bytes_a_route)
{
    double seconds, bound, peak_bytes;
    char line[256];

    if (program_start_server(&server, socket_path, false) || crowd_connect(&crowd, socket_path) ||
        crowd_drain(&crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL))
        return -1;
    if (load(&seconds) || program_say(&server, "stats") ||
        program_await(&server, "journal_bound ", line) ||
        program_await(&server, "ok stats", NULL) || program_status(&server, "VmHWM", &peak_bytes))
        return -1;
    if (sscanf(line, "journal_bound %lf", &bound) != 1)
        return bench_fail("cannot read \"%s\"", line);
    *bytes_a_route = (peak_bytes - bound) / (double)table->routes;
    return 0;
}

static int ours_memory(double *cost)
{
    int result = peak(cost);

    if (crowd.count > 0)
        crowd_drop(&crowd);
    program_stop(&server);
    return result;
}

const struct bench bench_load = {
    .name = "load",
    .title = "load the full table from a file",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 1.5,
    .open = open_load,
    .ours = ours_load,
    .close = close_load,
};

const struct bench bench_memory = {
    .name = "memory",
    .title = "the server's peak without the journal's bound, a route",
    .unit = "B",
    .sense = COST_AT_MOST,
    .bound = 160,
    .open = open_load,
    .ours = ours_memory,
    .close = close_load,
};
