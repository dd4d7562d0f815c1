/* SPDX-License-Identifier: MIT
 *
 * Real tables and traces, NAME.txt.xz in a directory of the user's. What the selected cases name is
 * unpacked once for the run.
 */
#ifndef HARNESS_DATA_H
#define HARNESS_DATA_H

#include "script.h"

/* Unpacks what the cases name from one directory into another, as NAME.txt; what is not there is
 * left out, and generated rows stand in. NULL, or what went wrong (the caller's). */
char *data_unpack(const struct test_case *const *cases, size_t n, const char *from,
                  const char *into);

#endif
