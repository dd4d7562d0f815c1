/* SPDX-License-Identifier: MIT
 *
 * Refusals that should not be: of the program, or only by the words of its manifest.
 */
#ifndef HARNESS_REFUSAL_H
#define HARNESS_REFUSAL_H

#include "actor.h"

/* Whether the line, which refused matches, may be the answer to a change that was made: done
 * matches it too, or the program has accepted nothing of the kind so far. Then its table says. */
bool refusal_may_be_none(const struct world *w, const struct actor *a, enum operation op,
                         const char *line);
/* The same where only done counts: the line is one of many answers. */
bool refusal_is_done(const struct world *w, const struct actor *a, enum operation op,
                     const char *line, size_t len);
/* Whether the server's table is the oracle's, so that such a line is none: BROKEN then. */
bool refusal_is_none(struct world *w, struct actor *a, enum operation op, const char *line);
/* Fails the step for the answer; changed: the digest of the oracle's table is another one since.
 * what: has it accepted. -1. */
int refusal_fail(struct world *w, struct actor *a, const struct ask *ask, bool changed,
                 const char *what);
/* What a reader should know of it: who has accepted no route may not be asked in its words. */
void refusal_doubt(struct world *w, const struct actor *a);

#endif
