/* SPDX-License-Identifier: MIT
 *
 * Clients that do not come back where their server goes: they end (ends-with-server), or do not
 * claim reconnect. Their end is expected then, and what is asked of such a client afterwards is
 * asked of a new one, or not at all.
 */
#ifndef HARNESS_DEPARTURE_H
#define HARNESS_DEPARTURE_H

#include "actor.h"

/* Before a step: of each such client that it names and whose server has gone the end is awaited, or
 * that it has seen it. One that stays is judged as any while there is no server. Where there is one
 * again a new client is started in its place, unless the step asks what only rtm1 does: that it
 * comes back by itself. That, or one that has ended without a server, is UNSUPPORTED. 0, or -1
 * after world_fail(). */
int departure_settle(struct world *w, const struct step *s);
/* Who has ended by itself: a server before its clients, for that explains what they do. 0, or -1
 * after world_fail(). */
int departure_check_ends(struct world *w);
/* Behind a step that failed: if a server has ended by itself, that is what failed. */
void departure_reconsider(struct world *w);
/* Before such a client is started: UNSUPPORTED if nobody is there to connect to. 0, or -1. */
int departure_allow_start(struct world *w, const struct actor *a);

#endif
