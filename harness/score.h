/* SPDX-License-Identifier: MIT
 *
 * A row of grades.csv, made of the events of a run.
 */
#ifndef HARNESS_SCORE_H
#define HARNESS_SCORE_H

#include "manifest.h"
#include "script.h"
#include "stream.h"

#include <stdio.h>

/* The names of the columns. */
void score_head(FILE *csv);
/* A submission, and what it was asked. */
struct submission {
    const char *name, *page;
    const struct stream *run;
    const struct manifest *manifest;
    const struct test_case **cases; /* by name, n of them */
    size_t n;
};

/* Adds its row, and says the same in a line on standard output. A scenario passes if all its rows
 * do; one that is claimed and did not run, as the submission was given up, has not passed. */
void score_add(FILE *csv, const struct submission *s);
/* The row of one that cannot be graded, and why. */
void score_missing(FILE *csv, const char *name, const char *why);

#endif
