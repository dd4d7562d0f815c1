/* SPDX-License-Identifier: MIT */
#include "agent_wire.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS 64
#define CONTROL 0 /* the one descriptor that it keeps, */
#define SIGNALS 1 /* and the one that it opens next */

/* A packet, with a descriptor where there is one. The suite reads whenever it waits. */
static void tell(const struct agent_news *news, int fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof fd)];
    } extra = {0};
    struct iovec part = {.iov_base = (void *)news, .iov_len = sizeof *news};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = extra.bytes;
        message.msg_controllen = sizeof extra.bytes;
        extra.header.cmsg_level = SOL_SOCKET;
        extra.header.cmsg_type = SCM_RIGHTS;
        extra.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&extra.header), &fd, sizeof fd);
    }
    while (sendmsg(CONTROL, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            _exit(70);
}

static void answer(int error, int fd)
{
    tell(&(struct agent_news){.kind = NEWS_ANSWER, .error = error}, fd);
}

static void tell_signals(void)
{
    struct signalfd_siginfo info;

    while (read(SIGNALS, &info, sizeof info) == sizeof info)
        tell(&(struct agent_news){.kind = NEWS_SIGNAL,
                                  .signal = (int)info.ssi_signo,
                                  .from = (pid_t)info.ssi_pid},
             -1);
}

static void connect_to(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
        answer(0, fd);
    else
        answer(errno, -1);
    if (fd >= 0)
        close(fd);
}

static void obey(const struct agent_order *o)
{
    switch (o->kind) {
    case ORDER_REPORT:
        tell_signals();
        answer(0, -1);
        break;
    case ORDER_CONNECT:
        connect_to(&o->address);
        break;
    case ORDER_SIGNAL:
        answer(kill(o->to, o->signal) < 0 ? errno : 0, -1);
        break;
    }
}

/* Nothing that an exec would take away either: in a user namespace of its own the suite may do
 * everything. */
static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    return (int)syscall(SYS_capset, &header, none);
}

/* With every signal blocked none has its default action, and each is there to be read. */
static int take_signals(void)
{
    sigset_t all;

    sigfillset(&all);
    if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
        return -1;
    return signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC) == SIGNALS ? 0 : -1;
}

_Noreturn void agent_live(int control, const char *name, const struct sandbox *rights)
{
    struct agent_order order;
    struct pollfd fds[] = {{.fd = CONTROL, .events = POLLIN}, {.fd = SIGNALS, .events = POLLIN}};
    ssize_t got;

    setsid();
    prctl(PR_SET_NAME, name);
    if (dup2(control, CONTROL) < 0 || close_range(CONTROL + 1, ~0u, 0) < 0)
        _exit(70);
    errno = 0;
    if (take_signals() < 0 || sandbox_drop(rights, 0, DESCRIPTORS, 0) < 0 ||
        drop_capabilities() < 0)
        answer(errno ? errno : EMFILE, -1);
    else
        answer(0, -1);
    for (;;) {
        poll(fds, 2, -1);
        tell_signals();
        if (!(fds[0].revents & (POLLIN | POLLHUP)))
            continue;
        got = recv(CONTROL, &order, sizeof order, 0);
        if (got == sizeof order)
            obey(&order);
        else if (got == 0 || errno != EINTR)
            _exit(0);
    }
}
