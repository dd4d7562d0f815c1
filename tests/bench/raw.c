/* SPDX-License-Identifier: MIT */
#include "raw.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { UNIT = 64 * 1024 };

static void send_all(const int *sockets, int count, size_t bytes)
{
    static const char unit[UNIT];

    while (bytes > 0) {
        size_t part = bytes < UNIT ? bytes : UNIT;

        for (int i = 0; i < count; i++)
            if (write(sockets[i], unit, part) != (ssize_t)part)
                _exit(1);
        bytes -= part;
    }
}

static void run(int control, const int *sockets, int count)
{
    size_t bytes;

    bench_pin_sender();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(control, &bytes, sizeof(bytes)) == sizeof(bytes))
        send_all(sockets, count, bytes);
    _exit(0);
}

int raw_start(struct raw *raw, int sockets)
{
    int control[2], pair[2], far[CROWD_MAX];

    if (crowd_open(&raw->crowd) || pipe2(control, O_CLOEXEC))
        return bench_fail("pipe: %s", strerror(errno));
    for (int i = 0; i < sockets; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
            return bench_fail("socketpair: %s", strerror(errno));
        far[i] = pair[1];
        if (crowd_add(&raw->crowd, pair[0]))
            return -1;
    }
    raw->pid = fork();
    if (raw->pid == 0) {
        close(control[1]);
        run(control[0], far, sockets);
    }
    close(control[0]);
    for (int i = 0; i < sockets; i++)
        close(far[i]);
    raw->control = control[1];
    return raw->pid > 0 ? 0 : bench_fail("fork: %s", strerror(errno));
}

int raw_transfer(struct raw *raw, size_t bytes, double *seconds)
{
    double start = bench_now();

    if (write(raw->control, &bytes, sizeof(bytes)) != sizeof(bytes))
        return bench_fail("the raw sender is gone: %s", strerror(errno));
    if (crowd_drain(&raw->crowd, (struct goal){.bytes = bytes}, NULL))
        return -1;
    *seconds = bench_now() - start;
    return 0;
}

void raw_stop(struct raw *raw)
{
    if (raw->pid > 0) {
        close(raw->control);
        kill(raw->pid, SIGKILL);
        waitpid(raw->pid, NULL, 0);
    }
    raw->pid = 0;
    crowd_close(&raw->crowd);
}
