/* SPDX-License-Identifier: MIT
 *
 * The promises of the platform (spec/0-platform.md), and how one is tried: in a process of its own,
 * within a time, with nothing left behind. promises.def lists them, the functions of it see
 * trial.h.
 */
#ifndef HARNESS_PROMISE_H
#define HARNESS_PROMISE_H

#include "trial.h"
#include "util.h"

struct promise {
    const char *id;    /* of the requirement */
    const char *title; /* what holds if it is kept */
    void (*check)(const struct trial *t);
};

extern const struct promise promises[];
extern const size_t promise_count;

/* NULL if the id has no check. */
const struct promise *promise_find(const char *id);

enum kept { PROMISE_KEPT, PROMISE_BROKEN, PROMISE_UNTRIED };

struct finding {
    enum kept kept;
    char *why;        /* it was broken or not tried; else NULL */
    struct buf notes; /* limits that were found, each a line */
};

/* Tries one below a directory, which it leaves as it was; orphans of it may live on as children of
 * a process that adopts them (sandbox.h). An interrupt (interrupt.h) ends it: nothing was found. */
void promise_try(const struct promise *p, const char *dir, struct finding *f);
void finding_finish(struct finding *f);

#define PROMISE(number, name, title) void promise_##name(const struct trial *t);
#include "promises.def"
#undef PROMISE

#endif
