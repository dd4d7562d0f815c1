/* SPDX-License-Identifier: MIT
 *
 * Scenario texts that are run to see how often they fail in one way.
 */
#ifndef HARNESS_ATTEMPT_H
#define HARNESS_ATTEMPT_H

#include "pool.h"

struct attempts {
    struct pool *pool;
    const struct requirements *requirements;
    bool wrapped;                /* as a suite has it */
    int64_t until_ms;            /* no run is begun behind that */
    size_t runs;                 /* so far */
    void (*progress)(void *ctx); /* after each run; may be NULL */
    void *ctx;
};

/* What came of the runs of one text. */
struct rate {
    int ran, failed; /* in that way */
};

/* Reads a scenario from its text, under that name; -1 with complaints. */
int attempt_parse(const struct attempts *t, const char *text, const char *name, struct suite *into,
                  struct diag *d);

/* Runs a text until enough of times runs have failed in the class, or no longer can; all times if
 * enough is 0. Nothing ran if it cannot be parsed. */
struct rate attempt_run(struct attempts *t, const char *text, const char *class, int times,
                        int enough);

#endif
