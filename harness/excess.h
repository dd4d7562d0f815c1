/* SPDX-License-Identifier: MIT
 *
 * Programs that print more than anyone can mean: a line without an end, megabytes that answer
 * nothing, an answer that never ends. What is counted is of one step.
 */
#ifndef HARNESS_EXCESS_H
#define HARNESS_EXCESS_H

#include "actor.h"

/* A line of len bytes that answers nothing; notice: the manifest knows it as one. */
void excess_count(struct world *w, struct actor *a, size_t len, bool notice);
/* Once all that has come is heard: who has printed too much has failed, and is read no more. */
void excess_check(struct world *w, struct actor *a);

#endif
