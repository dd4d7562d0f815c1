/* SPDX-License-Identifier: MIT
 *
 * Updates of a full table to subscribers that drain: read as console lines, and for comparison
 * applied from memory by a program that has the server's core and sockets but no console.
 *
 * Of one subscriber the whole work is measured: server, subscriber and who writes the lines share
 * one processor, and so do the bare sender and its reader. Side by side, two would tell how well
 * they overlap. With more subscribers senders have one processor and readers the other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benches.h"
#include "raw.h"
#include "table.h"
#include "wire.h"

enum { LEAST = 1000 };

static struct program server;
static struct crowd crowd;
static struct raw raw;
static char socket_path[512], updates_path[512], *updates;
static size_t updates_size, count;

static int fill(int members)
{
    for (int i = 0; i < members; i++)
        if (crowd_connect(&crowd, socket_path))
            return -1;
    return crowd_drain(&crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL);
}

/* What both kinds share, before the server runs. */
static int prepare(const struct table_file **table, const struct bench *bench,
                   const struct scale *scale)
{
    size_t wanted = bench->variant == 1 ? 200000 : bench->variant == 8 ? 100000 : 50000;

    snprintf(socket_path, sizeof(socket_path), "%s/fanout.sock", bench_directory());
    *table = table_file(scale);
    count = wanted / scale->updates < LEAST ? LEAST : wanted / scale->updates;
    if (bench->variant == 1)
        bench_pin_sender();
    updates = *table ? table_updates(*table, count, &updates_size) : NULL;
    return updates && crowd_open(&crowd) == 0 ? 0 : -1;
}

static int members_of(const struct bench *bench, const struct scale *scale)
{
    return bench->variant > scale->crowd ? bench->variant / scale->crowd : 1;
}

/* The journal holds all changes: a subscriber that the machine is late to run gets them, too, and
 * no new snapshot. */
static int start_server(void)
{
    const char *const arguments[] = {
        bench_program("rtm-server"), "--socket", socket_path, "--journal", "64M", NULL};

    return program_start(&server, true, arguments) ? -1 : program_await(&server, "# ready", NULL);
}

static int open_console(const struct bench *bench, const struct scale *scale)
{
    const struct table_file *table;
    int members = members_of(bench, scale);

    if (prepare(&table, bench, scale) || raw_start(&raw, members) || start_server() ||
        program_say(&server, "load %s", table->path) || program_await(&server, "ok load ", NULL))
        return -1;
    return fill(members);
}

static int write_updates(void)
{
    FILE *file;

    snprintf(updates_path, sizeof(updates_path), "%s/updates", bench_directory());
    file = fopen(updates_path, "w");
    if (!file || fwrite(updates, 1, updates_size, file) != updates_size || fclose(file))
        return bench_fail("%s: %s", updates_path, strerror(errno));
    return 0;
}

static int open_apply(const struct bench *bench, const struct scale *scale)
{
    const struct table_file *table;
    const char *arguments[] = {bench_program("bench-apply"), socket_path, NULL, updates_path, NULL};
    int members = members_of(bench, scale);

    if (prepare(&table, bench, scale) || write_updates() || raw_start(&raw, members))
        return -1;
    arguments[2] = table->path;
    if (program_start(&server, true, arguments) || program_await(&server, "# ready", NULL))
        return -1;
    return fill(members);
}

static int transfer(const char *text, size_t size, double *cost)
{
    struct pump pump = {&server, text, size};
    uint64_t seq = crowd_sum(&crowd.members[0]).seq + count;
    double start = bench_now();

    if (crowd_drain(&crowd, (struct goal){.tail_type = TYPE_DIGEST, .seq = seq}, &pump))
        return -1;
    *cost = bench_now() - start;
    return crowd_agrees(&crowd, &server);
}

static int ours_console(double *cost)
{
    return transfer(updates, updates_size, cost);
}

static int ours_apply(double *cost)
{
    return transfer("go\n", 3, cost);
}

/* The bytes of the changes alone: what else the server sends is its own affair. */
static int raw_fanout(double *cost)
{
    return raw_transfer(&raw, count * SIZE_ROUTE, cost);
}

static void close_fanout(void)
{
    bench_pin_rest();
    raw_stop(&raw);
    crowd_close(&crowd);
    program_stop(&server);
    free(updates);
    updates = NULL;
    remove(updates_path);
}

#define FANOUT(n, least, text)                                                                  \
    {.name = "fanout-" #n,                                                                      \
     .title = "updates read as console lines, to " text,                                        \
     .unit = "s",                                                                               \
     .sense = SHARE_AT_LEAST,                                                                   \
     .bound = (least),                                                                          \
     .open = open_console,                                                                      \
     .ours = ours_console,                                                                      \
     .raw = raw_fanout,                                                                         \
     .close = close_fanout,                                                                     \
     .variant = (n)},                                                                           \
    {                                                                                           \
        .name = "fanout-" #n "-apply", .title = "  applied from memory, to " text, .unit = "s", \
        .sense = SHARE_AT_LEAST, .open = open_apply, .ours = ours_apply, .raw = raw_fanout,     \
        .close = close_fanout, .variant = (n)                                                   \
    }

const struct bench bench_fanout[] = {
    FANOUT(1, 0.04, "1 subscriber"),
    FANOUT(8, 0.15, "8 subscribers"),
    FANOUT(64, 0.7, "64 subscribers"),
};
const size_t bench_fanout_count = sizeof(bench_fanout) / sizeof(*bench_fanout);
