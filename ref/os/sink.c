/* SPDX-License-Identifier: MIT */
#include "os/sink.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    FILE_PIECE = 64 * 1024,
    PIPE_PIECE = 4096, /* PIPE_BUF: what fits when poll says that a pipe is writable */
    TERMINAL_PIECE = 512,
};

void sink_init(struct sink *sink, int fd)
{
    struct stat stat = {0};

    *sink = (struct sink){.fd = fd, .piece = PIPE_PIECE};
    fstat(fd, &stat);
    if (S_ISSOCK(stat.st_mode))
        sink->kind = SINK_SOCKET;
    else if (S_ISFIFO(stat.st_mode))
        sink->kind = SINK_PIPE;
    else if (S_ISREG(stat.st_mode))
        sink->piece = FILE_PIECE;
    else if (S_ISCHR(stat.st_mode))
        sink->piece = TERMINAL_PIECE;
}

static ssize_t write_polled(const struct sink *sink, const char *bytes, size_t size)
{
    struct pollfd out = {.fd = sink->fd, .events = POLLOUT};

    if (poll(&out, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(sink->fd, bytes, size < sink->piece ? size : sink->piece);
}

/* An older kernel does not do that: then as for others. */
static ssize_t write_pipe(struct sink *sink, const char *bytes, size_t size)
{
    struct iovec all = {(char *)bytes, size};
    ssize_t sent = pwritev2(sink->fd, &all, 1, -1, RWF_NOWAIT);

    if (sent >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
        return sent;
    sink->kind = SINK_POLLED;
    return write_polled(sink, bytes, size);
}

ssize_t sink_write(struct sink *sink, const char *bytes, size_t size)
{
    if (sink->kind == SINK_SOCKET)
        return send(sink->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sink->kind == SINK_PIPE ? write_pipe(sink, bytes, size)
                                   : write_polled(sink, bytes, size);
}

size_t sink_unread(const struct sink *sink)
{
    int size = 0;

    ioctl(sink->fd, sink->kind == SINK_PIPE ? FIONREAD : TIOCOUTQ, &size);
    return size > 0 ? (size_t)size : 0;
}
