/* SPDX-License-Identifier: MIT
 *
 * Known failures: a file with a line for each, CASE VERDICT ID "reason" ["message"]. A case that
 * fails just so is XFAIL. One that does better is XPASS, and fails the run: its line is stale.
 * LANGUAGE.md has the rules.
 */
#ifndef HARNESS_BASELINE_H
#define HARNESS_BASELINE_H

#include "pattern.h"
#include "script.h"
#include "stream.h"

#include <stdio.h>

struct known_failure {
    char *name;
    enum verdict verdict;
    char *id;     /* "-" where none is named */
    char *reason; /* why it is left so */
    char *text;   /* of the pattern, or NULL */
    struct pattern *message;
    int line;
};

struct baseline {
    char *file; /* as it was given; NULL if there is none */
    struct known_failure *at;
    size_t n;
};

/* Reads the file; -1 with complaints, also for a case that the suite and for a requirement that the
 * spec doesn't have. */
int baseline_read(struct baseline *b, const char *path, const struct suite *s,
                  const struct requirements *q, struct diag *d);
void baseline_finish(struct baseline *b);
/* The line of a case, or NULL. */
const struct known_failure *baseline_find(const struct baseline *b, const char *name);

/* Gives a case's event the verdict that it has by the baseline. */
void baseline_judge(const struct baseline *b, json_t *event);
/* Writes the lines that would make a known failure of every case that failed in a saved run; those
 * that were known keep their reasons. */
void baseline_write(const struct stream *s, FILE *out);

#endif
