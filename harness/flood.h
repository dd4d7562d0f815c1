/* SPDX-License-Identifier: MIT
 *
 * Processes of the suite that send without pause until they are ended (ROB-13).
 */
#ifndef HARNESS_FLOOD_H
#define HARNESS_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* All zero: none. */
struct flood {
    pid_t *senders;
    size_t n;
};

/* Starts one more, which calls send and is over when that returns. -1 with errno. */
int flood_start(struct flood *f, void (*send)(const void *what), const void *what);
/* Ends all. Harmless if there are none. */
void flood_end(struct flood *f);
/* Whether there are some, and none is over. */
bool flood_lasts(const struct flood *f);

#endif
