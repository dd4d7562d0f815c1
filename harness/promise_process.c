/* SPDX-License-Identifier: MIT
 *
 * PLT-59 to PLT-65: processes, who they are, and what they lock.
 */
#include "promise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5; older headers lack it */
#endif

static int open_file(const struct trial *t)
{
    CALL(t, chdir(t->dir));
    return CALL(t, open("f", O_RDWR | O_CREAT, 0600));
}

static volatile int own = 1;

static void change_own(const struct trial *t, void *of)
{
    own = 2;
    CALL(t, lseek(*(int *)of, 700, SEEK_SET));
    CALL(t, close(*(int *)of));
}

void promise_process_fork(const struct trial *t)
{
    int fd = open_file(t);

    trial_join(t, trial_fork(t, change_own, &fd));
    KEEP(t, own == 1, "a child changed its parent's memory");
    KEEP(t, CALL(t, lseek(fd, 0, SEEK_CUR)) == 700, "a child's file has an offset of its own");
}

static void end_with_7(const struct trial *t, void *of)
{
    (void)t;
    (void)of;
    _exit(7);
}

void promise_process_wait(const struct trial *t)
{
    pid_t child = trial_fork(t, end_with_7, NULL);
    siginfo_t info;
    int status;

    CALL(t, waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    CALL(t, kill(child, 0)); /* the number is the dead child's until it is reaped */
    status = trial_wait(t, child);
    KEEP(t, WIFEXITED(status) && WEXITSTATUS(status) == 7, "status %#x for an exit with 7",
         (unsigned)status);
    FAILS(t, ECHILD, waitpid(child, &status, 0));
    child = trial_fork(t, trial_pause, NULL);
    CALL(t, kill(child, SIGKILL));
    trial_ended_by(t, child, SIGKILL);
}

void promise_process_sigchld(const struct trial *t)
{
    siginfo_t info;
    sigset_t set;
    pid_t child;

    trial_block(t, SIGCHLD);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    child = trial_fork(t, end_with_7, NULL);
    CALL(t, sigwaitinfo(&set, &info));
    KEEP(t, info.si_pid == child && info.si_status == 7, "SIGCHLD tells of process %d, status %d",
         info.si_pid, info.si_status);
}

static void connect_and_end(const struct trial *t, void *of)
{
    (void)of;
    trial_connect(t);
}

void promise_peer_credentials(const struct trial *t)
{
    int listener = trial_listen(t, 1), fd;
    pid_t child = trial_fork(t, connect_and_end, NULL);
    struct ucred peer;
    socklen_t size = sizeof peer;

    trial_join(t, child);
    fd = CALL(t, accept(listener, NULL, NULL));
    CALL(t, getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size));
    KEEP(t, peer.pid == child && peer.uid == geteuid() && peer.gid == getegid(),
         "SO_PEERCRED names process %d of user %u, and %d of %u connected", peer.pid, peer.uid,
         child, geteuid());
}

static bool ready(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int signal_through(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

void promise_pidfd(const struct trial *t)
{
    pid_t child = trial_fork(t, trial_pause, NULL);
    int pidfd = CALL(t, open_pidfd(child));
    siginfo_t info;

    KEEP(t, !ready(pidfd), "a pidfd is readable while its process lives");
    CALL(t, signal_through(pidfd, 0));
    CALL(t, signal_through(pidfd, SIGUSR1));
    CALL(t, waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    KEEP(t, ready(pidfd), "a pidfd is not readable when its process has ended");
    trial_ended_by(t, child, SIGUSR1);
    FAILS(t, ESRCH, signal_through(pidfd, SIGUSR1));
    FAILS(t, ESRCH, open_pidfd(child));
}

static void connect_and_stay(const struct trial *t, void *of)
{
    trial_connect(t);
    trial_pause(t, of);
}

void promise_peer_pidfd(const struct trial *t)
{
    int listener = trial_listen(t, 1), fd, pidfd;
    pid_t child = trial_fork(t, connect_and_stay, NULL);
    socklen_t size = sizeof pidfd;

    fd = CALL(t, accept(listener, NULL, NULL));
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) < 0)
        trial_broken(t, "the kernel gives none (%s)", strerror(errno));
    CALL(t, signal_through(pidfd, SIGUSR1));
    trial_ended_by(t, child, SIGUSR1);
}

static int lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &whole);
}

/* The arguments of a process that locks a file and dies with it. */
struct holder {
    int ready[2], end[2];
};

static void hold_lock(const struct trial *t, void *of)
{
    struct holder *h = of;

    CALL(t, lock(open_file(t)));
    trial_tell(t, h->ready);
    trial_told(t, h->end);
}

void promise_file_lock(const struct trial *t)
{
    int mine = open_file(t), other = open_file(t);
    struct holder h;

    CALL(t, lock(mine));
    FAILS(t, EAGAIN, lock(other));
    close(open_file(t)); /* of which a lock of fcntl(2)'s older kind would have died */
    FAILS(t, EAGAIN, lock(other));
    close(mine);
    CALL(t, lock(other));
    close(other);
    CALL(t, pipe(h.ready));
    CALL(t, pipe(h.end));
    pid_t child = trial_fork(t, hold_lock, &h);
    trial_told(t, h.ready);
    mine = open_file(t);
    FAILS(t, EAGAIN, lock(mine));
    CALL(t, kill(child, SIGKILL));
    trial_ended_by(t, child, SIGKILL);
    CALL(t, lock(mine));
}
