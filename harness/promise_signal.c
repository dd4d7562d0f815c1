/* SPDX-License-Identifier: MIT
 *
 * PLT-66 to PLT-75: signals.
 */
#include "promise.h"
#include "util.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t caught; /* how many, by count() */
static volatile pid_t sender;        /* of the last one, by note_sender() */
static pid_t parent;                 /* of a child that signals it; getppid() may change */

static void count(int signal)
{
    (void)signal;
    caught++;
}

static void note_sender(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    caught++;
    sender = info->si_pid;
}

static void unblock(const struct trial *t, int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    CALL(t, sigprocmask(SIG_UNBLOCK, &set, NULL));
}

void promise_signal_default(const struct trial *t)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

    for (size_t i = 0; i < LENGTH(signals); i++) {
        pid_t child = trial_fork(t, trial_pause, NULL);
        CALL(t, kill(child, signals[i]));
        trial_ended_by(t, child, signals[i]);
    }
}

void promise_signal_ignored(const struct trial *t)
{
    sigset_t pending;

    trial_catch(t, SIGTERM, SIG_IGN, 0);
    trial_catch(t, SIGUSR1, SIG_IGN, 0);
    CALL(t, kill(getpid(), SIGTERM));
    CALL(t, kill(getpid(), SIGUSR1));
    CALL(t, sigpending(&pending));
    KEEP(t, !sigismember(&pending, SIGUSR1), "an ignored signal waits");
}

static void signal_parent_for_ever(const struct trial *t, void *of)
{
    (void)of;
    for (;;) {
        CALL(t, kill(parent, SIGUSR1));
        CALL(t, poll(NULL, 0, 1));
    }
}

static void signal_parent_then_write(const struct trial *t, void *of)
{
    for (int i = 0; i < 5; i++) {
        CALL(t, poll(NULL, 0, 1));
        CALL(t, kill(parent, SIGUSR1));
    }
    trial_poke(t, of);
}

void promise_signal_caught(const struct trial *t)
{
    int pipes[2];
    char byte;

    parent = getpid();
    CALL(t, pipe(pipes));
    trial_catch(t, SIGUSR1, count, 0);
    pid_t child = trial_fork(t, signal_parent_for_ever, NULL);
    while (caught == 0)
        continue; /* the handler preempts this */
    FAILS(t, EINTR, read(pipes[0], &byte, 1));
    CALL(t, kill(child, SIGKILL));
    trial_ended_by(t, child, SIGKILL);
    trial_catch(t, SIGUSR1, count, SA_RESTART);
    child = trial_fork(t, signal_parent_then_write, &pipes[1]);
    KEEP(t, CALL(t, read(pipes[0], &byte, 1)) == 1, "a call was not begun anew");
    trial_join(t, child);
}

static void be_killed(const struct trial *t, void *of)
{
    (void)of;
    trial_block(t, SIGKILL);
    CALL(t, kill(getpid(), SIGKILL));
}

void promise_signal_kill(const struct trial *t)
{
    struct sigaction action = {.sa_handler = count};

    FAILS(t, EINVAL, sigaction(SIGKILL, &action, NULL));
    action.sa_handler = SIG_IGN;
    FAILS(t, EINVAL, sigaction(SIGKILL, &action, NULL));
    trial_ended_by(t, trial_fork(t, be_killed, NULL), SIGKILL);
}

static void abort_blocked(const struct trial *t, void *of)
{
    (void)of;
    trial_block(t, SIGABRT);
    abort();
}

static void abort_with(const struct trial *t, void *of)
{
    struct sigaction *action = of;

    CALL(t, sigaction(SIGABRT, action, NULL));
    abort();
}

void promise_signal_abort(const struct trial *t)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, catch = {.sa_handler = count};

    trial_ended_by(t, trial_fork(t, abort_blocked, NULL), SIGABRT);
    trial_ended_by(t, trial_fork(t, abort_with, &ignore), SIGABRT);
    trial_ended_by(t, trial_fork(t, abort_with, &catch), SIGABRT);
    trial_catch(t, SIGABRT, count, 0);
    trial_block(t, SIGABRT);
    CALL(t, kill(getpid(), SIGABRT));
    KEEP(t, caught == 0, "a blocked SIGABRT was delivered");
    unblock(t, SIGABRT);
    KEEP(t, caught == 1, "SIGABRT was lost while it was blocked");
}

struct desk {
    int outer, inner, pipes[2];
};

static void sit_at(const struct trial *t, void *of)
{
    struct desk *d = of;

    CALL(t, setsid());
    CALL(t, ioctl(d->inner, TIOCSCTTY, 0));
    trial_tell(t, d->pipes);
    trial_pause(t, NULL);
}

void promise_signal_terminal(const struct trial *t)
{
    struct desk d;

    trial_terminal(t, &d.outer, &d.inner);
    CALL(t, pipe(d.pipes));
    pid_t child = trial_fork(t, sit_at, &d);
    close(d.pipes[1]);
    trial_told(t, d.pipes);
    CALL(t, write(d.outer, "\003", 1));
    trial_ended_by(t, child, SIGINT);
}

void promise_signal_raise(const struct trial *t)
{
    trial_catch(t, SIGUSR1, count, 0);
    for (int i = 1; i <= 3; i++) {
        CALL(t, raise(SIGUSR1));
        KEEP(t, caught == i, "raise() returned, and its signal was not delivered");
    }
}

static void signal_parent(const struct trial *t, void *of)
{
    (void)of;
    CALL(t, kill(parent, SIGUSR1));
}

void promise_signal_kill_number(const struct trial *t)
{
    struct sigaction action = {.sa_sigaction = note_sender, .sa_flags = SA_SIGINFO};

    parent = getpid();
    CALL(t, sigaction(SIGUSR1, &action, NULL));
    pid_t child = trial_fork(t, signal_parent, NULL);
    trial_join(t, child);
    KEEP(t, caught == 1, "a child sent one signal, and %d came", caught);
    KEEP(t, sender == child, "a signal of process %d says it is of %d", child, sender);
    FAILS(t, ESRCH, kill(child, 0));
}

/* A trial is a process group of its own. */
void promise_signal_group(const struct trial *t)
{
    pid_t child = trial_fork(t, trial_pause, NULL);
    trial_catch(t, SIGUSR2, count, 0);
    CALL(t, kill(0, SIGUSR2));
    trial_ended_by(t, child, SIGUSR2);
    KEEP(t, caught == 1, "the caller is of the group too, and got nothing");
}

void promise_signal_coalesces(const struct trial *t)
{
    trial_catch(t, SIGUSR1, count, 0);
    trial_block(t, SIGUSR1);
    for (int i = 0; i < 5; i++)
        CALL(t, kill(getpid(), SIGUSR1));
    KEEP(t, caught == 0, "a blocked signal was delivered");
    unblock(t, SIGUSR1);
    KEEP(t, caught == 1, "a signal sent 5 times while it was blocked came %d times", caught);
}
