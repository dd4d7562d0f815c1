/* SPDX-License-Identifier: MIT
 *
 * The one lexer, of scenarios, manifests and baselines. A text is a list of lines; a line is a list
 * of words. Words are separated by blanks; a word may hold or be a "quoted string", in which \" is
 * a quote and every other backslash stands for itself (so that patterns need no doubling). A # at
 * the start of a word begins a comment. Lines may be of any length.
 */
#ifndef HARNESS_SCAN_H
#define HARNESS_SCAN_H

#include "util.h"

struct source {
    char *name;   /* as it is shown in complaints */
    char **lines; /* without line ends */
    int count;
};

struct token {
    char *text;
    int column;  /* from 1 */
    bool quoted; /* some part stood in quotes */
};

struct tokens {
    struct token *at;
    size_t n;
};

/* Reads a file whole. Returns -1 and adds a complaint if it can't be read or is no text in
 * UTF-8. */
int source_read(struct source *s, const char *path, const char *shown_as, struct diag *d);
void source_finish(struct source *s);

/* Splits line number (from 1) into words; -1 with a complaint on an open quote. */
int scan_line(const struct source *s, int number, struct tokens *out, struct diag *d);
void tokens_finish(struct tokens *t);

#endif
