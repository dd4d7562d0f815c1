/* SPDX-License-Identifier: MIT
 *
 * POSIX message queues (chapter 11): a server's, who makes, locks and removes it, and a sender's
 * view of it.
 */
#ifndef OS_MQ_H
#define OS_MQ_H

#include <stdbool.h>
#include <stddef.h>

#include "core/route.h"

enum {
    MQ_MOST = 16,              /* queues of one server */
    MQ_NAME = 257,             /* room for "/", 255 bytes and the terminator */
    MQ_COMMAND = 4095,         /* longest command of a message */
    MQ_BYTES = MQ_COMMAND + 1, /* of a message: a newline may end it */
};

struct mq_owned {
    char name[MQ_NAME]; /* with its slash */
    int fd;             /* nonblocking, and holds the lock */
    bool inherited;     /* a dead server has left it */
    char *bytes;        /* of the message taken last: room for its longest */
    size_t longest;
};

/* The queue's name, to which the slash in front is added where it is missing; -1: it is none. */
int mq_name_read(const char *given, char name[MQ_NAME]);

/* Makes and locks the queue, or takes over that of a dead server with the messages in it. -1: a
 * live server has it or it cannot be had, and the reason names it and says what to do. */
int mq_make(struct mq_owned *owned, const char *name, char reason[REASON_SIZE]);

/* Takes a message into its bytes: the size, or -1 with errno (EAGAIN: there is none). */
ptrdiff_t mq_take(struct mq_owned *owned);

/* Removes it, lets senders that wait go on, and frees what it holds. */
void mq_drop(struct mq_owned *owned);

/* The same at a start that fails, but what a dead server has left stays as it is for the next. */
void mq_leave(struct mq_owned *owned);

/* Opens a server's queue to send: a descriptor and its longest message, or -1, and the reason names
 * the queue and says what to do. */
int mq_reach(const char *name, size_t *longest, char reason[REASON_SIZE]);

/* Sends. -1 with errno: EAGAIN: it is full. */
int mq_put(int fd, const char *bytes, size_t size, unsigned priority);
/* The same, but waits a second for room. EPIPE: its server has removed it; ESRCH: it is full, and
 * no server reads it. */
int mq_put_soon(int fd, const char *bytes, size_t size, unsigned priority);

#endif
