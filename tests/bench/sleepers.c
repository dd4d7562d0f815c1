/* SPDX-License-Identifier: MIT */
#include "sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "core/table.h"

enum { PATIENCE_MS = 60000 };

struct route sleepers_route(int i)
{
    struct route route = {.prefix = {.address = UINT32_C(10) << 24 | (uint32_t)i << 8, .mask = 24},
                          .gateway = UINT32_C(192) << 24 | 1};

    snprintf(route.oif, sizeof(route.oif), "eth%d", i % 8);
    return route;
}

static int fill(struct table *table, int routes)
{
    for (int i = 0; i < routes; i++) {
        struct route route = sleepers_route(i);

        if (table_add(table, &route))
            return -1;
    }
    return 0;
}

/* Each takes one byte of the pipe that all share, since it sleeps before it reads again. */
static void sleep_on(int from, int to, int routes)
{
    struct table *table = table_create();
    sigset_t set;
    char byte;
    int number;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (table && read(from, &byte, 1) == 1 && fill(table, routes) == 0 &&
           write(to, "f", 1) == 1 && sigwait(&set, &number) == 0) {
        table_clear(table);
        if (write(to, "e", 1) != 1)
            break;
    }
    _exit(1);
}

static void send_signals(int from, const int *handles, int count)
{
    char byte;

    bench_pin_sender();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(from, &byte, 1) == 1)
        for (int i = 0; i < count; i++)
            pidfd_send_signal(handles[i], SIGUSR1, NULL, 0);
    _exit(0);
}

static int start_sender(struct sleepers *sleepers, int from)
{
    int handles[SLEEPERS_MAX];

    for (int i = 0; i < sleepers->count; i++)
        handles[i] = pidfd_open(sleepers->pids[i], 0);
    sleepers->sender = fork();
    if (sleepers->sender == 0)
        send_signals(from, handles, sleepers->count);
    for (int i = 0; i < sleepers->count; i++)
        close(handles[i]);
    return sleepers->sender > 0 ? 0 : bench_fail("fork: %s", strerror(errno));
}

int sleepers_start(struct sleepers *sleepers, int count, int routes)
{
    int to_them[2], to_sender[2], from_them[2];

    *sleepers = (struct sleepers){0};
    if (pipe2(to_them, O_CLOEXEC) || pipe2(to_sender, O_CLOEXEC) || pipe2(from_them, O_CLOEXEC))
        return bench_fail("pipe: %s", strerror(errno));
    sleepers->fill = to_them[1];
    sleepers->wake = to_sender[1];
    sleepers->answers = from_them[0];
    for (; sleepers->count < count; sleepers->count++) {
        pid_t pid = fork();

        if (pid == 0)
            sleep_on(to_them[0], from_them[1], routes);
        if (pid < 0)
            return bench_fail("fork: %s", strerror(errno));
        sleepers->pids[sleepers->count] = pid;
    }
    if (start_sender(sleepers, to_sender[0]))
        return -1;
    close(to_them[0]);
    close(to_sender[0]);
    close(from_them[1]);
    return 0;
}

/* Until every one of them has said this. */
static int await(const struct sleepers *sleepers, char awaited)
{
    struct pollfd answers = {.fd = sleepers->answers, .events = POLLIN};
    char said[SLEEPERS_MAX];
    ssize_t got;

    for (int missing = sleepers->count; missing > 0; missing -= (int)got) {
        got = poll(&answers, 1, PATIENCE_MS) == 1 ? read(sleepers->answers, said, (size_t)missing)
                                                  : 0;
        for (ssize_t i = 0; i < got; i++)
            if (said[i] != awaited)
                return bench_fail("a sleeper said '%c'; expected '%c'", said[i], awaited);
        if (got <= 0)
            return bench_fail("%d sleepers do not answer", missing);
    }
    return 0;
}

int sleepers_fill(struct sleepers *sleepers)
{
    static const char bytes[SLEEPERS_MAX];
    size_t count = (size_t)sleepers->count;

    if (write(sleepers->fill, bytes, count) != (ssize_t)count)
        return bench_fail("the sleepers are gone: %s", strerror(errno));
    return await(sleepers, 'f');
}

int sleepers_wake(struct sleepers *sleepers, double *seconds)
{
    double start = bench_now();

    if (write(sleepers->wake, "", 1) != 1)
        return bench_fail("the sender is gone: %s", strerror(errno));
    if (await(sleepers, 'e'))
        return -1;
    *seconds = bench_now() - start;
    return 0;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void sleepers_stop(struct sleepers *sleepers)
{
    if (sleepers->sender > 0)
        end(sleepers->sender);
    for (int i = 0; i < sleepers->count; i++)
        end(sleepers->pids[i]);
    if (sleepers->fill > 0) {
        close(sleepers->fill);
        close(sleepers->wake);
        close(sleepers->answers);
    }
    *sleepers = (struct sleepers){0};
}
