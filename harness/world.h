/* SPDX-License-Identifier: MIT
 *
 * The world of one running case: its processes, probes, files and oracle, the verdict so far, and
 * the one place where it waits. Everything in it is touched by the case's single thread only.
 */
#ifndef HARNESS_WORLD_H
#define HARNESS_WORLD_H

#include "alone.h"
#include "leftover.h"
#include "load.h"
#include "manifest.h"
#include "sandbox.h"
#include "script.h"
#include "transcript.h"
#include "verdict.h"

struct actor;
struct agent;
struct probe;
struct queue;

struct outcome {
    enum verdict verdict;
    const struct requirement *cite; /* NULL where none broke */
    int line;                       /* of the scenario */
    char *step;                     /* the text of that line, or NULL */
    char *message;                  /* one line, or NULL */
    const char *unready;            /* the program that the manifest never finds ready, or NULL */
    bool spent;                     /* its time was over, and it was not for others */
    struct buf detail;              /* rows that differ and the like */
    struct buf notes;               /* what a reader should know of a run that passed, one a line */
};

/* A file that the scenario declared. */
struct world_file {
    char *name, *path;
    char *standin; /* NULL, or which generated text stands in for which data */
};

struct world {
    const struct test_case *test;
    const struct manifest *manifest;
    const struct sandbox *sandbox;
    const struct requirements *requirements;
    struct outcome outcome;

    struct actor **actors;
    size_t actor_count;
    struct probe **probes;
    size_t probe_count;
    struct agent **agents;
    size_t agent_count;
    struct queue **queues;
    size_t queue_count;
    struct world_file *files;
    size_t file_count;
    struct before before;     /* names of the machine that others had */
    struct leftover leftover; /* and those that its servers may leave there */
    unsigned ports;           /* of the case's own network that were given away */
    int *crowd;               /* connections that only stay */
    size_t crowd_count;

    const struct step *step;        /* the one that runs */
    const struct requirement *cite; /* what is broken if it fails: what it cites, as a rule */
    const struct actor *accused;    /* whose fault that is, where it is one's alone; or NULL */
    int64_t started_us, step_us, deadline_ms;
    int64_t budget_ms;  /* of each step: the scenario's deadline at this machine's pace */
    int64_t granted_ms; /* to the step besides, as its processes waited for a processor */
    struct load load;   /* of the step, once it is */
    struct load whole;  /* of the case */
    int64_t excused_ms; /* of the case's time: its processes waited for a processor */
    size_t printed;     /* bytes of tables that came unasked within the step */
    bool watched;
    size_t wrapped, judged; /* processes under a wrapper, and those that could tell of leaks */
    struct transcript transcript;
};

void world_init(struct world *w, const struct test_case *t, const struct manifest *m,
                const struct sandbox *s, const struct requirements *r);
/* Ends every process and closes every probe that is left, removes what is left on the machine where
 * no namespace ends with the case, and frees all. */
void world_finish(struct world *w);

/* Ends every process that the suite itself has started. */
void world_end_agents(struct world *w);

/* Closes the connections that only stay. */
void world_send_crowd_away(struct world *w);

/* Starts the clock of a step. */
void world_begin_step(struct world *w, const struct step *s);

/* Whether the case is worth going on with: nothing but SHOULDs was missed so far. */
bool world_goes_on(const struct world *w);

/* Records the verdict and returns -1. FAIL names the requirement of the step, and is WEAK if that
 * is a SHOULD; where a step has none, that of the case. The first verdict that ends the case stays.
 */
int world_fail(struct world *w, enum verdict v, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a given requirement. */
int world_fail_for(struct world *w, const char *id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes the verdict back: the step expected what was recorded. */
void world_forgive(struct world *w);
/* The same where something else explains it, which is to be recorded now. */
void world_retract(struct world *w);
/* The step is late: FAIL, or UNRESOLVED if its processes waited for a processor all the while. */
int world_timeout(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same where it is the manifest that may be wrong: BROKEN. sure: it is not for others that
 * nothing came. */
int world_timeout_broken(struct world *w, bool sure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a given requirement where the step cites none. */
int world_timeout_for(struct world *w, const char *id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* From now on the step fails for this requirement in place of the one that it cites; NULL: for that
 * one again. */
void world_blame(struct world *w, const char *id);

/* From now on it is the fault of this actor if the step fails; NULL: of nobody alone. */
void world_accuse(struct world *w, const struct actor *a);

/* How many changes the servers of the case were to make so far. */
size_t world_count_changes(const struct world *w);

/* Whether more bytes of tables than that were printed in the step, and there is a reason: many
 * changes. Who fails for that is UNSUPPORTED: the suite could not read all of it in time. */
bool world_is_overprinted(const struct world *w, size_t most);
int world_fail_overprinted(struct world *w);

/* Whether the time of the step is over, or that of the case, which is UNRESOLVED then. The time
 * that its processes waited for a processor does not count, as long as that is not many times the
 * deadline. */
bool world_late(struct world *w);
/* Says so, where the step was given more time for that. */
void world_tell_granted(const struct world *w, struct buf *out);

/* An answer has a deadline of its own, the last one of a step too. Gives what the end takes. */
int64_t world_begin_answer(struct world *w);
void world_end_answer(struct world *w, int64_t step);

/* Waits until something happens at some actor or probe and deals with it. False when the step
 * is late. This is the only place where a case waits. */
bool world_wait(struct world *w);
/* The same, but at most ms: for questions that have to be asked again. */
void world_pause(struct world *w, int ms);
/* How long to pause before the next question: short at first, then longer. Start with *pause 0. A
 * program that can only be asked gives no event to wait for. */
int next_pause(int *pause);

/* Adds a line of what a reader should know, once. */
void world_note(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a line to the transcript. */
void world_tell(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct actor *world_actor(struct world *w, const char *name);
struct probe *world_probe(struct world *w, const char *name);
struct world_file *world_file(struct world *w, const char *name);
/* Declares a file of the private directory; its path is ready, the file is not there yet. */
struct world_file *world_add_file(struct world *w, const char *name);

/* Calls do_one for every actor that the words from..to name, groups by their members. Stops at -1.
 */
int world_each(struct world *w, const struct step *s, size_t from, size_t to,
               int (*do_one)(struct world *w, struct actor *a, void *arg), void *arg);

#endif
