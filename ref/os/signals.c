/* SPDX-License-Identifier: MIT */
#include "os/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open(bool flushed)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (flushed)
        sigaddset(&set, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return -1;
    /* a shell starts background jobs with SIGINT ignored, and an ignored signal is discarded */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGUSR1,
           flushed ? SIG_DFL : SIG_IGN); /* a server has no use for it; it may not end it */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

unsigned signals_take(int fd)
{
    struct signalfd_siginfo info;
    unsigned events = 0;

    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        events |= info.ssi_signo == SIGUSR1 ? SIGNALS_FLUSH : SIGNALS_END;
    return events;
}
