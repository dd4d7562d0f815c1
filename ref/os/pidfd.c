/* SPDX-License-Identifier: MIT */
#include "os/pidfd.h"

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

int pidfd_of_number(uint32_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int pidfd_of_peer(int fd)
{
    int pidfd;
    socklen_t size = sizeof(pidfd);

    return getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) ? -1 : pidfd;
}
