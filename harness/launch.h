/* SPDX-License-Identifier: MIT
 *
 * The start of an actor's process: its words, pipes, environment and rights.
 */
#ifndef HARNESS_LAUNCH_H
#define HARNESS_LAUNCH_H

#include "actor.h"

/* Forks and executes the actor's program, and fills its pid and descriptors; -1 with errno, of the
 * exec too. */
int actor_launch(struct world *w, struct actor *a);

#endif
