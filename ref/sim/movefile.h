/* SPDX-License-Identifier: MIT
 *
 * A list of moves as a file, a line each; lines that begin with `#` are comments.
 */
#ifndef SIM_MOVEFILE_H
#define SIM_MOVEFILE_H

#include "sim/move.h"

enum { MOVE_REASON = 400 };

/* Adds the moves of an open file. -1: a line is none, and what was expected is in the reason. */
int movefile_read(FILE *file, struct moves *moves, char reason[MOVE_REASON]);

void movefile_write(FILE *file, const struct moves *moves);

#endif
