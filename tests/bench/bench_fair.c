/* SPDX-License-Identifier: MIT
 *
 * A lone update while another source never pauses (ROB-13): the time that 99 of 100 take to a
 * subscriber, compared with that through a bare relay under the same flood. What floods is
 * commands that are refused, or frames that ask for a snapshot.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benches.h"
#include "crowd.h"
#include "relay.h"
#include "wire.h"

enum { ROUNDS = 500, WARM = 20, FLOOD_BYTES = 64 * 1024 };

static const char refused[] = "delete 99.0.0.0/8";

static struct program server;
static struct crowd crowd, relayed;
static struct relay relay;
static char path[300], queues[2][64]; /* of the server and of the relay */
static enum relay_source flooding, lone;
static int queue = -1, rounds;
static pid_t drainer;

/* Behind everybody else: what is measured is not how long this process waits for a processor that
 * the flood has. */
static pid_t start_child(void)
{
    const struct sched_param none = {0};
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sched_setscheduler(0, SCHED_IDLE, &none);
    }
    return pid;
}

static void end_child(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

/* Takes the server's answers, or it would stop to read. */
static void start_drainer(void)
{
    static char answers[FLOOD_BYTES];

    drainer = start_child();
    while (drainer == 0)
        if (read(server.out, answers, sizeof(answers)) <= 0)
            _exit(0);
}

static _Noreturn void flood_queue(int fd)
{
    while (mq_send(fd, refused, sizeof(refused) - 1, 0) == 0)
        continue;
    _exit(1);
}

static _Noreturn void flood_console(int fd)
{
    static char lines[FLOOD_BYTES];
    size_t size = 0;

    while (size + sizeof(refused) <= sizeof(lines))
        size += (size_t)sprintf(lines + size, "%s\n", refused);
    while (write(fd, lines, size) == (ssize_t)size)
        continue;
    _exit(1);
}

/* Writes without pause and reads what comes. */
static _Noreturn void flood_client(int fd)
{
    static uint8_t frames[FLOOD_BYTES / SIZE_RESYNC][SIZE_RESYNC];
    static char answers[FLOOD_BYTES];
    struct pollfd both = {.fd = fd, .events = POLLIN | POLLOUT};
    size_t at = 0;
    ssize_t put;

    for (size_t i = 0; i < sizeof(frames) / SIZE_RESYNC; i++) {
        frames[i][AT_HEADER_length + 3] = SIZE_RESYNC;
        frames[i][AT_HEADER_type] = TYPE_RESYNC;
    }
    while (poll(&both, 1, -1) == 1) {
        if (both.revents & POLLIN && recv(fd, answers, sizeof(answers), MSG_DONTWAIT) == 0)
            _exit(1);
        put = send(fd, (uint8_t *)frames + at, sizeof(frames) - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        at = put > 0 ? (at + (size_t)put) % sizeof(frames) : at;
    }
    _exit(1);
}

/* The descriptor by which a client of the server floods it. */
static int connect_flooder(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t hello[SIZE_HELLO];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    wire_hello(hello);
    snprintf(address.sun_path, sizeof(address.sun_path), "%.107s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
        write(fd, hello, sizeof(hello)) != sizeof(hello))
        return bench_fail("%s: %s", path, strerror(errno));
    return fd;
}

static int start_flood(pid_t *flood, const int to[RELAY_SOURCES])
{
    int fd = to ? to[flooding] : flooding == RELAY_QUEUE ? queue : server.in;

    if (!to && flooding == RELAY_CLIENT && (fd = connect_flooder()) < 0)
        return -1;
    *flood = start_child();
    if (*flood == 0 && flooding == RELAY_QUEUE)
        flood_queue(fd);
    if (*flood == 0 && flooding == RELAY_CONSOLE)
        flood_console(fd);
    if (*flood == 0)
        flood_client(fd);
    if (!to && flooding == RELAY_CLIENT)
        close(fd);
    return *flood > 0 ? 0 : bench_fail("fork: %s", strerror(errno));
}

static int put(enum relay_source source, int fd, const char *line)
{
    size_t size = strlen(line);

    if (source == RELAY_QUEUE ? mq_send(fd, line, size - 1, 0) == 0
                              : write(fd, line, size) == (ssize_t)size)
        return 0;
    return bench_fail("cannot write \"%.40s\": %s", line, strerror(errno));
}

static int one_update(int number, const int to[RELAY_SOURCES], double *cost)
{
    struct crowd *there = to ? &relayed : &crowd;
    struct goal goal = {.bytes = SIZE_ROUTE + SIZE_DIGEST};
    int fd = to ? to[lone] : lone == RELAY_QUEUE ? queue : server.in;
    char line[64];
    double start;

    if (!to)
        goal = (struct goal){.tail_type = TYPE_DIGEST, .seq = crowd_sum(&crowd.members[0]).seq + 1};
    snprintf(line, sizeof(line), "update 10.0.0.0/8 10.0.0.%d eth0\n", number % 250 + 1);
    start = bench_now();
    if (put(lone, fd, line) || crowd_drain(there, goal, NULL))
        return -1;
    *cost = bench_now() - start;
    return 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* p99 of the rounds behind the first ones, while the flood goes on. */
static int measure(const int to[RELAY_SOURCES], double *cost)
{
    double costs[ROUNDS];
    pid_t flood = 0;
    int result = start_flood(&flood, to);

    for (int i = 0; i < WARM && result == 0; i++)
        result = one_update(i, to, &costs[0]);
    for (int i = 0; i < rounds && result == 0; i++)
        result = one_update(i, to, &costs[i]);
    if (result == 0 && waitpid(flood, NULL, WNOHANG) != 0)
        result = bench_fail("the flood has ended");
    end_child(&flood);
    qsort(costs, (size_t)rounds, sizeof(*costs), compare);
    *cost = costs[rounds * 99 / 100];
    return result;
}

static int ours_fair(double *cost)
{
    return measure(NULL, cost);
}

static int raw_fair(double *cost)
{
    return measure(relay.to, cost);
}

static int open_fair(const struct bench *bench, const struct scale *scale)
{
    const char *const arguments[] = {
        bench_program("rtm-server"), "--mq", queues[0], "--socket", path, NULL};

    flooding = (enum relay_source)bench->variant;
    lone = flooding == RELAY_CONSOLE ? RELAY_QUEUE : RELAY_CONSOLE;
    rounds = scale->updates > 1 ? 5 : ROUNDS;
    snprintf(path, sizeof(path), "%s/fair.sock", bench_directory());
    for (int i = 0; i < 2; i++)
        snprintf(queues[i], sizeof(queues[i]), "/rtm-bench-%d-%d", (int)getpid(), i);
    if (crowd_open(&crowd) || crowd_open(&relayed) || program_start(&server, true, arguments) ||
        program_await(&server, "# ready", NULL) ||
        program_say(&server, "create 10.0.0.0/8 10.0.0.1 eth0") ||
        program_await(&server, "ok create", NULL) ||
        relay_start(&relay, lone, queues[1], SIZE_ROUTE + SIZE_DIGEST) ||
        crowd_connect(&crowd, path) || crowd_add(&relayed, relay.subscriber))
        return -1;
    queue = mq_open(queues[0], O_WRONLY | O_CLOEXEC);
    if (queue < 0)
        return bench_fail("message queue %s: %s", queues[0], strerror(errno));
    start_drainer();
    return crowd_drain(&crowd, (struct goal){.tail_type = TYPE_SNAPSHOT_END}, NULL);
}

static void close_fair(void)
{
    relay_stop(&relay, queues[1]);
    crowd_close(&relayed);
    crowd_close(&crowd);
    if (queue >= 0)
        mq_close(queue);
    queue = -1;
    program_stop(&server);
    end_child(&drainer);
}

#define FAIR(what, flooder, text)                                                             \
    {                                                                                         \
        .name = "fair-" what, .title = "p99 of a lone update while " text " never pauses",    \
        .unit = "s", .sense = COST_AT_MOST, .bound = 3, .open = open_fair, .ours = ours_fair, \
        .raw = raw_fair, .close = close_fair, .variant = flooder,                             \
    }

const struct bench bench_fair[] = {
    FAIR("console", RELAY_CONSOLE, "the console"),
    FAIR("queue", RELAY_QUEUE, "a message queue"),
    FAIR("client", RELAY_CLIENT, "a client"),
};
const size_t bench_fair_count = sizeof(bench_fair) / sizeof(bench_fair[0]);
