/* SPDX-License-Identifier: MIT
 *
 * Which cases a command is about: the suite's, and what the options leave of them.
 */
#ifndef HARNESS_SELECTION_H
#define HARNESS_SELECTION_H

#include "options.h"
#include "script.h"

/* Reads the scenarios of the suite, and those that --only names by their file outside of it. -1
 * with complaints. */
int selection_read(struct suite *s, const struct options *o, const struct requirements *q,
                   struct diag *d);
/* The cases that --only, --except and --profile leave, an array of the caller's; NULL after a
 * complaint if a word of theirs means none. */
const struct test_case **selection_choose(const struct suite *s, const struct options *o,
                                          const struct requirements *q, size_t *n);

#endif
