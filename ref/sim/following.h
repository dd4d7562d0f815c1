/* SPDX-License-Identifier: MIT
 *
 * A client process: what its shell does, as moves. Each asks for what move_possible() has seen.
 */
#ifndef SIM_FOLLOWING_H
#define SIM_FOLLOWING_H

#include "sim/world.h"

void following_start(struct world *world, enum actor actor);
void following_kill(struct world *world, enum actor actor);

/* Queues BYE, writes what fits, and ends. */
void following_quit(struct following *following);

void following_connect(struct following *following);

/* Its side closes, for whatever reason. */
void following_drop(struct following *following);

void following_write(struct following *following, uint32_t size);
void following_read(struct following *following, uint32_t size, uint32_t stop);
void following_turn(struct following *following, uint32_t stop);
void following_signal(struct following *following, uint64_t ages, uint32_t stop);
void following_lookup(struct following *following, unsigned key, uint64_t ages, uint32_t stop);

/* Its copy, or the one that a snapshot fills, gets or loses a route. */
void following_spoil(struct following *following, unsigned key);

/* Whether there is anything to be read, be it the end. */
bool following_may_read(const struct following *following);
bool following_may_write(const struct following *following);

void following_finish(struct following *following);

/* Around each call into its core. */
void following_enter(struct following *following, struct call *call, uint32_t stop);
void following_leave(struct following *following, struct call *call);

/* What the core asks of its shell: signals and shared memory. */
struct client_shell following_shell(struct following *following);

#endif
