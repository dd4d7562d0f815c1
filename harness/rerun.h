/* SPDX-License-Identifier: MIT
 *
 * The option --rerun: a run of what failed in a saved one.
 */
#ifndef HARNESS_RERUN_H
#define HARNESS_RERUN_H

#include "options.h"
#include "stream.h"

/* Reads the saved run and makes options of it: the cases that failed, and its manifest, baseline,
 * wrappers, seed and sandbox where the options don't give others. They point into the stream, which
 * is the caller's in any case. 0, or an exit code after a complaint; EXIT_UNDECIDED if no case
 * failed. */
int rerun_read(struct options *o, struct stream *s);

#endif
