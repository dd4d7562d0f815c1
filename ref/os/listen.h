/* SPDX-License-Identifier: MIT
 *
 * The listening sockets of the server, local and network ones. While there is no descriptor left,
 * none of them is polled (TRN-9); while there are as many network peers as there may be, no network
 * one is (NET-17).
 */
#ifndef OS_LISTEN_H
#define OS_LISTEN_H

#include "core/peer.h"
#include "os/console.h"
#include "os/loop.h"

enum { LISTEN_MOST = 17 }; /* the Unix socket and 16 more */

struct listener {
    struct loop_source source;
    struct listeners *all;
    enum audience audience;
};

struct listeners {
    struct loop *loop;
    struct console *console; /* for notices */
    /* Takes a new connection; -1 with errno: it stays the caller's. */
    int (*accepted)(void *arg, int fd, enum audience audience);
    void *arg;
    struct listener each[LISTEN_MOST];
    int count;
    unsigned peers, peers_most; /* of the network */
    bool starved;               /* out of descriptors: does not accept */
    bool told;                  /* and has said so, once until it accepts again */
    int64_t retry;              /* while it is starved: when to try again */
};

/* Waits for connections at this descriptor too; at most LISTEN_MOST. The first one stays the
 * caller's, the others are closed here. -1 with errno. */
int listeners_add(struct listeners *listeners, int fd, enum audience audience);

/* A connection of the audience is gone, with its descriptor. */
void listeners_left(struct listeners *listeners, enum audience audience);

/* A descriptor may be free again. */
void listeners_feed(struct listeners *listeners);

void listeners_close(struct listeners *listeners);

#endif
