/* SPDX-License-Identifier: MIT
 *
 * A probe: the suite's own end of a connection, as a client of the server under test or as a server
 * that clients under test connect to. It says what the scenario tells it, legal or not, and reads
 * only when the scenario expects something.
 */
#ifndef HARNESS_PROBE_H
#define HARNESS_PROBE_H

#include "flood.h"
#include "replica.h"
#include "segment.h"
#include "wire.h"
#include "world.h"

#include <poll.h>

struct agent;

struct probe {
    char *name;
    char *socket;        /* the path or the place in the network it listens at, or connects to */
    bool serves;         /* it listens, as a server does */
    int listener;        /* -1: none */
    int fd;              /* the connection; -1: none */
    struct agent *agent; /* the process that connects for it, or NULL: the suite itself */
    bool wants;          /* the scenario waits for bytes, for the end or for a client */
    bool full;           /* the scenario waits until the peer takes more bytes */
    bool ended;          /* the peer has closed */
    bool corked;         /* what is sent is kept in out */
    bool spoke;          /* something was sent */
    struct buf in, out;
    uint64_t epoch, seq;         /* of the last frame that it read */
    struct segment *segment;     /* the object that it owns, or NULL */
    const struct record *record; /* the message of an own wire; NULL: frames, or it is not known */
    uint64_t told;               /* the seq of the last change that a server probe announced */
    struct flood flood;          /* sends over its connection, until that is closed */
    struct replica replica;      /* of client probes: what a strict client makes of it all */
};

/* A client probe connected to the server's socket or place in the network, in the name of agent if
 * there is one. NULL after world_fail(). */
struct probe *probe_connect(struct world *w, const char *name, const char *socket,
                            struct agent *agent);
/* Connects it anew. */
int probe_reconnect(struct world *w, struct probe *p);
/* The process that the kernel names as its peer's. */
pid_t probe_pid(const struct probe *p);
/* Whether a client that does not connect where its manifest says had a probe to connect to: it
 * ended for that, very likely. */
bool probe_was_missed(const struct world *w, const struct actor *a);
/* A server probe that listens at this path or place. NULL after world_fail(). */
struct probe *probe_listen(struct world *w, const char *name, const char *socket);
/* Goes as a server does that ends: no connection, no listener, no name of its socket. */
void probe_leave(struct probe *p);
/* Comes back to the path that it left. */
int probe_return(struct world *w, struct probe *p);
void probe_destroy(struct probe *p);

/* Waits for a client and takes it, in place of the one before. */
int probe_accept(struct world *w, struct probe *p);
/* Writes bytes, or keeps them while the probe is corked. In pieces of so many bytes each waits
 * until the peer has read the one before; 0: as much as the peer takes at once. A peer that closes
 * meanwhile cuts it short, which is no failure. */
int probe_send(struct world *w, struct probe *p, const void *data, size_t len, size_t piece);
/* The same with a frame, which the transcript then names. */
int probe_send_frame(struct world *w, struct probe *p, const struct frame *f, size_t piece);
/* Keeps what is sent from here on. */
void probe_cork(struct probe *p);
/* Writes the first bytes of what was kept and stays corked, or all of it (SIZE_MAX). */
int probe_uncork(struct world *w, struct probe *p, size_t bytes, size_t piece);
/* Sends no more, but reads on. */
int probe_half_close(struct world *w, struct probe *p);
/* Waits for the next frame; malformed ones fail the case for the rule they break. 1: f holds it; 0:
 * the peer closed; -1 after world_fail(). */
int probe_next(struct world *w, struct probe *p, struct frame *f);
/* Waits until so many bytes are in p->in. 1; 0: the peer closed before; -1 after world_fail(). */
int probe_fill(struct world *w, struct probe *p, size_t bytes);
/* Waits until the peer has read every byte that was sent. */
int probe_wait_taken(struct world *w, struct probe *p);
void probe_close(struct probe *p);

size_t probe_poll(struct probe *p, struct pollfd *out);
void probe_handle(struct probe *p, int fd, short events);

#endif
