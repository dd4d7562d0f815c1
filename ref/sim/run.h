/* SPDX-License-Identifier: MIT
 *
 * One run of the simulator: the cores of server and clients under a virtual kernel, from a seed or
 * from a list of moves, with every check after every move.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/move.h"

enum class {
#define CLASS(name, word, requirement, text) CLASS_##name,
#include "sim/check.def"
    CLASSES
};

enum cover {
#define COVER(name, text) COVER_##name,
#include "sim/cover.def"
    COVERS
};

struct plan {
    uint64_t seed;              /* draws the moves, where there is no list */
    const struct moves *replay; /* or NULL */
    FILE *trace; /* each move as it is made, indented where it is inside another; or NULL */
    const struct teller *teller; /* is told how the run goes; or NULL */
};

struct outcome {
    enum class class; /* CLASS_HOLDS, or that of the first failure, which ends the run */
    const char *requirement;
    char text[400];     /* for people: who, what was expected, what was there */
    struct moves moves; /* those that were made: a list to replay */
    uint32_t skipped;   /* of a list: those that were impossible */
    uint64_t events;    /* moves that were made, those of a settling included */
    uint64_t hash;      /* of all that happened: equal on every machine */
    uint32_t flushes, kills, restarts;
    uint32_t cover[COVERS];
};

struct world;

/* A world can be used for any number of runs, one after the other. Abort if there is no memory. */
struct world *world_create(void);
void world_destroy(struct world *world);

/* `outcome` is all zero or that of a run before, whose memory is used again. */
void world_run(struct world *world, const struct plan *plan, struct outcome *outcome);
void outcome_finish(struct outcome *outcome);

const char *class_word(enum class class);
const char *class_text(enum class class);
const char *cover_name(enum cover cover); /* such as "STALE_CHANGE" */
const char *cover_text(enum cover cover);

#endif
