/* SPDX-License-Identifier: MIT
 *
 * A run as a scenario for the real processes, in the language of the suite. A probe at the server
 * and one that listens stand between each client and the server, so that every frame, or part of
 * one, is passed on when the run delivers it, and signals come when the run has them taken.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "sim/apart.h"

/* Makes the run once more and writes it down. What cannot be said stands in the file as a comment,
 * and is counted. False if the real server may send other frames for it: then the scenario may fail
 * where nothing is wrong. */
bool scenario_write(FILE *file, const struct moves *moves, const struct failure *failure,
                    unsigned *unsaid);

#endif
