/* SPDX-License-Identifier: MIT
 *
 * The baseline: a process that sends bytes over Unix sockets in writes of 64 KiB, and does nothing
 * else.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include "crowd.h"

struct raw {
    pid_t pid; /* 0: not running */
    int control;
    struct crowd crowd; /* who drains it */
};

/* Starts it on the sender's processor with so many sockets. Both return -1 after bench_fail(). */
int raw_start(struct raw *raw, int sockets);

/* Has it send so many bytes to each, the sockets in turn, and drains them: the seconds. */
int raw_transfer(struct raw *raw, size_t bytes, double *seconds);

void raw_stop(struct raw *raw);

#endif
