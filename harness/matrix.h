/* SPDX-License-Identifier: MIT
 *
 * The command "matrix": the server of each manifest with the clients of each, a run for each pair.
 */
#ifndef HARNESS_MATRIX_H
#define HARNESS_MATRIX_H

#include "options.h"
#include "script.h"

/* Runs the selected cases in which a server and a client take part. Returns an exit code of the
 * suite: the worst of the pairs that share a wire. */
int matrix_run(const struct options *o, const struct requirements *q, const struct suite *suite,
               char *const *files, size_t n);

#endif
