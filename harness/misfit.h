/* SPDX-License-Identifier: MIT
 *
 * Tables that differ as the manifest does not fit the program: what lacks is shown, and is not read
 * or read as something else; what should be gone is said to be.
 */
#ifndef HARNESS_MISFIT_H
#define HARNESS_MISFIT_H

#include "dump.h"

/* Whether the manifest explains that the actor does not show the table that is wanted; BROKEN
 * then. */
bool misfit_explains(struct world *w, struct actor *a, struct dump *d, const struct oracle *want);
/* The same of one route or ARP entry: it has to be there, or (gone) must not. */
bool misfit_explains_route(struct world *w, const struct actor *a, const struct dump *d,
                           const struct route *r, bool gone);
bool misfit_explains_neighbour(struct world *w, const struct actor *a, const struct dump *d,
                               const struct neighbour *n, bool gone);

#endif
