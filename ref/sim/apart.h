/* SPDX-License-Identifier: MIT
 *
 * Runs in processes of their own: one that crashes or does not end has failed, and no more.
 */
#ifndef SIM_APART_H
#define SIM_APART_H

#include "sim/run.h"

struct failure {
    uint64_t seed;
    enum class class; /* CLASS_HOLDS: none */
    char requirement[12];
    char text[400];
};

void failure_of(struct failure *failure, uint64_t seed, const struct outcome *outcome);

/* This process ends when its parent does. */
void apart_follow(void);

/* ... and by SIGVTALRM unless this is called again within some seconds of processor time. */
void apart_limit(void);

/* What became of a run whose process has ended before it: class and text. */
void apart_judge(int status, struct failure *failure);

/* Runs it, with its trace if it has one. -1 with errno if there is no process or memory to be had.
 */
int apart_run(const struct plan *plan, struct failure *failure);

#endif
