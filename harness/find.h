/* SPDX-License-Identifier: MIT
 *
 * What a sweep of random runs has found: failures by class, each with the scenario of its first
 * run, which is confirmed, made smaller, and kept in a file of its own that `rtmtest run --only`
 * takes.
 */
#ifndef HARNESS_FIND_H
#define HARNESS_FIND_H

#include "attempt.h"

#include <stdio.h>

#define FIND_SEEDS 8 /* that are shown */

struct find {
    char *class, *message; /* the message of the first one */
    char *text, *file;     /* the scenario, and where it is kept */
    size_t steps;          /* lines of it as it was drawn */
    uint64_t seeds[FIND_SEEDS];
    size_t times;     /* runs of the sweep that failed in this class */
    struct rate rate; /* of the text when it was run again; nothing ran: it was not */
};

struct finds {
    struct find *at;
    size_t n;
    int64_t shrink_ms;               /* for making one smaller */
    const char *directory;           /* of the files, made when there is one */
    const char *iut, *made, *repeat; /* for the head of a file: who failed, which command drew it,
                                      * and which repeats it but for the file */
};

/* Counts a failure. The first one of its class is kept in its file at once. The file, or NULL after
 * a complaint if it could not be written. */
const char *finds_add(struct finds *all, const char *class, uint64_t seed, const char *text,
                      const json_t *event);
void finds_finish(struct finds *all);

/* Runs it again ten times, makes it smaller if it fails again, and keeps what came of it. */
int find_confirm(const struct finds *all, struct find *f, struct attempts *t);
/* Says what it is, a few lines. */
void find_tell(const struct finds *all, const struct find *f, size_t runs, FILE *out);

#endif
