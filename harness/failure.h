/* SPDX-License-Identifier: MIT
 *
 * Which failures are the same: those of one class, whatever they say. A failure is FAIL or BROKEN;
 * what the suite could not decide is none.
 */
#ifndef HARNESS_FAILURE_H
#define HARNESS_FAILURE_H

#include "event.h"
#include "script.h"

/* The class of what came of a case, the caller's; NULL if it is no failure. It is the verdict, the
 * requirement and the kind of step, or, where processes ended by themselves, which, and how: such
 * an end may be noticed in any step. */
char *failure_class(const struct test_case *t, const json_t *event);

#endif
