/* SPDX-License-Identifier: MIT
 *
 * The order of moves: the next one comes from the list that is replayed, or is drawn.
 */
#ifndef SIM_STEP_H
#define SIM_STEP_H

#include "sim/world.h"

/* Makes the next move, and those inside it; false: there are no more, or a check has failed. */
bool step_next(struct world *world);

/* Makes this one, which is possible. */
void step_make(struct world *world, const struct move *move);

#endif
