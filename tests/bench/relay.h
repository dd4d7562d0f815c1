/* SPDX-License-Identifier: MIT
 *
 * The baseline of fairness: a process that polls a console, a message queue and a client, reads
 * from each as much as the server does in one turn, and passes what comes from one of them on to a
 * subscriber as so many bytes.
 */
#ifndef BENCH_RELAY_H
#define BENCH_RELAY_H

#include <stddef.h>
#include <sys/types.h>

enum relay_source { RELAY_CONSOLE, RELAY_QUEUE, RELAY_CLIENT, RELAY_SOURCES };

struct relay {
    pid_t pid;             /* 0: not running */
    int to[RELAY_SOURCES]; /* what writes to each of them */
    int subscriber;        /* what it passes on comes here */
};

/* Starts it on the sender's processor; what comes from `lone` is passed on. The queue of that name
 * is made. -1 after bench_fail(). */
int relay_start(struct relay *relay, enum relay_source lone, const char *queue, size_t bytes);
void relay_stop(struct relay *relay, const char *queue);

#endif
