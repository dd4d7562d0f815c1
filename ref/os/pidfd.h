/* SPDX-License-Identifier: MIT
 *
 * A handle of the process at the other end of a connection: what a signal can be sent through
 * without hitting whoever has got the number since (REG-2, S9).
 */
#ifndef OS_PIDFD_H
#define OS_PIDFD_H

#include <stdint.h>

/* A descriptor, the caller's, of the peer of a connected Unix socket. -1 with errno, ENOPROTOOPT
 * before Linux 6.5. */
int pidfd_of_peer(int fd);

/* The same of whoever has the number now; -1 with errno. */
int pidfd_of_number(uint32_t pid);

/* Number 0 only asks. -1 with errno, ESRCH when the process has ended. */
int pidfd_signal(int pidfd, int number);

#endif
