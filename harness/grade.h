/* SPDX-License-Identifier: MIT
 *
 * Grading: one manifest, many submissions of the same style. Each is built in a private copy and
 * run, one after the other, and gets a row of a table, a page and its events.
 */
#ifndef HARNESS_GRADE_H
#define HARNESS_GRADE_H

#include "options.h"

/* Grades the directories. EXIT_CONFORMS if each was there and got its row, whatever
 * stands in it. */
int grade_run(struct options *o, const struct requirements *q, const struct suite *suite, int n,
              char **directories);

#endif
