/* SPDX-License-Identifier: MIT
 *
 * A dialogue of a manifest: what is sent to a program and what it has to print in between, and by
 * which lines its outcome is known. spec/manifest.md has the keys.
 */
#ifndef HARNESS_DIALOGUE_H
#define HARNESS_DIALOGUE_H

#include "pattern.h"
#include "util.h"

/* How a table is seen. */
enum observe {
    OBSERVE_COMMAND, /* on request: the dialogue asks for it */
    OBSERVE_ASK,     /* the program asks after each message whether to show it */
    OBSERVE_PRINTED, /* printed whole after each message */
    OBSERVE_LOG,     /* rebuilt from lines that tell changes */
    OBSERVE_NONE,
    OBSERVE_COUNT
};

/* One move: either is set. */
struct move {
    char *send;             /* a line, with {prefix} and the like */
    struct pattern *expect; /* what the program has to print before the next move */
};

struct dialogue {
    int line;           /* of the manifest, where its section begins; 0: it has none */
    bool spoilt;        /* something in it is wrong: it was told */
    struct move *moves; /* none: the program cannot be asked this */
    size_t move_n;
    struct pattern *done, *refused, *row;
    char *no_mask;      /* the mask of a row that shows none, a number; NULL: each shows one */
    char *default_word; /* what it shows in place of 0.0.0.0/0, or NULL */
    bool silent;        /* it may also end with nothing said: then the table decides */
    enum observe observe;
    struct pattern *question, *begin; /* of OBSERVE_ASK and OBSERVE_PRINTED */
    char *answer;
    struct pattern *more; /* what it prints where it waits within a table to be told to go on */
    char *more_answer;    /* what it is told; NULL: an empty line */
    bool more_key;        /* and that without a line end */
    struct pattern *added, *updated, *deleted, *emptied; /* of OBSERVE_LOG */
};

const char *observe_name(enum observe how);

/* Whether the program can be asked this at all. */
bool dialogue_asks(const struct dialogue *d);
/* The only line of a dialogue of one line: questions that follow each other unanswered need that.
 * NULL where there are more moves. */
const char *dialogue_line(const struct dialogue *d);
/* The prefix that the last match of a pattern shows: dest, and mask as it is written. */
void dialogue_read_prefix(const struct dialogue *d, struct pattern *p, const char *line,
                          char dest[40], char mask[24]);
/* Whether the line is one that some pattern of it stands for; NULL knows none. */
bool dialogue_knows(const struct dialogue *d, const char *line, size_t len);
/* What a group of its patterns took of a number, as pattern_cut() has it; NULL: none did. */
const char *dialogue_cut(const struct dialogue *d);
void dialogue_add_send(struct dialogue *d, const char *line);
/* Takes the pattern over. */
void dialogue_add_expect(struct dialogue *d, struct pattern *p);
void dialogue_finish(struct dialogue *d);

/* What stands for {prefix} and the like; NULL where a question has no such value. */
struct values {
    const char *prefix, *gateway, *oif, *address, *mac, *file, *line;
};

/* A line as the program wants to hear it, with the values in place: {prefix}, its parts {dest}
 * {mask} {dotted-mask}, {gateway} {oif} {mac} {ip} {address} {file} {line}. The caller's. */
char *dialogue_fill(const char *line, const struct values *v);
/* The first {word} of the line that stands for nothing, with its length; NULL if there is none. */
const char *dialogue_unknown(const char *line, size_t *len);

#endif
