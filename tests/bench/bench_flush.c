/* SPDX-License-Identifier: MIT
 *
 * A flush of 64 registered clients with 1,000 routes each, from the command until every client has
 * said unasked, in the notice of its console, that it has no routes left. The baseline is SIGUSR1
 * to as many processes that only wait for it, until every one of them has said that it has emptied
 * such a table. Both are the median of some.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "benches.h"
#include "measure.h"
#include "program.h"
#include "sleepers.h"

enum { CLIENTS = 64, ROUTES = 1000, ROUNDS = 20, PATIENCE_S = 60 };

static struct program server, clients[CLIENTS];
static struct sleepers sleepers;
static char table_path[512];
static int count, routes, rounds;
static double ours_cost, raw_cost;
static bool held; /* measured, and one of the two not yet asked for */

static int write_table(void)
{
    FILE *file;

    snprintf(table_path, sizeof(table_path), "%s/flush.table", bench_directory());
    file = fopen(table_path, "w");
    for (int i = 0; file && i < routes; i++) {
        char line[ROUTE_LINE];
        struct route route = sleepers_route(i);

        route_format(&route, line);
        fprintf(file, "%s\n", line);
    }
    return file && fclose(file) == 0 ? 0 : bench_fail("%s: %s", table_path, strerror(errno));
}

static int start(const char *socket)
{
    const char *const arguments[] = {bench_program("rtm-client"), "--socket", socket, NULL};

    if (program_start_server(&server, socket, true))
        return -1;
    for (int i = 0; i < count; i++)
        if (program_start(&clients[i], false, arguments))
            return -1;
    for (int i = 0; i < count; i++)
        if (program_await(&clients[i], "# state synchronised", NULL))
            return -1;
    return 0;
}

static int flush(int *signalled)
{
    char line[256];

    if (program_say(&server, "flush") || program_await(&server, "ok flush ", line))
        return -1;
    return sscanf(line, "ok flush seq=%*u flushes=%*u signalled=%d", signalled) == 1
               ? 0
               : bench_fail("cannot read \"%s\"", line);
}

/* Their ids are on the way to the server. */
static int await_registration(void)
{
    double until = bench_now() + PATIENCE_S;
    int signalled;

    do {
        if (flush(&signalled))
            return -1;
    } while (signalled < count && bench_now() < until);
    return signalled == count ? 0 : bench_fail("%d of %d clients register", signalled, count);
}

static int open_flush(const struct bench *bench, const struct scale *scale)
{
    char socket[512];

    (void)bench;
    count = CLIENTS / scale->crowd;
    routes = scale->updates > 1 ? 20 : ROUTES;
    rounds = scale->updates > 1 ? 2 : ROUNDS;
    held = false;
    snprintf(socket, sizeof(socket), "%s/flush.sock", bench_directory());
    if (write_table() || sleepers_start(&sleepers, count, routes) || start(socket))
        return -1;
    return await_registration();
}

static int routes_of(struct program *client, int *has)
{
    char line[256];

    if (program_say(client, "digest") || program_await(client, "ok digest ", line))
        return -1;
    return sscanf(line, "ok digest seq=%*u routes=%d", has) == 1
               ? 0
               : bench_fail("cannot read \"%s\"", line);
}

static int fill(void)
{
    double until = bench_now() + PATIENCE_S;

    if (program_say(&server, "load %s", table_path) || program_await(&server, "ok load ", NULL))
        return -1;
    for (int i = 0, has = 0; i < count; i += has == routes) {
        if (routes_of(&clients[i], &has))
            return -1;
        if (bench_now() > until)
            return bench_fail("client %d has %d of %d routes", i, has, routes);
    }
    return 0;
}

/* The signal is ahead of all that is created later: a flush is told with no routes. */
static int await_empty(struct program *client)
{
    char line[256];
    int has;

    if (program_await(client, "# flushed ", line))
        return -1;
    if (sscanf(line, "# flushed flushes=%*u routes=%d", &has) != 1 || has != 0)
        return bench_fail("\"%s\" was said; expected no routes", line);
    return 0;
}

static int one_flush(double *cost)
{
    double begin;
    int signalled;

    if (fill())
        return -1;
    begin = bench_now();
    if (flush(&signalled))
        return -1;
    for (int i = 0; i < count; i++)
        if (await_empty(&clients[i]))
            return -1;
    *cost = bench_now() - begin;
    return signalled == count ? 0 : bench_fail("%d of %d were signalled", signalled, count);
}

/* The rounds of both alternate: what else the machine does falls on both. */
static int in_turns(void)
{
    double ours[ROUNDS], raw[ROUNDS];

    held = !held;
    for (int i = 0; held && i < rounds; i++)
        if (one_flush(&ours[i]) || sleepers_fill(&sleepers) || sleepers_wake(&sleepers, &raw[i]))
            return -1;
    if (held) {
        ours_cost = measure_median(ours, rounds);
        raw_cost = measure_median(raw, rounds);
    }
    return 0;
}

static int ours_flush(double *cost)
{
    int result = in_turns();

    *cost = ours_cost;
    return result;
}

static int raw_flush(double *cost)
{
    int result = in_turns();

    *cost = raw_cost;
    return result;
}

static void close_flush(void)
{
    sleepers_stop(&sleepers);
    for (int i = 0; i < count; i++)
        program_stop(&clients[i]);
    program_stop(&server);
    remove(table_path);
}

const struct bench bench_flush = {
    .name = "flush",
    .title = "64 clients with 1,000 routes until all are seen empty, of signals to such",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 3,
    .open = open_flush,
    .ours = ours_flush,
    .raw = raw_flush,
    .close = close_flush,
};
