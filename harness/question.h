/* SPDX-License-Identifier: MIT
 *
 * A question as a scenario words it, "create PREFIX GATEWAY OIF", "load FILE" and the like, and the
 * judging of its refusal.
 */
#ifndef HARNESS_QUESTION_H
#define HARNESS_QUESTION_H

#include "actor.h"

struct question {
    struct ask ask;
    char *value[3]; /* what ask points to */
};

/* Reads words at..end of a step; -1 after world_fail(). Call question_finish() in both cases. */
int question_read(struct world *w, const struct step *s, size_t at, size_t end, struct question *q);
void question_finish(struct question *q);

/* Whether the answer is a refusal of that kind ("any" is every kind); -1 after world_fail(). ended:
 * a load that ran when the question was asked does not run any more. */
int question_judge(struct world *w, struct actor *a, struct ask *ask, const char *kind, bool ended);

#endif
