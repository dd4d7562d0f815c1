/* SPDX-License-Identifier: MIT
 *
 * Groups of a manifest's patterns that take a part of a value, or more than it: what was read then
 * is not what the program has printed.
 */
#ifndef HARNESS_MISCUT_H
#define HARNESS_MISCUT_H

#include "world.h"

struct actor;

/* Whether oif is what the line has where a group took shown, at the byte at: that is a part of it,
 * or has more around it that belongs to no name. A word that stands alone was taken whole: then the
 * program has got it wrong. */
bool miscut_is_oif(const char *line, size_t at, const char *shown, const char *oif);
/* Whether the name stands in the line as a word that can be nothing else. */
bool miscut_is_beside(const char *line, const char *oif);
/* Of a program of the case, or only of that one, whose manifest took a part of a number or an
 * address: where, and of what (the caller's). NULL: none did, or it claims the line protocol: its
 * answers are held to chapter 7. */
char *miscut_explain(const struct world *w, const struct actor *of);

#endif
