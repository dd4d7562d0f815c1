/* SPDX-License-Identifier: MIT
 *
 * The transcript of a case: who was told what and who said what, a line each, oldest first. It is
 * bounded: what repeats is counted, and of who talks most the oldest lines go first.
 */
#ifndef HARNESS_TRANSCRIPT_H
#define HARNESS_TRANSCRIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct moment {
    int64_t us;
    char *text;  /* "S > create ...", "S < ok ..." */
    size_t who;  /* the actor of that number from 1 on, or 0 */
    size_t span; /* so many lines, this one the last, */
    int again;   /* came again so often */
};

/* All zero is an empty one. */
struct transcript {
    struct moment *moments;
    size_t count, dropped;
};

/* Takes the text; us are microseconds since the case began. */
void transcript_add(struct transcript *t, int64_t us, size_t who, char *text);

/* The last lines as an array of texts: some of each of the n actors that are named, however much
 * others said. *left_out: how many are missing. The caller's. */
json_t *transcript_excerpt(const struct transcript *t, const size_t *named, size_t n,
                           size_t *left_out);

/* Writes all that is kept to a file, for people only. */
void transcript_write(const struct transcript *t, const char *path);

void transcript_finish(struct transcript *t);

#endif
