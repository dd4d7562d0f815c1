/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { MESSAGES = 10, MESSAGE_BYTES = 4096 };

/* Of one turn, each as the server has it. */
enum { CONSOLE_BYTES = 64 * 1024, QUEUE_MESSAGES = 32, CLIENT_BYTES = 16 * 1024 };

static char bytes[CONSOLE_BYTES];

/* How many reads gave something. */
static int read_source(enum relay_source source, int fd)
{
    int got = 0;

    if (source == RELAY_CONSOLE)
        return read(fd, bytes, CONSOLE_BYTES) > 0;
    if (source == RELAY_CLIENT)
        return recv(fd, bytes, CLIENT_BYTES, MSG_DONTWAIT) > 0;
    while (got < QUEUE_MESSAGES && mq_receive(fd, bytes, MESSAGE_BYTES, NULL) >= 0)
        got++;
    return got;
}

static _Noreturn void run(const int from[RELAY_SOURCES], enum relay_source lone, int subscriber,
                          size_t size)
{
    struct pollfd polled[RELAY_SOURCES];

    bench_pin_sender();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < RELAY_SOURCES; i++)
        polled[i] = (struct pollfd){.fd = from[i], .events = POLLIN};
    while (poll(polled, RELAY_SOURCES, -1) > 0)
        for (int i = 0; i < RELAY_SOURCES; i++)
            if (polled[i].revents && read_source((enum relay_source)i, from[i]) > 0 &&
                i == (int)lone && write(subscriber, bytes, size) != (ssize_t)size)
                _exit(1);
    _exit(1);
}

int relay_start(struct relay *relay, enum relay_source lone, const char *queue, size_t size)
{
    struct mq_attr attr = {.mq_maxmsg = MESSAGES, .mq_msgsize = MESSAGE_BYTES};
    int console[2], client[2], out[2], from[RELAY_SOURCES];

    *relay = (struct relay){0};
    mq_unlink(queue);
    from[RELAY_QUEUE] = mq_open(queue, O_RDONLY | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
    relay->to[RELAY_QUEUE] = mq_open(queue, O_WRONLY);
    if (from[RELAY_QUEUE] < 0 || relay->to[RELAY_QUEUE] < 0)
        return bench_fail("message queue %s: %s", queue, strerror(errno));
    if (pipe2(console, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, out))
        return bench_fail("pipe: %s", strerror(errno));
    from[RELAY_CONSOLE] = console[0];
    from[RELAY_CLIENT] = client[0];
    relay->pid = fork();
    if (relay->pid == 0)
        run(from, lone, out[0], size);
    close(console[0]);
    close(client[0]);
    close(out[0]);
    mq_close(from[RELAY_QUEUE]);
    relay->to[RELAY_CONSOLE] = console[1];
    relay->to[RELAY_CLIENT] = client[1];
    relay->subscriber = out[1];
    return relay->pid > 0 ? 0 : bench_fail("fork: %s", strerror(errno));
}

void relay_stop(struct relay *relay, const char *queue)
{
    mq_unlink(queue);
    if (relay->pid <= 0)
        return;
    kill(relay->pid, SIGKILL);
    waitpid(relay->pid, NULL, 0);
    for (int i = 0; i < RELAY_SOURCES; i++)
        close(relay->to[i]);
    relay->pid = 0;
}
