/* SPDX-License-Identifier: MIT
 *
 * The command "fuzz": random scenarios (draw.h) against any implementation, and what they find
 * (find.h).
 */
#ifndef HARNESS_FUZZ_H
#define HARNESS_FUZZ_H

#include "options.h"

/* Draws and runs scenarios as the options say, and tells what came of it. Returns an exit code of
 * the suite. */
int fuzz_run(struct options *o, const struct requirements *q);

#endif
