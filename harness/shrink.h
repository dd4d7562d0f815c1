/* SPDX-License-Identifier: MIT
 *
 * A failing scenario made smaller: lines are left out as long as the rest still fails in the same
 * class, and about as often.
 */
#ifndef HARNESS_SHRINK_H
#define HARNESS_SHRINK_H

#include "attempt.h"

/* The smaller text, the caller's. rate: how often the given one fails in the class. Ends when no
 * line can be left out, when the time of the attempts is over, or when a signal ends them. */
char *shrink(struct attempts *t, const char *text, const char *class, struct rate rate);

#endif
