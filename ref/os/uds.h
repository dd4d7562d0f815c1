/* SPDX-License-Identifier: MIT
 *
 * The Unix socket: who owns its path, and how it is reached.
 */
#ifndef OS_UDS_H
#define OS_UDS_H

#include <stddef.h>
#include <stdint.h>

struct uds_listener {
    int fd, lock;
    uint32_t instance; /* differs from that of the path's last owner (EPO-1) */
    const char *path;  /* the caller's; has to stay */
    char lock_path[128];
};

/* Takes the path: -1 if a live server has it or it cannot be made, and the reason says why and
 * what to do. A dead server's socket is replaced. */
int uds_listen(struct uds_listener *listener, const char *path, char *reason, size_t size);

/* Removes the socket and the lock file (TRN-6). */
void uds_close(struct uds_listener *listener);

/* A connected nonblocking socket, or -1 with errno. */
int uds_connect(const char *path);

/* A path that a socket address can hold; otherwise the reason says so (TRN-7). */
int uds_check_path(const char *path, char *reason, size_t size);

#endif
