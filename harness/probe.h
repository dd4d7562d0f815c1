/* SPDX-License-Identifier: MIT
 *
 * A probe: the suite's own end of a connection, as a client of the server under test or as a server
 * that clients under test connect to. It says what the scenario tells it, legal or not, and reads
 * only when the scenario expects something.
 */
#ifndef HARNESS_PROBE_H
#define HARNESS_PROBE_H

#include "replica.h"
#include "segment.h"
#include "wire.h"
#include "world.h"

#include <poll.h>

struct agent;

struct probe {
    char *name;
    char *socket;        /* the path it listens at, or connects to */
    int listener;        /* -1: it is a client */
    int fd;              /* the connection; -1: none */
    struct agent *agent; /* the process that connects for it, or NULL: the suite itself */
    bool wants;          /* the scenario waits for bytes or for the end */
    bool ended;          /* the peer has closed */
    struct buf in;
    struct segment *segment; /* the object that it owns, or NULL */
    struct replica replica;  /* of client probes: what a strict client makes of it all */
};

/* A client probe connected to the server's socket, in the name of agent if there is one. NULL after
 * world_fail(). */
struct probe *probe_connect(struct world *w, const char *name, const char *socket,
                            struct agent *agent);
/* Connects it anew. */
int probe_reconnect(struct world *w, struct probe *p);
/* The process that the kernel names as its peer's. */
pid_t probe_pid(const struct probe *p);
/* A server probe that listens at a path of its own. NULL after world_fail(). */
struct probe *probe_listen(struct world *w, const char *name);
void probe_destroy(struct probe *p);

/* Waits for a client and takes it, in place of the one before. */
int probe_accept(struct world *w, struct probe *p);
/* Writes bytes; if dribble is set one by one, each when the peer has read the one before. */
int probe_send(struct world *w, struct probe *p, const void *data, size_t len, bool dribble);
/* Waits for the next frame; malformed ones fail the case for the rule they break. 1: f holds it; 0:
 * the peer closed; -1 after world_fail(). */
int probe_next(struct world *w, struct probe *p, struct frame *f);
/* Waits until the peer has read every byte that was sent. */
int probe_wait_taken(struct world *w, struct probe *p);
void probe_close(struct probe *p);

size_t probe_poll(struct probe *p, struct pollfd *out);
void probe_handle(struct probe *p, int fd, short events);

#endif
