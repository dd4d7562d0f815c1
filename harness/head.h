/* SPDX-License-Identifier: MIT
 *
 * The head of a scenario: what it shows, needs and costs. LANGUAGE.md is its manual.
 */
#ifndef HARNESS_HEAD_H
#define HARNESS_HEAD_H

#include "need.h"
#include "scan.h"

struct head {
    char *title;
    char **features; /* "needs": NULL at the end; the host's needs are taken out of it: */
    unsigned needs;  /* enum need */
    char **tags;     /* NULL at the end */
    int processes;   /* "cost": how many it starts at most */
    int queues;      /* how many message queues it has at most */
    int many;        /* what {many} stands for; 0: nothing */
    int deadline_ms; /* of each step */
    bool wrapped;    /* for processes under a wrapper: {many} is cut, and deadlines are stretched */
};

void head_init(struct head *h, bool wrapped);
void head_finish(struct head *h);
/* Reads one line; what is wrong with it goes to d. False if it is none of a head (or of rows): the
 * steps begin. */
bool head_read(struct head *h, const struct tokens *t, const struct source *s, int line,
               struct diag *d);

#endif
