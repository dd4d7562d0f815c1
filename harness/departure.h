/* SPDX-License-Identifier: MIT
 *
 * Clients that end where their server goes (ends-with-server): that end is expected, and what is
 * asked of such a client afterwards is asked of a new one, or not at all.
 */
#ifndef HARNESS_DEPARTURE_H
#define HARNESS_DEPARTURE_H

#include "actor.h"

/* Whether a client that has ended did so as its manifest says: its server has gone, and no signal
 * ended it. */
bool departure_excuses(struct world *w, struct actor *a);
/* Before a step: of each client that it names and whose server has gone the end is awaited. Where
 * the server is there again, the client is started anew, unless the step asks what only rtm1 does:
 * that it comes back by itself. That, or a client without a server, is UNSUPPORTED. 0, or -1 after
 * world_fail(). */
int departure_settle(struct world *w, const struct step *s);

#endif
