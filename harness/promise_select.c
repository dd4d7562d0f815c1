/* SPDX-License-Identifier: MIT
 *
 * PLT-21 to PLT-27: waiting for many things at once.
 */
#include "promise.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Which of n descriptors are readable now, as bits; by select, poll or epoll. */
static unsigned ask_select(const struct trial *t, const int *fds, int n, int wait_ms)
{
    struct timeval limit = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    int most = 0, found;
    unsigned ready = 0;
    fd_set set;

    FD_ZERO(&set);
    for (int i = 0; i < n; i++) {
        FD_SET(fds[i], &set);
        most = fds[i] > most ? fds[i] : most;
    }
    found = CALL(t, select(most + 1, &set, NULL, NULL, wait_ms < 0 ? NULL : &limit));
    for (int i = 0; i < n; i++)
        ready |= (unsigned)(FD_ISSET(fds[i], &set) != 0) << i;
    KEEP(t, found == __builtin_popcount(ready), "select() counts %d, and its set holds %d", found,
         __builtin_popcount(ready));
    return ready;
}

static unsigned ask_poll(const struct trial *t, const int *fds, int n)
{
    struct pollfd set[8];
    unsigned ready = 0;

    for (int i = 0; i < n; i++)
        set[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    CALL(t, poll(set, (nfds_t)n, 0));
    for (int i = 0; i < n; i++)
        ready |= (unsigned)((set[i].revents & (POLLIN | POLLHUP)) != 0) << i;
    return ready;
}

static unsigned ask_epoll(const struct trial *t, const int *fds, int n)
{
    struct epoll_event events[8], one = {.events = EPOLLIN};
    int set = CALL(t, epoll_create1(0)), found;
    unsigned ready = 0;

    for (int i = 0; i < n; i++) {
        one.data.u32 = (uint32_t)i;
        CALL(t, epoll_ctl(set, EPOLL_CTL_ADD, fds[i], &one));
    }
    found = CALL(t, epoll_wait(set, events, LENGTH(events), 0));
    for (int i = 0; i < found; i++)
        ready |= 1U << events[i].data.u32;
    close(set);
    return ready;
}

void promise_select_sockets(const struct trial *t)
{
    int quiet[2], busy[2], fds[3] = {trial_listen(t, 4)};
    fd_set set;

    CALL(t, socketpair(AF_UNIX, SOCK_STREAM, 0, quiet));
    CALL(t, socketpair(AF_UNIX, SOCK_STREAM, 0, busy));
    fds[1] = quiet[0];
    fds[2] = busy[0];
    KEEP(t, ask_select(t, fds, 3, 0) == 0, "select() names a socket, and none is ready");
    FD_ZERO(&set);
    FD_SET(fds[0], &set);
    BLOCKS(t, select(fds[0] + 1, &set, NULL, NULL, NULL));
    CALL(t, write(busy[1], "x", 1));
    KEEP(t, ask_select(t, fds, 3, -1) == 4, "a socket has bytes, and select() names others");
    trial_connect(t);
    KEEP(t, ask_select(t, fds, 3, -1) == 5, "a connection waits, and select() does not say so");
    CALL(t, accept(fds[0], NULL, NULL));
    KEEP(t, ask_select(t, fds, 3, -1) == 4, "select() names a connection that was accepted");
}

void promise_select_console(const struct trial *t)
{
    int outer, inner;
    char line[16];

    trial_terminal(t, &outer, &inner);
    CALL(t, write(outer, "show", 4));
    KEEP(t, ask_select(t, &inner, 1, 0) == 0, "half a line is said to be ready");
    CALL(t, write(outer, "\n", 1));
    KEEP(t, ask_select(t, &inner, 1, 1000) == 1, "a line was entered, and select() is silent");
    KEEP(t, CALL(t, read(inner, line, sizeof line)) == 5, "not the line was read");
}

static mqd_t make_queue(const struct trial *t)
{
    return trial_queue(t, 2, 8, 0, 0600);
}

void promise_select_queue(const struct trial *t)
{
    mqd_t queue = make_queue(t);
    struct timeval now = {0};
    fd_set set;

    KEEP(t, ask_select(t, &queue, 1, 0) == 0, "an empty queue is said to be readable");
    CALL(t, mq_send(queue, "a", 1, 0));
    KEEP(t, ask_select(t, &queue, 1, 1000) == 1, "a message waits, and select() is silent");
    for (int room = 1; room >= 0; room--) {
        FD_ZERO(&set);
        FD_SET(queue, &set);
        KEEP(t, CALL(t, select(queue + 1, NULL, &set, NULL, &now)) == room,
             "a queue with room for %d is said to be %swritable", room, room ? "not " : "");
        if (room)
            CALL(t, mq_send(queue, "b", 1, 0));
    }
}

/* All three have to say this. */
static void all_say(const struct trial *t, const int *fds, int n, unsigned expected)
{
    unsigned by_select = ask_select(t, fds, n, 0), by_poll = ask_poll(t, fds, n),
             by_epoll = ask_epoll(t, fds, n);

    KEEP(t, by_select == expected && by_poll == expected && by_epoll == expected,
         "ready are %#x (as bits); select says %#x, poll %#x, epoll %#x", expected, by_select,
         by_poll, by_epoll);
}

void promise_select_others(const struct trial *t)
{
    int pair[2], pipes[2], fds[3];

    CALL(t, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    CALL(t, pipe(pipes));
    fds[0] = pair[0];
    fds[1] = pipes[0];
    fds[2] = make_queue(t);
    all_say(t, fds, 3, 0);
    CALL(t, mq_send(fds[2], "a", 1, 0));
    all_say(t, fds, 3, 4);
    CALL(t, write(pipes[1], "x", 1));
    all_say(t, fds, 3, 6);
    close(pair[1]);
    all_say(t, fds, 3, 7);
}

void promise_select_beyond(const struct trial *t)
{
    struct rlimit l;
    int pair[2], high = FD_SETSIZE + 5;

    CALL(t, getrlimit(RLIMIT_NOFILE, &l));
    trial_note(t, "descriptors: %llu, at most %llu; FD_SETSIZE %d", (unsigned long long)l.rlim_cur,
               (unsigned long long)l.rlim_max, FD_SETSIZE);
    if (l.rlim_max <= (rlim_t)high)
        trial_skip(t, "a process may have %llu descriptors here, and FD_SETSIZE is %d",
                   (unsigned long long)l.rlim_max, FD_SETSIZE);
    l.rlim_cur = l.rlim_cur > (rlim_t)high ? l.rlim_cur : (rlim_t)high + 1;
    CALL(t, setrlimit(RLIMIT_NOFILE, &l));
    CALL(t, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    CALL(t, dup2(pair[0], high));
    KEEP(t, ask_poll(t, &high, 1) == 0 && ask_epoll(t, &high, 1) == 0,
         "descriptor %d is said to be readable, and is not", high);
    CALL(t, write(pair[1], "x", 1));
    KEEP(t, ask_poll(t, &high, 1) == 1, "poll() does not see descriptor %d", high);
    KEEP(t, ask_epoll(t, &high, 1) == 1, "epoll_wait() does not see descriptor %d", high);
}

void promise_select_file(const struct trial *t)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = CALL(t, epoll_create1(0)), file;

    CALL(t, chdir(t->dir));
    file = CALL(t, open("f", O_RDWR | O_CREAT, 0600));
    FAILS(t, EPERM, epoll_ctl(set, EPOLL_CTL_ADD, file, &event));
    KEEP(t, ask_select(t, &file, 1, 0) == 1, "select() says that a regular file is not ready");
}

void promise_select_signal(const struct trial *t)
{
    struct signalfd_siginfo info;
    sigset_t set;
    int fd;

    trial_block(t, SIGUSR1);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    fd = CALL(t, signalfd(-1, &set, SFD_NONBLOCK));
    KEEP(t, ask_select(t, &fd, 1, 0) == 0, "a signalfd is readable without a signal");
    CALL(t, kill(getpid(), SIGUSR1));
    all_say(t, &fd, 1, 1);
    CALL(t, read(fd, &info, sizeof info));
    KEEP(t, info.ssi_signo == SIGUSR1 && info.ssi_pid == (uint32_t)getpid(),
         "the signalfd tells signal %u of process %u", info.ssi_signo, info.ssi_pid);
    FAILS(t, EAGAIN, read(fd, &info, sizeof info));
    CALL(t, sigpending(&set));
    KEEP(t, !sigismember(&set, SIGUSR1), "the signal is still pending after it was read");
}
