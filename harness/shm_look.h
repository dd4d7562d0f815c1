/* SPDX-License-Identifier: MIT
 *
 * The shared memory object of a server, for commands.
 */
#ifndef HARNESS_SHM_LOOK_H
#define HARNESS_SHM_LOOK_H

#include "segment.h"
#include "world.h"

/* Asks the server for the name of its object and for its epoch, opens the object and remembers it
 * in the actor. The caller's; NULL after world_fail(). */
struct segment *shm_look(struct world *w, struct actor *server, uint64_t *epoch);

/* The same without asking a server whose object a step has seen: what it has left undone has to be
 * seen undone, and who answers late goes on meanwhile. */
struct segment *shm_look_again(struct world *w, struct actor *server);

#endif
