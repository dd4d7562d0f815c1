/* SPDX-License-Identifier: MIT
 *
 * What has to hold after every move: judged by the histories and by what was seen on the sockets,
 * never by the cores' own sums and counters.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "sim/world.h"

/* The tables that a client shows. */
void check_client(struct following *following);

/* Behind what a client has read: a DIGEST that its copy does not fit makes it ask for a new one. */
void check_heeded(struct following *following);

/* A signal about a flush was taken: that change has to be left behind. */
void check_signalled(struct following *following, uint32_t change);

/* A lookup by one who knew `floor` stores at its beginning. */
void check_lookup(struct following *following, unsigned key, bool found, uint32_t address,
                  uint32_t floor);

/* The server's table, and what was answered. */
void check_answer(struct serving *serving, const char *what, enum refusal wanted,
                  enum refusal refusal);
void check_server(struct serving *serving);
void check_bounds(struct serving *serving, const struct line *line);

/* Frames as they are sent on a line, as a client hears them, and as the server hears them. */
void check_sent(struct line *line, const uint8_t *bytes, size_t size);
void check_heard(struct following *following, const uint8_t *bytes, size_t size);
void check_server_heard(struct line *line, const struct socket *socket, const uint8_t *bytes,
                        size_t size);

/* Behind what the server has heard: whether a peer that broke the rules was refused. */
void check_refused(struct line *line, const struct socket *socket, bool refused);

/* Behind a PID: whether it is registered. */
void check_registered(struct serving *serving, int socket);

/* A signal is sent to the process of that birth. */
void check_target(struct serving *serving, uint32_t birth);

/* Around a flush: everybody who is registered and lives is signalled. */
void check_flush_begins(struct serving *serving);
void check_flush_ends(struct serving *serving);

/* All copies are equal to the server's tables; nothing is left over. */
void check_rest(struct world *world);

/* All processes have ended: nothing of them is in the kernel; in memory: by the blocks before. */
void check_empty(struct world *world);
void check_memory(struct world *world, int64_t blocks);

#endif
