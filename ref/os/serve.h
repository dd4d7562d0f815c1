/* SPDX-License-Identifier: MIT
 *
 * The connections of the server: moves bytes between the sockets and the core.
 */
#ifndef OS_SERVE_H
#define OS_SERVE_H

#include "core/server.h"
#include "os/console.h"
#include "os/loop.h"
#include "os/uds.h"

struct serve {
    struct loop *loop;
    struct server *server;
    struct console *console; /* for notices */
    struct loop_source listener;
    struct link parting; /* connections that are to be closed by a deadline, the first one first */
    bool starved;        /* out of descriptors: does not accept */
    bool told;           /* and has said so, once until it accepts again */
    bool told_handle;    /* has said that a client got no handle, once until one gets it (REG-4) */
    int64_t retry;
};

/* -1 with errno. The listener's descriptor stays the caller's. */
int serve_open(struct serve *serve, struct loop *loop, struct server *server,
               struct console *console, int listener);

/* Sends what the peers have to get and closes what is due. Whether there is more to do at once. */
bool serve_turn(struct serve *serve);

/* Milliseconds until serve_turn() has something to do by time, -1: never. */
int serve_timeout(const struct serve *serve);

/* SES-9: BYE to all, sent as far as they read it within a second, then closes all. */
void serve_close(struct serve *serve);

#endif
