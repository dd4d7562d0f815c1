/* SPDX-License-Identifier: MIT
 *
 * A handle of the process at the other end of a connection: what a signal can be sent through
 * without hitting whoever has got the number since (REG-2, S9).
 */
#ifndef OS_PIDFD_H
#define OS_PIDFD_H

#include <stdint.h>

/* A descriptor, the caller's, of the peer of a connected Unix socket, whose number the kernel says
 * is `pid`, that this process may signal. -1 with errno: the kernel gives none (ENOSYS, EPERM,
 * EMFILE), or the peer is gone (ESRCH). */
int pidfd_of_peer(int fd, uint32_t pid);

/* -1 with errno, ESRCH when the process has ended. */
int pidfd_signal(int pidfd, int number);

#endif
