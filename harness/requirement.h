/* SPDX-License-Identifier: MIT
 *
 * The requirements, read from the spec's text: spec/README.md says how they are written. Nothing
 * here keeps a list of its own, so the text and what is judged cannot drift apart.
 */
#ifndef HARNESS_REQUIREMENT_H
#define HARNESS_REQUIREMENT_H

#include "util.h"

enum level { LEVEL_MUST, LEVEL_SHOULD, LEVEL_MAY };

struct requirement {
    char *id; /* "SYN-2" */
    enum level level;
    char *subject;  /* "server", "client", "both" or "platform" */
    char *origin;   /* "course", "corrected" or "rtm1" */
    char *sentence; /* on one line */
    char *why;      /* the quoted lines below it, "" if none */
    char *file;     /* "spec/4-session.md" */
    int line;
};

struct requirements {
    struct requirement *at; /* in the order of the chapters */
    size_t n;
};

/* Reads the numbered chapters N-*.md of a directory. Returns -1 with complaints if one can't be
 * read, an id stands twice, or a requirement is not written as the spec's README says. */
int requirements_read(struct requirements *r, const char *directory, struct diag *d);
void requirements_finish(struct requirements *r);

/* NULL if there is none. */
const struct requirement *requirement_find(const struct requirements *r, const char *id);
/* The id most like this one, or NULL. */
const char *requirement_suggest(const struct requirements *r, const char *id);

/* Whether the spec itself says that no scenario checks it. */
bool requirement_excused(const struct requirement *q);

/* FNV-1a-64 of all ids, levels and sentences: two specs with the same one ask for the same. */
uint64_t requirements_digest(const struct requirements *r);

const char *level_name(enum level level);

#endif
