/* SPDX-License-Identifier: MIT */
#include "flood.h"

#include "util.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int flood_start(struct flood *f, void (*send)(const void *what), const void *what)
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        send(what);
        _exit(0);
    }
    if (pid < 0)
        return -1;
    f->senders = x_realloc(f->senders, (f->n + 1) * sizeof *f->senders);
    f->senders[f->n++] = pid;
    return 0;
}

void flood_end(struct flood *f)
{
    for (size_t i = 0; i < f->n; i++) {
        kill(f->senders[i], SIGKILL); /* not reaped yet: the number is still its own */
        waitpid(f->senders[i], NULL, 0);
    }
    free(f->senders);
    *f = (struct flood){0};
}

bool flood_lasts(const struct flood *f)
{
    for (size_t i = 0; i < f->n; i++) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)f->senders[i], &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
            info.si_pid != 0)
            return false;
    }
    return f->n > 0;
}
