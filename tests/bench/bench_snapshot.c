/* SPDX-License-Identifier: MIT
 *
 * One subscriber joins a server that holds the full table.
 */
#include <stdio.h>

#include "benches.h"
#include "raw.h"
#include "table.h"
#include "wire.h"

static const struct table_file *table;
static struct program server;
static struct crowd crowd;
static struct raw raw;
static char socket_path[512];
static size_t bytes; /* of the whole answer to HELLO */

static int open_snapshot(const struct bench *bench, const struct scale *scale)
{
    (void)bench;
    snprintf(socket_path, sizeof(socket_path), "%s/snapshot.sock", bench_directory());
    table = table_file(scale);
    if (!table || crowd_open(&crowd) || raw_start(&raw, 1) ||
        program_start_server(&server, socket_path, true) ||
        program_say(&server, "load %s", table->path))
        return -1;
    bytes = SIZE_WELCOME + SIZE_SNAPSHOT_BEGIN + table->routes * SIZE_ROUTE + SIZE_SNAPSHOT_END;
    return program_await(&server, "ok load ", NULL);
}

static int ours_snapshot(double *cost)
{
    double start = bench_now();

    if (crowd_connect(&crowd, socket_path) ||
        crowd_drain(&crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL))
        return -1;
    *cost = bench_now() - start;
    if (crowd.members[0].received != bytes)
        return bench_fail("the snapshot has %zu bytes; expected %zu", crowd.members[0].received,
                          bytes);
    if (crowd_agrees(&crowd, &server))
        return -1;
    crowd_drop(&crowd);
    return 0;
}

static int raw_snapshot(double *cost)
{
    return raw_transfer(&raw, bytes, cost);
}

static void close_snapshot(void)
{
    raw_stop(&raw);
    crowd_close(&crowd);
    program_stop(&server);
}

const struct bench bench_snapshot = {
    .name = "snapshot",
    .title = "snapshot of the full table to one subscriber",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 2,
    .open = open_snapshot,
    .ours = ours_snapshot,
    .raw = raw_snapshot,
    .close = close_snapshot,
};
