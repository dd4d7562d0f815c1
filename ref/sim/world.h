/* SPDX-License-Identifier: MIT
 *
 * What the parts of a run share: the kernel, the servers and clients that there were, and the calls
 * into their cores that have begun and are not over. Moves come inside a call at its hooks, so
 * calls nest; a process that is killed inside one stays in memory until that call has returned, and
 * nothing that the call still does has an effect.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "core/arp_watch.h"
#include "core/server.h"
#include "sim/history.h"
#include "sim/kernel.h"
#include "sim/random.h"
#include "sim/run.h"
#include "sim/tap.h"
#include "sim/teller.h"

enum { SERVINGS = 24, SERVINGS_SPARE = 4, FOLLOWINGS = 24, DEPTH = 3 };

/* A call into the core of an actor. */
struct call {
    struct call *outer;
    enum actor actor;
    const bool *gone; /* the process was killed */
    uint32_t stop;    /* hooks until it stops, 0: it does not */
    bool stopped;
};

/* A server process. */
struct serving {
    bool used; /* in this run */
    bool gone, freed, leaving;
    struct world *world;
    struct call *call;
    uint32_t birth, instance;
    struct server core;
    struct object *object; /* NULL: it has none */
    struct arp_watch watch;
    bool in_slot; /* a lock is odd */
    bool flushing;
    struct history history;
};

/* A client process. */
struct following {
    bool used, gone;
    struct world *world;
    struct call *call;
    enum actor actor;
    uint32_t birth;
    bool network;
    struct client core;
    int socket;              /* NONE: not connected */
    struct serving *serving; /* at the other end, or NULL */
    uint32_t serving_birth;
    uint32_t signal_of, signalled; /* by whom and for which change, the last time */
    uint32_t floor;                /* stores that it was told of on this connection */
    struct object *object;         /* mapped, or NULL */
    struct view view;
    struct arp_watch watch;
    uint64_t ages;  /* of the loads to come */
    uint32_t loads; /* of this lookup */
    uint64_t next;  /* when it may connect */
    bool spoiled, shadow_spoiled, ever_spoiled;
    /* what is known of it from the stream and the signals, without asking its core: */
    struct tap heard;
    uint64_t epoch;      /* the newest that it was told of in this connection */
    uint32_t since;      /* the change that its table is not older than */
    bool whole;          /* END or FLUSH has come */
    bool dismissed;      /* BYE, or an ERROR that ends the session */
    bool left_by_signal; /* its epoch */
};

/* What the server's side of a socket has, and what was seen on it. */
struct line {
    struct peer *peer;
    struct serving *serving;
    bool blocked, parting;
    uint64_t deadline;
    struct tap sent, heard;
    uint64_t epoch, seq; /* as sent */
    bool welcomed, within_snapshot;
    uint32_t hellos, pids; /* frames heard */
    bool told, registered, parted, signalled;
    bool offended;      /* it has broken the rules of a session */
    bool begun;         /* a snapshot */
    uint32_t flushed;   /* the last flush before HELLO, as a change */
    uint64_t parted_at; /* the last change before BYE */
};

struct world {
    struct kernel kernel;
    uint32_t knobs[KNOBS];
    bool started;
    struct serving servings[SERVINGS];
    struct following followings[FOLLOWINGS];
    struct line lines[SOCKETS];
    struct serving *serving;                  /* that runs, or NULL */
    struct following *following[CLIENTS_MAX]; /* that run, or NULL */
    int hostile;                              /* its socket, or NONE */
    struct call *call;                        /* the innermost */
    uint32_t depth, instance, progress;
    bool settling;
    /* where moves come from */
    const struct plan *plan;
    struct random random;
    size_t next, limit;
    uint32_t drawn; /* knobs */
    struct outcome *outcome;
};

/* A hook of a core in `call`: makes the moves that come in between, if it is to stop here. */
void world_hook(struct world *world, struct call *call);

/* Around a call into a core; `gone` is that of its process. */
void world_enter(struct world *world, struct call *call, enum actor actor, const bool *gone,
                 uint32_t stop);
void world_leave(struct world *world, struct call *call);

/* The first failure counts. */
__attribute__((format(printf, 3, 4))) void world_fail(struct world *world, enum class class,
                                                      const char *format, ...);

static inline bool world_failed(const struct world *world)
{
    return world->outcome->class != CLASS_HOLDS;
}

static inline void cover(struct world *world, enum cover what)
{
    world->outcome->cover[what]++;
}

static inline void mix(struct world *world, uint64_t value)
{
    uint64_t hash = (world->outcome->hash ^ value) * UINT64_C(0x9fb21c651e98df25);

    world->outcome->hash = hash ^ hash >> 32;
}

static inline struct process *process(struct world *world, enum actor actor)
{
    return &world->kernel.processes[actor];
}

/* Tells whoever listens, up to the first failure. */
static inline void world_tell(struct world *world, struct told_event event)
{
    const struct teller *teller = world->plan->teller;

    if (teller && !world_failed(world))
        teller->tell(teller->arg, &event);
}

/* Runs, is not stopped, and is not inside a call. */
bool actor_free(struct world *world, enum actor actor);

/* The client that runs as this actor. */
static inline struct following *following_of(struct world *world, enum actor actor)
{
    return actor_is_client(actor) ? world->following[actor - ACTOR_A] : NULL;
}

/* Whether the move is possible now; makes it. */
bool move_possible(struct world *world, const struct move *move);
void move_make(struct world *world, const struct move *move);

/* Draws a move that may be possible. */
struct move move_draw(struct world *world);

/* Everybody goes on until nothing is under way; then all copies are compared. */
void world_settle(struct world *world);

/* Behind that: server and clients end of their own accord, and nothing of them is left. */
void world_end(struct world *world);

#endif
