/* SPDX-License-Identifier: MIT
 *
 * The server's side of its sockets: moves bytes between them and the core, as the shell of the
 * program does, and what the registry needs of the kernel.
 */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include "sim/world.h"

void line_accept(struct serving *serving, int socket);

/* One read of up to `size` bytes, or the end of file. */
void line_read(struct serving *serving, int socket, uint32_t size);

/* One write of up to `size` bytes. */
void line_write(struct serving *serving, int socket, uint32_t size);

void line_close(struct serving *serving, int socket);

/* Whether there is anything to be read, be it the end; whether anything is to be written and can
 * be, or fails. */
bool line_may_read(const struct serving *serving, int socket);
bool line_may_write(const struct serving *serving, int socket);

/* The socket is this server's and accepted. */
bool line_is_of(const struct serving *serving, int socket);

/* The client at the other end says garbage, or its copy was spoiled, or it is not there any more.
 */
bool line_disturbed(struct world *world, const struct socket *socket);

struct registrar line_registrar(struct serving *serving);

#endif
