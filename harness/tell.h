/* SPDX-License-Identifier: MIT
 *
 * What every server tells its clients, whatever the wire: the whole table, then each change. In
 * frames of RTM/1, or in the [record] of the manifest.
 */
#ifndef HARNESS_TELL_H
#define HARNESS_TELL_H

#include "actor.h"
#include "probe.h"

/* Reads records until they have made the server's table. One that cannot be read as the manifest
 * has it is BROKEN; one that cannot be, as a change of no route, fails the step. */
int tell_follow(struct world *w, struct probe *p, const struct oracle *table);

#endif
