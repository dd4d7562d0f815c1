/* SPDX-License-Identifier: MIT
 *
 * One client as the server sees it: the state of its session, and what is to be sent to it. Bytes
 * go in, bytes come out; the caller moves them. Output is first the peer's own small buffer, then
 * the journal from its cursor; while the buffer holds anything the cursor is at a frame boundary.
 */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "core/arp.h"
#include "core/buffer.h"
#include "core/frame.h"
#include "core/journal.h"
#include "core/registry.h"

enum { FROM_SIZE = 56 }; /* bytes of the text of an address */

/* Whom a frame is for. Only a MAC with its address differs, and WELCOME: ARP-14, NET-6, NET-7. */
enum audience { AUDIENCE_LOCAL, AUDIENCE_NETWORK, AUDIENCES };

/* What all peers are served from. */
struct origin {
    struct table *table;
    struct registrar registrar;
    struct arp arp;                     /* the addresses in shared memory */
    char shm[SHM_NAME];                 /* its name; empty: there is none */
    struct journal journals[AUDIENCES]; /* each change once for each audience that is there */
    uint64_t epoch, seq;
    size_t walk_unit; /* bytes of a step of a snapshot, two frames at least */
};

enum {
    WALK_UNIT = 192 * 1024, /* about what a socket takes at once: its reader is woken less often */
};

enum peer_state {
    PEER_OPENING,   /* waits for HELLO */
    PEER_SNAPSHOT,  /* gets the first snapshot */
    PEER_RESYNCING, /* gets another one */
    PEER_SYNCHRONISED,
    PEER_PARTED,  /* has said BYE: forgotten, but what follows is still an error (SES-4) */
    PEER_CLOSING, /* gets its last frame */
};

struct peer {
    struct link link, ready; /* the server's: all peers; those with output or those without */
    void *owner;             /* the shell's */
    uint64_t number;         /* names it for people */
    enum audience audience;
    char from[FROM_SIZE]; /* where it connects from, for people; the shell's, empty if local */
    enum peer_state state;
    uint32_t kernel_pid; /* the process at the other end, 0: unknown */
    uint32_t pid;        /* 0: not registered */
    int handle;          /* of its process, while it is registered */
    bool pid_came;
    struct frame_gather input;
    struct buffer own; /* control frames, then a step of the snapshot */
    size_t kept;       /* bytes at the front of `own` that no new snapshot drops */
    struct cursor cursor;
    uint32_t reached;  /* how far the walk has scanned the routes, */
    uint64_t next_mac; /* and when all routes are sent, the MACs below */
    bool walking, walked_routes;
    bool answers_resync; /* the snapshot that runs answers a RESYNC */
    bool answered;       /* `answer_seq` is the END of such a one (SYN-21) */
    bool ended;          /* an END was sent: a PID is in place */
    uint64_t answer_seq, reached_seq;
};

void peer_init(struct peer *peer, void *owner, uint64_t number, enum audience audience,
               uint32_t kernel_pid);
void peer_finish(struct peer *peer, struct origin *origin);

/* Takes bytes from the client. -1: no more are wanted, close once the output is out. The reason is
 * then what was wrong, or empty after a BYE. */
int peer_receive(struct peer *peer, struct origin *origin, const uint8_t *bytes, size_t size,
                 char reason[REASON_SIZE]);

/* Its backlog is beyond the bound: drops it and starts a new snapshot (ROB-3). */
void peer_restart(struct peer *peer, struct origin *origin);

/* Around a flush, at which all walks end (FLU-6): no END follows; the FLUSH is then in the stream,
 * and stands for an END unless a new snapshot has taken its place (C5, S7). */
void peer_stop_walk(struct peer *peer);
void peer_flushed(struct peer *peer);

/* The server ends: no walk goes on. One that has no cursor yet gets its BYE here. */
void peer_farewell(struct peer *peer, const struct origin *origin);

/* The server has ended and this one is too far behind: drops its backlog for a BYE. */
void peer_dismiss(struct peer *peer, struct origin *origin);

/* Fills up to `max` (at least 2) iovecs with up to 192 KiB of output; walks the snapshot on when
 * all before it is out. 0: there is nothing to send. */
int peer_output(struct peer *peer, struct origin *origin, struct iovec *iov, int max);

/* That many bytes of it were sent. */
void peer_sent(struct peer *peer, struct origin *origin, size_t size);

bool peer_has_output(const struct peer *peer);

/* Bytes that wait, without what a walk has yet to read; seq of the last change that was sent. */
size_t peer_backlog(const struct peer *peer);
uint64_t peer_seq(const struct peer *peer, const struct origin *origin);

const char *peer_state_name(const struct peer *peer);

#endif
