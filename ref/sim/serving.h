/* SPDX-License-Identifier: MIT
 *
 * The server process: what its shell does, as moves. Each asks for what move_possible() has seen.
 */
#ifndef SIM_SERVING_H
#define SIM_SERVING_H

#include "sim/world.h"

void serving_start(struct world *world, uint32_t instance);

/* One that no server of this run had. */
uint32_t instance_unused(const struct world *world);

/* Killed, at whatever point. */
void serving_kill(struct world *world);

/* Says BYE to all; from then on it only writes, until it ends or is told again. */
void serving_quit(struct world *world, uint32_t stop);

void serving_accept(struct world *world);
void serving_read(struct world *world, int socket, uint32_t size, uint32_t stop);
void serving_write(struct world *world, int socket, uint32_t size);
void serving_idle(struct world *world);

/* One turn of its loop: accepts, reads and writes all that it can. */
void serving_turn(struct world *world, uint32_t stop);

void serving_route(struct world *world, enum frame_op op, unsigned key, unsigned value);
void serving_mac(struct world *world, enum frame_op op, unsigned key, unsigned value,
                 uint32_t stop);
void serving_flush(struct world *world, uint32_t stop);

/* Whether the socket's peer may be read from, or is to be sent something. */
bool serving_may_read(struct world *world, int socket);
bool serving_may_write(struct world *world, int socket);

/* Frees what the process had; not while it is in a call. */
void serving_finish(struct serving *serving);

#endif
