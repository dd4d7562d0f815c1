/* SPDX-License-Identifier: MIT
 *
 * The names that a scenario has declared so far, while it is parsed, and the matching of a line
 * against the shape of a command.
 */
#ifndef HARNESS_NAMES_H
#define HARNESS_NAMES_H

#include "command.h"
#include "scan.h"

struct name {
    char *text;
    enum name_kind kind;
};

struct names {
    struct name *at;
    size_t n;
};

void names_finish(struct names *names);

/* Whether a word is a name as scenarios give them, and none of these. */
bool names_lack(const struct names *names, const struct token *word);

/* Matches words against a shape. On success declares the shape's new names and returns true.
 * Otherwise *where is the word that did not fit (words->n: something is missing) and *expected (the
 * caller's; not asked for if NULL) what would have. */
bool shape_match(const char *shape, const struct tokens *words, struct names *names, size_t *where,
                 char **expected);

#endif
