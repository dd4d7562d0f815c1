/* SPDX-License-Identifier: MIT
 *
 * A visit of the doctor: the programs of a manifest are started, each of its dialogues is made, and
 * all is printed: what was said, which pattern matched, what to change where none did.
 */
#ifndef HARNESS_VISIT_H
#define HARNESS_VISIT_H

#include "world.h"

/* In a world whose case is none. Returns how many problems there are, without those that may follow
 * from the first. */
int visit_programs(struct world *w);

#endif
