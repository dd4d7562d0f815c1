/* SPDX-License-Identifier: MIT
 *
 * A scenario, parsed whole before anything runs (LANGUAGE.md is its manual). A file is a head
 * (title, needs, ...), optionally rows of values, and steps. It yields one case, or one for each
 * row.
 */
#ifndef HARNESS_SCRIPT_H
#define HARNESS_SCRIPT_H

#include "head.h"
#include "requirement.h"

struct command;

/* One step of a scenario: a line that matched the shape of a command. */
struct step {
    const struct command *command;
    struct tokens words; /* the line without its citation, row values in place */
    int line;
    const struct requirement
        *cite;    /* what it checks: written in [], or the command's own; or NULL */
    char **block; /* the lines up to "end", of commands that have one; NULL at the end */
};

/* The steps from..to-1, run so often. */
struct loop {
    size_t from, to;
    int times;
};

struct test_case {
    char *name;   /* "4-session/SYN-2-late-joiner", of a row "...#2" */
    char *file;   /* the file as it is shown */
    char *only;   /* what --only takes to mean this case alone: the name, or the path of a file that
                   * was read by itself */
    char *values; /* the row, "prefix=10.0.0.1/8 kind=prefix"; "" if there is none */
    struct head head;
    struct step *steps;
    size_t count;
    struct loop *loops; /* in order, none within another */
    size_t loop_count;
};

struct suite {
    struct test_case *at; /* in the order of names */
    size_t n;
    bool wrapped; /* set before it is read: for processes under a wrapper (head.h) */
};

/* Reads every *.rtm below a directory, or one file. -1 if there was a complaint; the readable ones
 * are in the suite all the same. */
int suite_read(struct suite *s, const char *path, const struct requirements *r, struct diag *d);
void suite_finish(struct suite *s);

bool case_tagged(const struct test_case *c, const char *tag);
/* Whether some step cites the id. */
bool case_cites(const struct test_case *c, const char *id);
/* The requirement that it mainly checks: that of its name, else the first MUST that it cites, else
 * the first of all; NULL if it cites none. */
const struct requirement *case_requirement(const struct test_case *c, const struct requirements *r);
/* Word i of a step. */
const char *step_word(const struct step *s, size_t i);
/* The text of a step as it was written, with row values in place; the caller's. */
char *step_text(const struct step *s);

#endif
