/* SPDX-License-Identifier: MIT */
/* One server, its clients, and a flush that reaches them twice: in the stream and by SIGUSR1.
 *
 * Bounds
 *   CLIENTS 1 or 2      KEYS 1 or 2         OPS changes and flushes       FLUSHES of these
 *   RESYNCS             snapshots that the server starts over, dropping what it has not sent yet
 *   RESTARTS            deaths of the server, at any moment, each followed by a new instance
 *   CLOSES              connections that a client closes by itself, to make another at once
 *   STRANGERS           signals that none of the server's instances has sent
 *   NETWORK             bit c is set: client c has no shared memory and gets no signal
 * Choices that an implementation is free to make
 *   WALK                0 a snapshot is queued at once, 1 walked with every change sent meanwhile,
 *                       2 walked, and a change is sent only if its key has been walked
 *   ORDER               the steps of a flush: 1 empty the table, 2 publish the epoch, 3 queue FLUSH,
 *                       4 signal; 0 is any of the three orders that work
 *   EPOCHS              the first epoch of an instance: 0 always the same, 1 ever higher, 2 ever lower
 * Properties that are asked for only when named: EFFECT (signal_effect), SEQ (no_gap).
 *   COURSE              the slides' design: no epoch, no FLUSH, no end of a snapshot, only the signal
 *   ALL_REGISTERED      the server does not flush before it can signal everyone
 * IGNORE_CONVERGENCE, IGNORE_RESURRECTION, IGNORE_PREFIX leave a property out, to find what breaks another.
 * Everything named NO_... or KEEP_..., and what the two parts say at their heads, breaks one rule.
 */
#ifdef COURSE
#define NO_C1 1
#define NO_C6 1
#define NO_C7 4
#define NO_S3 1
#endif
#ifndef CLIENTS
#define CLIENTS 1
#endif
#ifndef KEYS
#define KEYS 2
#endif
#ifndef OPS
#define OPS 3
#endif
#ifndef FLUSHES
#define FLUSHES 2
#endif
#ifndef RESYNCS
#define RESYNCS 1
#endif
#ifndef RESTARTS
#define RESTARTS 0
#endif
#ifndef CLOSES
#define CLOSES 0
#endif
#ifndef STRANGERS
#define STRANGERS 0
#endif
#ifndef NETWORK
#define NETWORK 0
#endif
#ifndef WALK
#define WALK 1
#endif
#ifndef ORDER
#define ORDER 1234
#endif
#ifndef EPOCHS
#define EPOCHS 0
#endif

/* A table is a nibble for each key: 0 for none, else a version that no other change has. */
#define GET(table_, key_) (((table_) >> ((key_) * 4)) & 15)
#define PUT(table_, key_, value_) (((table_) & (255 - (15 << ((key_) * 4)))) | ((value_) << ((key_) * 4)))

/* The stream is long enough for all that the bounds allow: the server never waits for room. */
#define DEPTH (6 + KEYS + OPS + RESYNCS * (KEYS + 2))
#define STATES (OPS + RESTARTS + 1)
#define IDLE 9 /* no walk under way */

#if EPOCHS == 0
#define FIRST(instance_) 0
#elif EPOCHS == 1
#define FIRST(instance_) ((instance_) * 8)
#else
#define FIRST(instance_) ((RESTARTS - (instance_)) * 8)
#endif
#define LOCAL(c) (((NETWORK >> (c)) & 1) == 0)

mtype = { WELCOME, BEGIN, SET, DELETE, END, FLUSH, CLOSED };
chan stream[CLIENTS] = [DEPTH] of { mtype, byte, byte, byte, byte }; /* kind, epoch, key, value, seq */

/* Between the two: what the kernel keeps. */
byte object[RESTARTS + 1]; /* the epoch that each instance has published in its own object */
bit pending[CLIENTS];      /* SIGUSR1: one bit, so it coalesces, and it outlives the server */
bit asks[CLIENTS] = 1;     /* the client waits to be accepted */
bit sent_pid[CLIENTS];     /* PID is on its way to the server */

/* The server. */
bit up = 1;
byte instance, epoch, table, seq;
byte step; /* of the flush under way: 1 to 4; 0 for none */
bit connected[CLIENTS], registered[CLIENTS];
byte walked[CLIENTS] = IDLE;   /* the next key of the snapshot under way */
mtype = { PID_UNREAD, LINGERS }; /* of the connection before, which the client has closed: */
mtype before[CLIENTS];         /* PID is still to be read, or only the end of file */
short order = ORDER;
byte ops, flushes, resyncs, restarts, closes, strangers, version;

/* The clients. */
byte visible[CLIENTS], shadow[CLIENTS], own[CLIENTS], mapped[CLIENTS]; /* mapped: instance + 1, or 0 */
bit in_snapshot[CLIENTS], synchronised[CLIENTS], pid_done[CLIENTS], handling[CLIENTS], in_hand[CLIENTS];
byte last_seq[CLIENTS]; /* with SEQ only */

/* What only the properties know. A generation is a life of the table: a flush and a start begin one. */
byte history[STATES], states = 1, shown[CLIENTS]; /* shown: where in the history the client is */
byte generation, first_of[RESTARTS + 1];          /* of each instance */
byte born[OPS + 1];                               /* the generation of a version */
byte knows[CLIENTS];                              /* the newest generation that a client has heard of */
byte joined[CLIENTS], registered_at[CLIENTS];

bool convergence = true, no_resurrection = true, prefix_consistency = true;
bool signal_effect = true, no_gap = true, progress = true;

byte i, j, n; /* used inside one step, and left at 0 */

#define GENERATION(c, epoch_) (first_of[joined[c]] + (epoch_) - FIRST(joined[c]))

inline learn(c, epoch_) {
    if
    :: GENERATION(c, epoch_) > knows[c] -> knows[c] = GENERATION(c, epoch_)
    :: else
    fi
}

#define FRESH(c, key_) (GET(visible[c], key_) == 0 || born[GET(visible[c], key_)] >= knows[c])

/* Whatever a client shows has to stand in the history, not before what it showed last. */
inline look(c) {
    if
    :: synchronised[c] ->
#ifndef IGNORE_RESURRECTION
        no_resurrection = FRESH(c, 0) && FRESH(c, KEYS - 1);
        assert(no_resurrection);
#endif
#ifndef IGNORE_PREFIX
        do
        :: shown[c] < states && history[shown[c]] != visible[c] -> shown[c]++
        :: else -> break
        od;
        prefix_consistency = shown[c] < states;
        assert(prefix_consistency);
#endif
        skip
    :: else
    fi
}

#include "sync-server.pml"
#include "sync-client.pml"

/* Nothing is under way between the server and client c, whatever the client makes of what it got. */
#define SETTLED(c)                                                                                 \
    (up && step == 0 && connected[c] && empty(stream[c]) && walked[c] == IDLE && !pending[c] &&   \
     !handling[c] && !in_hand[c])
#define SAME(c) (synchronised[c] && visible[c] == table)
#define LATE(c)                                                                                    \
    (registered[c] && up && step == 0 && !pending[c] && !handling[c] &&                           \
     epoch > registered_at[c] && own[c] < epoch)
#define DONE(c) (SETTLED(c) && (registered[c] || !LOCAL(c)))

/* Only a broken property or a standstill lets it take a step, so it adds no states. When it has ended, a process
 * that stands anywhere but at its end label is an error. */
proctype monitor(byte c) {
end:
    do
#ifndef IGNORE_CONVERGENCE
    :: d_step { SETTLED(c) && !SAME(c) -> convergence = false; assert(convergence) }
    :: atomic { timeout -> progress = DONE(c); assert(progress); break }
#endif
#ifdef EFFECT
    :: d_step { LATE(c) -> signal_effect = false; assert(signal_effect) }
#endif
    :: false
    od
}

init {
    atomic {
#if ORDER == 0
        if
        :: order = 1234
        :: order = 1324
        :: order = 1243
        fi;
#endif
        object[0] = FIRST(0);
        epoch = FIRST(0);
        run administer();
        run serve(0);
        run client(0);
        run monitor(0);
#ifdef NO_C8
        run handler(0);
#endif
#if CLIENTS > 1
        run serve(1);
        run client(1);
        run monitor(1);
#endif
    }
}
