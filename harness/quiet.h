/* SPDX-License-Identifier: MIT
 *
 * The quiet window: when a program that marks no end of what it prints has nothing more to say. It
 * has read all that it was sent, all its threads sleep, and it has printed nothing for a while that
 * is longer the longer it has paused before. A program that waits for a processor is not quiet,
 * however loaded the machine is. Source: proc_pid_stat(5).
 */
#ifndef HARNESS_QUIET_H
#define HARNESS_QUIET_H

#include "actor.h"

/* How long it has to say nothing, in ms. */
int quiet_window(const struct actor *a);
/* Waits for whatever happens next: 1 something did, 0 the actor is quiet, -1 the deadline of the
 * step has passed. */
int quiet_wait(struct world *w, struct actor *a);
/* Notes that the actor printed something, or was sent something. */
void quiet_broken(const struct world *w, struct actor *a, bool printed);

#endif
