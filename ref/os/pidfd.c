/* SPDX-License-Identifier: MIT */
#include "os/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5; the headers of Debian 12 are older */
#endif

int pidfd_signal(int pidfd, int number)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
}

static int drop(int pidfd, int error)
{
    close(pidfd);
    errno = error;
    return -1;
}

/* The number was the peer's when it connected. It still is if the peer has not hung up after the
 * handle was there: a process that lives keeps its number. */
static int open_number(int fd, uint32_t pid)
{
    struct pollfd peer = {.fd = fd, .events = POLLRDHUP};
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (pidfd >= 0 && poll(&peer, 1, 0) != 0)
        return drop(pidfd, ESRCH);
    return pidfd;
}

int pidfd_of_peer(int fd, uint32_t pid)
{
    int pidfd;
    socklen_t size = sizeof(pidfd);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size)) {
        /* any other error speaks of this peer, and its number may be a stranger's by now */
        if (errno != ENOPROTOOPT)
            return -1;
        pidfd = open_number(fd, pid);
    }
    if (pidfd >= 0 && pidfd_signal(pidfd, 0))
        return drop(pidfd, errno);
    return pidfd;
}
