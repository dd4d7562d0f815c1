/* SPDX-License-Identifier: MIT
 *
 * The commands that work on saved runs alone: no spec, no scenario, no implementation. All take the
 * words of the command line and return an exit code of the suite.
 */
#ifndef HARNESS_SAVED_H
#define HARNESS_SAVED_H

#include "options.h"

/* FORMAT[=FILE]... RUN: the reports of a run, as they would have been. */
int saved_report(int n, char **words);
/* RUN RUN: what changed from the first to the second. */
int saved_diff(const struct options *o, int n, char **words);
/* RUN: a baseline that makes known failures of what failed in it. */
int saved_baseline(int n, char **words);

#endif
