/* SPDX-License-Identifier: MIT */
#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TAKEN = 4 /* by one read: each signal is pending once, three are taken */ };

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

const char *signals_advice(void)
{
    return errno == EMFILE || errno == ENFILE ? "raise the limit of descriptors"
                                              : "it takes a kernel with signalfd(2)";
}

unsigned signals_take(int fd)
{
    struct signalfd_siginfo infos[TAKEN];
    unsigned events = 0;
    ssize_t got;

    do { /* one read most often: there are no more than it asks for */
        got = read(fd, infos, sizeof(infos));
        for (ssize_t i = 0; i < got / (ssize_t)sizeof(*infos); i++)
            events |= infos[i].ssi_signo == SIGUSR1 ? SIGNALS_FLUSH : SIGNALS_END;
    } while (got == sizeof(infos));
    return events;
}
