/* SPDX-License-Identifier: MIT */
#include "sim/apart.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANG_S = 5 }; /* a run takes a millisecond */

void failure_of(struct failure *failure, uint64_t seed, const struct outcome *outcome)
{
    *failure = (struct failure){.seed = seed, .class = outcome->class};
    if (outcome->requirement)
        snprintf(failure->requirement, sizeof(failure->requirement), "%s", outcome->requirement);
    snprintf(failure->text, sizeof(failure->text), "%s", outcome->text);
}

void apart_follow(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void apart_limit(void)
{
    const struct itimerval limit = {.it_value.tv_sec = HANG_S};

    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

void apart_judge(int status, struct failure *failure)
{
    char *text = failure->text;
    const size_t room = sizeof(failure->text);

    failure->class = CLASS_CRASH;
    if (WIFEXITED(status)) {
        snprintf(text, room, "the run ended its process with status %d", WEXITSTATUS(status));
    } else if (WTERMSIG(status) == SIGVTALRM) {
        failure->class = CLASS_HANG;
        snprintf(text, room, "not at its end after %d s of processor time", HANG_S);
    } else {
        snprintf(text, room, "the run ended its process by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    }
}

static void run(const struct plan *plan, struct failure *failure)
{
    struct outcome outcome = {0};

    apart_follow();
    apart_limit();
    world_run(world_create(), plan, &outcome);
    failure_of(failure, plan->seed, &outcome);
    if (plan->trace)
        fflush(plan->trace);
    _exit(0);
}

int apart_run(const struct plan *plan, struct failure *failure)
{
    const size_t size = sizeof(*failure);
    struct failure *shared =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t pid;

    if (shared == MAP_FAILED)
        return -1;
    pid = fork();
    if (pid == 0)
        run(plan, shared);
    if (pid > 0) {
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        *failure = *shared;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            apart_judge(status, failure);
    }
    munmap(shared, size);
    return pid < 0 ? -1 : 0;
}
