/* SPDX-License-Identifier: MIT
 *
 * When a process that was started can be asked: the ready pattern of its manifest, or its first
 * prompt; and whose fault it is if neither comes.
 */
#ifndef HARNESS_READY_H
#define HARNESS_READY_H

#include "actor.h"

/* Waits until it is ready. 0, or -1 after world_fail(). */
int ready_await(struct world *w, struct actor *a);
/* Before a signal: one that gives no sign of being ready, and has printed nothing, may not have set
 * its handlers yet; waits until it sleeps. */
void ready_settle(struct world *w, struct actor *a);

#endif
