/* SPDX-License-Identifier: MIT
 *
 * Failures that are not those of the programs under test: of the manifest, of the program that only
 * plays the other role, or of the machine.
 */
#ifndef HARNESS_EXCUSE_H
#define HARNESS_EXCUSE_H

#include "world.h"

/* Why what failed, which broke cite, is none of theirs (the caller's); NULL: it is theirs. */
char *excuse_find(const struct world *w, const struct requirement *cite, const char *what);
/* Who gives up where what many programs wait with is missing may have had to: nothing is decided.
 */
void excuse_ends(struct world *w);

#endif
