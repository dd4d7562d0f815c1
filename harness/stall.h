/* SPDX-License-Identifier: MIT
 *
 * How long a program does nothing while a question waits on its console. What it takes on a slow or
 * busy machine does not count: from a pause between two signs of it all that any process of the
 * case worked or wanted a processor is taken off, and it has to have been seen asleep in the
 * middle.
 */
#ifndef HARNESS_STALL_H
#define HARNESS_STALL_H

#include "actor.h"

/* Looks at one that has given no sign for a while. */
void stall_look(const struct world *w, struct actor *a);
/* It has given one, so many ms behind the one before. */
void stall_end(const struct world *w, struct actor *a, int64_t paused_ms);

/* The longest so far is its own pace. */
void stall_mark(struct actor *a);
/* 0, or -1 after world_fail() if one since then was more than so many ms longer. */
int stall_judge(struct world *w, struct actor *a, int64_t more_ms);

#endif
