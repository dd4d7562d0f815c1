/* SPDX-License-Identifier: MIT
 *
 * Known failures: a file with a line for each, CASE VERDICT ID "reason" (ID is - where none is
 * named). A case that fails just so is XFAIL. One that passes is XPASS, and fails the run: its line
 * is stale.
 */
#ifndef HARNESS_BASELINE_H
#define HARNESS_BASELINE_H

#include "script.h"

struct known_failure {
    char *name, *verdict, *id, *reason;
};

struct baseline {
    struct known_failure *at;
    size_t n;
};

/* Reads the file; -1 with complaints, also for a case that the suite doesn't have. */
int baseline_read(struct baseline *b, const char *path, const struct suite *s, struct diag *d);
void baseline_finish(struct baseline *b);
/* The line of a case, or NULL. */
const struct known_failure *baseline_find(const struct baseline *b, const char *name);

#endif
