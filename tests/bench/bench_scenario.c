/* SPDX-License-Identifier: MIT
 *
 * What the suite costs: a scenario with a server and two clients, of the bare spawning of these
 * processes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "benches.h"
#include "program.h"

enum { SCENARIOS = 64 }; /* the start of the suite is spread over so many */

static char script[512], socket_path[512];
static int scenarios;

static int open_scenario(const struct bench *bench, const struct scale *scale)
{
    FILE *file;

    (void)bench;
    scenarios = scale->updates > 1 ? 2 : SCENARIOS;
    snprintf(socket_path, sizeof(socket_path), "%s/scenario.sock", bench_directory());
    snprintf(script, sizeof(script), "%s/SYN-2-bench.rtm", bench_directory());
    file = fopen(script, "w");
    if (!file)
        return bench_fail("%s: %s", script, strerror(errno));
    fprintf(file, "title    two clients have the server's table: {number}\n"
                  "needs    routes\nrows     number\n");
    for (int i = 0; i < scenarios; i++)
        fprintf(file, "row      %d\n", i);
    fprintf(file, "\nserver S\nclient A\nclient B\nexpect A B equal S    [SYN-2]\n");
    fclose(file);
    return 0;
}

/* One at a time, the start of the suite and its report included. */
static int ours_scenario(double *cost)
{
    const char *const arguments[] = {
        bench_program("rtmtest"), "run", "--only", script, "--jobs", "1", "--report", "tap", NULL};
    char last[64];
    struct program suite;
    double start = bench_now();
    int result;

    snprintf(last, sizeof(last), "%d passed, 0 failed, 0 skipped", scenarios);
    result = program_start(&suite, false, arguments) || program_await(&suite, last, NULL) ? -1 : 0;
    *cost = (bench_now() - start) / scenarios;
    program_stop(&suite);
    return result;
}

static int start_client(struct program *client)
{
    const char *const arguments[] = {bench_program("rtm-client"), "--socket", socket_path, NULL};

    return program_start(client, false, arguments);
}

/* Until all are up and have each other; then they are told to end, and do. */
static int spawn(struct program *server, struct program clients[2])
{
    if (program_start_server(server, socket_path, false) || start_client(&clients[0]) ||
        start_client(&clients[1]) || program_await(&clients[0], "# state synchronised", NULL) ||
        program_await(&clients[1], "# state synchronised", NULL))
        return -1;
    return 0;
}

static int raw_scenario(double *cost)
{
    struct program server = {0}, clients[2] = {{0}, {0}};
    double start = bench_now();
    int result = 0;

    for (int i = 0; i < scenarios && !result; i++) {
        result = spawn(&server, clients);
        program_stop(&clients[0]);
        program_stop(&clients[1]);
        program_stop(&server);
    }
    *cost = (bench_now() - start) / scenarios;
    return result;
}

static void close_scenario(void)
{
    remove(script);
}

const struct bench bench_scenario = {
    .name = "scenario",
    .title = "a scenario of a server and two clients, of spawning these",
    .unit = "s",
    .sense = COST_AT_MOST,
    .bound = 3,
    .open = open_scenario,
    .ours = ours_scenario,
    .raw = raw_scenario,
    .close = close_scenario,
};
