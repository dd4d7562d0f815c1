/* SPDX-License-Identifier: MIT
 *
 * Message queues of a case: their names, and what the suite does to them, as any process may that
 * can open them (mq_overview(7)).
 */
#ifndef HARNESS_QUEUE_H
#define HARNESS_QUEUE_H

#include "flood.h"
#include "world.h"

struct queue {
    char *name;           /* in the scenario */
    char *path;           /* for mq_open(3) */
    struct actor *server; /* that was started with it last, or NULL */
    bool made;            /* by the suite */
    struct flood flood;
};

struct message {
    const char *bytes;
    size_t len;
    unsigned priority;
};

/* What a queue is at the moment. */
struct queue_state {
    mode_t mode;
    uid_t owner;
    long most, bytes, waiting; /* messages that it holds at most, of how many bytes; now */
    bool locked;               /* exclusively, by an open file description of somebody else */
};

/* Declares a name; what is there under it is removed. */
struct queue *queue_add(struct world *w, const char *name);
struct queue *world_queue(struct world *w, const char *name);
/* Ends floods, removes what is left, frees all. */
void queues_finish(struct world *w);

/* Puts a message in, waiting for room until the step's deadline. 0, or -1 with errno, which is 0
 * after world_fail(). */
int queue_send(struct world *w, struct queue *q, const struct message *m);
/* Puts it in as often as there is room: how often, or -1 after world_fail(). */
int queue_fill(struct world *w, struct queue *q, const struct message *m);
/* -1 with errno: ENOENT where there is none. */
int queue_look(const struct queue *q, struct queue_state *state);

/* Starts processes that send without pause. -1 after world_fail(). */
int queue_flood(struct world *w, struct queue *q, const struct message *m, size_t processes);
/* Whether any queue of the case is flooded now. */
bool queues_flooded(const struct world *w);

/* What the case may leave: a queue of the suite's, or of a server that was killed. path without its
 * slash. */
bool queue_may_stay(const struct world *w, const char *path);

#endif
