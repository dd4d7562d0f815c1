/* SPDX-License-Identifier: MIT
 *
 * The keys of a dialogue in a manifest: send and expect make its moves in the order in which they
 * stand, the others say how it ends and what it shows.
 */
#ifndef HARNESS_DIALOGUE_KEY_H
#define HARNESS_DIALOGUE_KEY_H

#include "dialogue.h"
#include "value.h"

/* Reads one KEY = VALUE; 0, or -1 with a complaint. */
int dialogue_set(struct dialogue *d, const char *key, const struct value *v);

#endif
