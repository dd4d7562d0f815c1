/* SPDX-License-Identifier: MIT
 *
 * The connections of the server: moves bytes between the sockets and the core.
 */
#ifndef OS_SERVE_H
#define OS_SERVE_H

#include "core/server.h"
#include "os/console.h"
#include "os/listen.h"

struct serve {
    struct loop *loop;
    struct server *server;
    struct console *console; /* for notices */
    struct listeners listeners;
    /* connections that are to be closed by a deadline, the first one first: */
    struct link opening; /* of the network, without a HELLO yet (NET-18) */
    struct link parting; /* with a last frame to take, or with nothing more to say */
    bool told_handle;    /* has said that a client got no handle, once until one gets it (REG-4) */
};

/* -1 with errno. The descriptor of the Unix socket stays the caller's. */
int serve_open(struct serve *serve, struct loop *loop, struct server *server,
               struct console *console, int listener);

/* Serves the network at this listener, too, and closes it in the end; at most so many network
 * peers at a time. -1 with errno. */
int serve_network(struct serve *serve, int listener, unsigned peers);

/* Sends what the peers have to get and closes what is due. Whether there is more to do at once. */
bool serve_turn(struct serve *serve);

/* Milliseconds until serve_turn() has something to do by time, -1: never. */
int serve_timeout(const struct serve *serve);

/* SES-9: BYE to all, sent as far as they read it within a second, then closes all. */
void serve_close(struct serve *serve);

#endif
