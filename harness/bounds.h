/* SPDX-License-Identifier: MIT
 *
 * The limits of an IUT, as its manifest has them: what lies beyond is not asked of it.
 */
#ifndef HARNESS_BOUNDS_H
#define HARNESS_BOUNDS_H

#include "actor.h"

/* The limit beyond which the question lies, whatever the table holds (the caller's); NULL: none. */
char *bounds_lacking(const struct limits *l, const struct ask *ask);
/* 0, or -1 after world_fail(): UNSUPPORTED, with the limit; SKIPPED, where what it would name is
 * there and not of the case. */
int bounds_allow(struct world *w, const struct actor *a, const struct ask *ask);
int bounds_allow_client(struct world *w);
int bounds_allow_server(struct world *w, const struct actor *a);

/* Where a server of that name listens: a fixed place belongs to the one that runs. The caller's. */
char *bounds_socket(const struct world *w, const char *name);

#endif
