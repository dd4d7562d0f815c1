/* SPDX-License-Identifier: MIT
 *
 * The baseline of a flush: processes that have a table and wait for SIGUSR1, and one that
 * sends it to them.
 */
#ifndef BENCH_SLEEPERS_H
#define BENCH_SLEEPERS_H

#include <sys/types.h>

#include "core/route.h"

enum { SLEEPERS_MAX = 64 };

struct sleepers {
    int count;
    pid_t pids[SLEEPERS_MAX], sender; /* 0: not running */
    int fill, wake, answers;          /* pipes: to the sleepers, to the sender, from the sleepers */
};

/* Route number i of those that tables are filled with. */
struct route sleepers_route(int i);

/* Starts them with empty tables, the sender on the sender's processor. -1 after bench_fail(). */
int sleepers_start(struct sleepers *sleepers, int count, int routes);

/* Fills all tables; has all signalled and gives the seconds until the last one has said that it is
 * awake and its table empty. In turns. -1 after bench_fail(). */
int sleepers_fill(struct sleepers *sleepers);
int sleepers_wake(struct sleepers *sleepers, double *seconds);

void sleepers_stop(struct sleepers *sleepers);

#endif
