/* SPDX-License-Identifier: MIT
 *
 * How long a case may take, its steps together.
 */
#ifndef HARNESS_BUDGET_H
#define HARNESS_BUDGET_H

#include "world.h"

/* In place of the 120 s that a case has besides two deadlines of its steps. */
void budget_set(int seconds);

/* The longest that it can take, where its processes wait for a processor: then it is ended. */
int64_t budget_most_ms(const struct test_case *t);

/* 0 while there is time, else -1 after world_fail(): UNRESOLVED. The time that the processes of the
 * case waited for a processor does not count, up to seven deadlines. */
int budget_check(struct world *w);

#endif
