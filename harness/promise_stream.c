/* SPDX-License-Identifier: MIT
 *
 * PLT-1 to PLT-16: connections.
 */
#include "promise.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The two ends of a connection, that of the server first. */
static void connect_both(const struct trial *t, int ends[2])
{
    int listener = trial_listen(t, 1);

    ends[1] = trial_connect(t);
    ends[0] = CALL(t, accept(listener, NULL, NULL));
    close(listener);
}

static void dont_block(const struct trial *t, int fd)
{
    CALL(t, fcntl(fd, F_SETFL, O_NONBLOCK));
}

void promise_stream_order(const struct trial *t)
{
    int ends[2];

    connect_both(t, ends);
    trial_carry(t, ends[1], ends[0]);
}

static void echo_turned(const struct trial *t, void *of)
{
    const int *ends = of;

    close(ends[0]);
    trial_write(t, ends[1], 50000, 2);
    trial_read(t, ends[1], 50000, 3);
}

void promise_stream_duplex(const struct trial *t)
{
    int ends[2];

    connect_both(t, ends);
    pid_t child = trial_fork(t, echo_turned, ends);
    close(ends[1]);
    trial_write(t, ends[0], 50000, 3);
    trial_read(t, ends[0], 50000, 2);
    trial_join(t, child);
}

void promise_accept_descriptor(const struct trial *t)
{
    int listener = CALL(t, fcntl(trial_listen(t, 8), F_DUPFD, 3)), first, second;

    trial_connect(t);
    trial_connect(t);
    close(STDIN_FILENO);
    first = CALL(t, accept(listener, NULL, NULL));
    KEEP(t, first == STDIN_FILENO, "accept() gave %d while 0 was free", first);
    second = CALL(t, accept(listener, NULL, NULL));
    KEEP(t, second != first, "accept() gave %d twice", first);
    trial_connect(t);
    CALL(t, accept(listener, NULL, NULL));
}

void promise_connect_first(const struct trial *t)
{
    int listener = trial_listen(t, 8), client = trial_connect(t);

    trial_write(t, client, 1000, 4);
    trial_read(t, CALL(t, accept(listener, NULL, NULL)), 1000, 4);
}

void promise_listen_backlog(const struct trial *t)
{
    struct sockaddr_un a = trial_address(t);
    int room = 0;

    trial_listen(t, 4);
    for (; room <= 64; room++) {
        int fd = CALL(t, socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
            continue;
        KEEP(t, errno == EAGAIN, "connect() failed with %s, not EAGAIN", strerror(errno));
        trial_note(t, "listen of 4 lets %d connections wait", room);
        KEEP(t, room >= 4, "only %d connections may wait, listen said 4", room);
        return;
    }
    trial_broken(t, "%d connections wait at a socket whose listen said 4", room);
}

void promise_listen_no_bytes(const struct trial *t)
{
    int listener = trial_listen(t, 8);
    char byte;

    trial_write(t, trial_connect(t), 100, 5);
    dont_block(t, listener);
    KEEP(t, read(listener, &byte, 1) < 0, "read() of the listening socket gave bytes");
    KEEP(t, send(listener, "", 1, MSG_NOSIGNAL) < 0, "the listening socket took bytes");
    trial_read(t, CALL(t, accept(listener, NULL, NULL)), 100, 5);
}

void promise_accept_datagram(const struct trial *t)
{
    struct sockaddr_un a = trial_address(t);
    int fd = CALL(t, socket(AF_UNIX, SOCK_DGRAM, 0));

    CALL(t, bind(fd, (struct sockaddr *)&a, sizeof a));
    FAILS(t, EOPNOTSUPP, accept(fd, NULL, NULL));
}

void promise_socket_path(const struct trial *t)
{
    struct sockaddr_un a = trial_address(t);
    int listener = trial_listen(t, 1), other = CALL(t, socket(AF_UNIX, SOCK_STREAM, 0));
    struct stat stat;

    FAILS(t, EADDRINUSE, bind(other, (struct sockaddr *)&a, sizeof a));
    close(listener);
    CALL(t, lstat(a.sun_path, &stat));
    KEEP(t, S_ISSOCK(stat.st_mode), "the path is no socket");
    FAILS(t, ECONNREFUSED, connect(other, (struct sockaddr *)&a, sizeof a));
    FAILS(t, EADDRINUSE, bind(other, (struct sockaddr *)&a, sizeof a));
    CALL(t, unlink(a.sun_path));
    FAILS(t, ENOENT, connect(other, (struct sockaddr *)&a, sizeof a));
    CALL(t, bind(other, (struct sockaddr *)&a, sizeof a));
}

void promise_stream_end(const struct trial *t)
{
    int ends[2];
    char more;

    connect_both(t, ends);
    trial_write(t, ends[1], 5000, 6);
    close(ends[1]);
    trial_read(t, ends[0], 5000, 6);
    for (int i = 0; i < 2; i++)
        KEEP(t, CALL(t, read(ends[0], &more, 1)) == 0, "bytes came behind the end");
}

void promise_stream_broken(const struct trial *t)
{
    int ends[2];

    connect_both(t, ends);
    close(ends[1]);
    FAILS(t, EPIPE, send(ends[0], "x", 1, MSG_NOSIGNAL));
    trial_ended_by(t, trial_fork(t, trial_poke, &ends[0]), SIGPIPE);
    trial_catch(t, SIGPIPE, SIG_IGN, 0);
    FAILS(t, EPIPE, write(ends[0], "x", 1));
}

void promise_stream_blocks(const struct trial *t)
{
    int ends[2];
    char byte;

    connect_both(t, ends);
    BLOCKS(t, read(ends[0], &byte, 1));
    dont_block(t, ends[0]);
    FAILS(t, EAGAIN, read(ends[0], &byte, 1));
}

void promise_stream_full(const struct trial *t)
{
    struct pollfd writable = {.events = POLLOUT};
    static char bytes[65536];
    size_t taken = 0, back = 0;
    int ends[2];
    ssize_t got;

    connect_both(t, ends);
    dont_block(t, ends[0]);
    dont_block(t, ends[1]);
    while ((got = write(ends[0], bytes, sizeof bytes)) > 0 && taken < (1UL << 30))
        taken += (size_t)got;
    KEEP(t, got < 0, "%zu bytes were taken and no end", taken);
    KEEP(t, errno == EAGAIN, "write() failed with %s, not EAGAIN", strerror(errno));
    writable.fd = ends[0];
    KEEP(t, CALL(t, poll(&writable, 1, 0)) == 0, "a full connection is said to be writable");
    while ((got = read(ends[1], bytes, sizeof bytes)) > 0)
        back += (size_t)got;
    KEEP(t, back == taken, "%zu bytes were taken, and %zu came", taken, back);
    KEEP(t, CALL(t, poll(&writable, 1, 0)) == 1, "it is read empty, and not writable");
    trial_note(t, "a connection holds %zu bytes", taken);
}

void promise_socket_name(const struct trial *t)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = CALL(t, socket(AF_UNIX, SOCK_STREAM, 0));
    struct stat stat;

    CALL(t, chdir(t->dir));
    memset(a.sun_path, 'x', sizeof a.sun_path - 1);
    CALL(t, bind(fd, (struct sockaddr *)&a, sizeof a));
    CALL(t, lstat(a.sun_path, &stat));
    fd = CALL(t, socket(AF_UNIX, SOCK_STREAM, 0));
    FAILS(t, EINVAL, bind(fd, (struct sockaddr *)&a, sizeof a + 1));
    trial_note(t, "sun_path has %zu bytes", sizeof a.sun_path);
}

/* An address of loopback, with a port that the system chooses. */
struct loopback {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at;
    socklen_t size;
};

static struct loopback loopback(int family)
{
    struct loopback l = {.size = family == AF_INET ? sizeof l.at.v4 : sizeof l.at.v6};

    l.at.any.sa_family = (sa_family_t)family;
    if (family == AF_INET)
        l.at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        l.at.v6.sin6_addr = in6addr_loopback;
    return l;
}

static int listen_on(const struct trial *t, struct loopback *l)
{
    int fd = CALL(t, socket(l->at.any.sa_family, SOCK_STREAM, 0));

    CALL(t, bind(fd, &l->at.any, l->size));
    CALL(t, listen(fd, 4));
    CALL(t, getsockname(fd, &l->at.any, &l->size));
    return fd;
}

static void tcp_order(const struct trial *t, int family)
{
    struct loopback l = loopback(family);
    int listener = listen_on(t, &l), client = CALL(t, socket(family, SOCK_STREAM, 0));

    CALL(t, connect(client, &l.at.any, l.size));
    trial_carry(t, client, CALL(t, accept(listener, NULL, NULL)));
}

void promise_tcp_order(const struct trial *t)
{
    tcp_order(t, AF_INET);
}

void promise_tcp6_order(const struct trial *t)
{
    tcp_order(t, AF_INET6);
}

void promise_tcp_port(const struct trial *t)
{
    struct loopback l = loopback(AF_INET);
    int other = CALL(t, socket(AF_INET, SOCK_STREAM, 0));

    listen_on(t, &l);
    KEEP(t, l.at.v4.sin_port != 0, "the port is still 0");
    FAILS(t, EADDRINUSE, bind(other, &l.at.any, l.size));
}
