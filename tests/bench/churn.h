/* SPDX-License-Identifier: MIT
 *
 * A process that writes to a shared ARP table at a steady rate, as a busy server does.
 */
#ifndef BENCH_CHURN_H
#define BENCH_CHURN_H

#include <sys/types.h>

#include "stock.h"

struct churn {
    pid_t pid; /* 0: not running */
    int control, answer;
    struct churn_state *state; /* shared with the process */
    double started;
    uint64_t before;
};

/* Starts it on the sender's processor, at rest. It takes over the writing of the stock: entries at
 * `steady` and behind it are deleted and added again, at random. All but churn_stop return -1 after
 * bench_fail(). */
int churn_start(struct churn *churn, struct stock *stock, uint32_t steady, uint32_t rate);

/* Lets it write until it is told to rest; gives how many updates a second it made in between. */
int churn_go(struct churn *churn);
int churn_rest(struct churn *churn, double *rate);

void churn_stop(struct churn *churn);

#endif
