/* SPDX-License-Identifier: MIT
 *
 * What the sections of a manifest need together, once all of it is read.
 */
#ifndef HARNESS_MANIFEST_CHECK_H
#define HARNESS_MANIFEST_CHECK_H

#include "manifest.h"

/* Complains about one of its programs; what is "server" or "client". */
void manifest_check(const struct manifest *m, const struct program *p, const char *what,
                    struct diag *d);

#endif
