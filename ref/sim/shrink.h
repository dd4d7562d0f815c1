/* SPDX-License-Identifier: MIT
 *
 * A list of moves that fails becomes a shorter one that fails in the same class: without clients,
 * operations and faults that do not matter, then with a simpler schedule and simpler numbers.
 */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "sim/apart.h"

/* The moves of a seed, also of one that crashes. -1 with errno. */
int shrink_moves_of(uint64_t seed, struct moves *moves, struct failure *failure);

/* Makes the list as short as so much time allows; *failure, in which its class stands, becomes that
 * of the result. -1 with errno. */
int shrink_run(struct moves *moves, struct failure *failure, unsigned seconds);

#endif
