/* SPDX-License-Identifier: MIT
 *
 * One step of the doctor's visit: what is tried is named, what was said is shown, and it is fine, a
 * problem, or follows from the first one.
 */
#ifndef HARNESS_VISIT_STEP_H
#define HARNESS_VISIT_STEP_H

#include "actor.h"

/* What is tried, and what of it went wrong so far. */
struct visit {
    struct world *w;
    struct actor *s, *a; /* or NULL */
    struct oracle *want; /* what the server was told */
    struct probe *probe; /* that reads [record], or NULL */
    bool unread;         /* it could not */
    size_t shown;        /* moments of the transcript */
    bool there;          /* the server is where the manifest says */
    bool untidy;         /* one was told to quit, and ended with another status than 0 */
    int problems, follow;
    char *name;                /* of what is tried now */
    char *cause;               /* that of the first problem, or NULL */
    const char *mistake;       /* the expect that did not come there, or NULL */
    bool failed[2][ASK_COUNT]; /* of the client and of the server: this dialogue had a problem */
};

/* Names what is tried from here on, as "[server.create]" or with more behind a colon. */
void visit_begin(struct visit *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends that: fine, or a problem and what to change. follows: the first problem explains it. Whether
 * it was fine. */
bool visit_finish(struct visit *v, int result, const char *fine, const char *advice, bool follows);
/* In its place where no route could be created, and it needs one. */
void visit_leave_out(struct visit *v);
/* Shows what differs, in front of the end. */
void visit_show_detail(struct visit *v);
/* Nothing of what was said so far is shown any more. */
void visit_pass_over(struct visit *v);
/* The length of the name in v->cause. */
int visit_cause_length(const struct visit *v);

/* Creates a route, and no more. 0, or -1 after world_fail(). */
int visit_create(struct visit *v, const struct route *r);
/* Fresh processes with the same routes: those before wait nobody knows where. */
void visit_start_anew(struct visit *v);

#endif
