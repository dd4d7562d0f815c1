/* SPDX-License-Identifier: MIT
 *
 * A descriptor that is written to without ever blocking. It is not set nonblocking for that, since
 * other processes may share it.
 */
#ifndef OS_SINK_H
#define OS_SINK_H

#include <stddef.h>
#include <sys/types.h>

struct sink {
    int fd;
    enum { SINK_POLLED, SINK_SOCKET, SINK_PIPE } kind;
    size_t piece; /* bytes that a write takes without blocking, once poll says so */
};

/* Looks what the descriptor is. */
void sink_init(struct sink *sink, int fd);

/* Writes what goes at once: how many bytes; -1 with errno, EAGAIN if that is none. */
ssize_t sink_write(struct sink *sink, const char *bytes, size_t size);

/* How much of what was written nobody has read yet; 0 where the kernel does not tell. */
size_t sink_unread(const struct sink *sink);

#endif
