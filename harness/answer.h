/* SPDX-License-Identifier: MIT
 *
 * Waiting for the answer to a question, actor_ask() of actor.h: what silence means in it, and what
 * is told where none comes.
 */
#ifndef HARNESS_ANSWER_H
#define HARNESS_ANSWER_H

#include "actor.h"

/* Fails the step for a table that stops at an unfinished line which nothing of d knows. */
int answer_fail_open(struct world *w, const struct actor *a, const struct dialogue *d);
#endif
