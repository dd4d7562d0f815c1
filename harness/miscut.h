/* SPDX-License-Identifier: MIT
 *
 * Groups of a manifest's patterns that take a part of a value, or more than it: what was read then
 * is not what the program has printed.
 */
#ifndef HARNESS_MISCUT_H
#define HARNESS_MISCUT_H

#include "world.h"

/* Whether oif is what the line has where a group took shown: that is a part of it, or has more
 * around it that belongs to no name. */
bool miscut_is_oif(const char *shown, const char *line, const char *oif);
/* Of a program of the case whose manifest took a part of a number: where, and of what (the
 * caller's). NULL: none did, or it claims the line protocol: its answers are held to chapter 7. */
char *miscut_explain(const struct world *w);

#endif
