/* SPDX-License-Identifier: MIT
 *
 * The doctor of manifests: operates each dialogue once and shows what was said, what came and which
 * pattern matched. It judges the manifest, never the programs.
 */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "options.h"

/* An exit code of the suite: EXIT_CONFORMS if all of it works, else EXIT_UNDECIDED. */
int doctor_run(const struct options *o, const struct requirements *q);

#endif
