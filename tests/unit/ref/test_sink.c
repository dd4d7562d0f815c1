/* SPDX-License-Identifier: MIT */
/*
 * Writing that never blocks: into a pipe, by its own call and the way of kernels without it, and
 * into a socket.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/sink.h"

enum { PATIENCE_S = 10, SIZE = 300000 };

static char bytes[SIZE], back[SIZE];

/* Writes from there until no more goes; how far it came. */
static size_t fill(struct sink *sink, size_t at)
{
    ssize_t sent;

    while (at < SIZE && (sent = sink_write(sink, bytes + at, SIZE - at)) > 0)
        at += (size_t)sent;
    return at;
}

/* More than fits arrives whole, although nobody reads while it is written. */
static void moves_all(struct sink *sink, int far)
{
    size_t at = 0, got = 0;
    ssize_t part = 1;

    alarm(PATIENCE_S); /* a write that blocks ends the test */
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i % 251);
    memset(back, 0, sizeof(back));
    while (got < SIZE && part > 0) {
        errno = 0;
        at = fill(sink, at);
        CHECK(at > got && (at == SIZE || errno == EAGAIN));
        part = read(far, back + got, at - got);
        got += part > 0 ? (size_t)part : 0;
    }
    CHECK(memcmp(bytes, back, SIZE) == 0);
    CHECK_EQ_INT(fcntl(sink->fd, F_GETFL) & O_NONBLOCK, 0);
    alarm(0);
}

TEST(a_full_pipe_is_not_waited_for)
{
    int ends[2];
    struct sink sink;

    CHECK(pipe(ends) == 0);
    sink_init(&sink, ends[1]);
    CHECK(sink.kind == SINK_PIPE);
    moves_all(&sink, ends[0]);
    sink.kind = SINK_POLLED;
    moves_all(&sink, ends[0]);
    close(ends[0]);
    close(ends[1]);
}

TEST(a_full_socket_is_not_waited_for)
{
    int ends[2];
    struct sink sink;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    sink_init(&sink, ends[1]);
    CHECK(sink.kind == SINK_SOCKET);
    moves_all(&sink, ends[0]);
    close(ends[0]);
    close(ends[1]);
}

TEST(what_nobody_has_read_is_known_of_a_pipe)
{
    int ends[2];
    struct sink sink;

    CHECK(pipe(ends) == 0);
    sink_init(&sink, ends[1]);
    CHECK_EQ_INT(sink_write(&sink, bytes, 5000), 5000);
    CHECK_EQ_INT(sink_unread(&sink), 5000);
    CHECK_EQ_INT(read(ends[0], back, 1), 1);
    CHECK_EQ_INT(sink_unread(&sink), 4999);
    close(ends[0]);
    close(ends[1]);
}
