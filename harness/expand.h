/* SPDX-License-Identifier: MIT
 *
 * Live values under script names: {A.pid}, {S.socket}, {F.path} in the text of a step.
 */
#ifndef HARNESS_EXPAND_H
#define HARNESS_EXPAND_H

struct world;

/* The text with each {NAME.property} in place; the caller's. NULL after world_fail(). */
char *expand_names(struct world *w, const char *text);

#endif
