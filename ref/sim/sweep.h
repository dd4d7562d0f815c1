/* SPDX-License-Identifier: MIT
 *
 * Many seeds in several processes. A seed that crashes or hangs is a finding with its number, not
 * the end of the sweep.
 */
#ifndef SIM_SWEEP_H
#define SIM_SWEEP_H

#include "sim/apart.h"

enum { SWEEP_JOBS_MAX = 256, SWEEP_KEPT = 100 };

/* What a sweep comes to. */
struct tally {
    uint64_t seeds, events, flushes, kills, restarts;
    uint64_t failed[CLASSES];
    uint64_t met[COVERS];
    uint64_t hash; /* of all runs: equal on every machine */
};

struct sweep {
    uint64_t from, to; /* both included */
    unsigned jobs;     /* processes */
    bool first;        /* end with the lowest seed that fails */
    /* Results: */
    struct tally tally;
    struct failure failures[SWEEP_KEPT]; /* the lowest seeds, in their order */
    unsigned kept;
    double seconds, processor; /* that it took; of all processes together */
};

/* Runs them, with progress on standard error where it takes more than a second. -1 with errno if
 * processes or memory cannot be had. */
int sweep_run(struct sweep *sweep);

#endif
