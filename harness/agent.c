/* SPDX-License-Identifier: MIT */
#include "agent.h"

#include "actor.h"
#include "agent_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct agent *world_agent(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->agent_count; i++)
        if (strcmp(w->agents[i]->name, name) == 0)
            return w->agents[i];
    return NULL;
}

/* fork(2), as a process with that number where it is not 0 (clone3(2), set_tid). */
static pid_t fork_as(pid_t pid)
{
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&pid, .set_tid_size = 1};

    return pid == 0 ? fork() : (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static struct agent *add(struct world *w, const char *name)
{
    struct agent *a = x_calloc(1, sizeof *a);

    a->name = x_strdup(name);
    a->answer = x_calloc(1, sizeof *a->answer);
    a->control = a->answer_fd = -1;
    a->ended = true;
    w->agents = x_realloc(w->agents, (w->agent_count + 1) * sizeof(struct agent *));
    w->agents[w->agent_count++] = a;
    return a;
}

/* Waits for the answer to the last order. 0; -1 with errno, which is 0 after world_fail(). */
static int await_answer(struct world *w, struct agent *a)
{
    int64_t step = world_begin_answer(w);
    bool in_time = true;

    while (in_time && a->answer->kind != NEWS_ANSWER && !a->ended)
        in_time = world_wait(w);
    world_end_answer(w, step);
    if (!in_time) {
        world_timeout(w, "process %s gave no sign of life", a->name);
        errno = 0;
        return -1;
    }
    errno = a->answer->kind == NEWS_ANSWER ? a->answer->error : ESRCH;
    return errno == 0 ? 0 : -1;
}

static void expect_answer(struct agent *a)
{
    if (a->answer_fd >= 0)
        close(a->answer_fd);
    a->answer_fd = -1;
    *a->answer = (struct agent_news){.kind = NEWS_SIGNAL};
}

static int give_order(struct world *w, struct agent *a, const struct agent_order *o)
{
    expect_answer(a);
    if (a->control >= 0)
        send(a->control, o, sizeof *o, MSG_NOSIGNAL); /* if it fails, the end is there to be read */
    return await_answer(w, a);
}

struct agent *agent_start(struct world *w, const char *name, struct agent_choice choice)
{
    struct sandbox rights = *w->sandbox;
    struct agent *a = add(w, name);
    int pair[2];

    if (choice.another_user)
        rights.uid = rights.gid = SANDBOX_ANOTHER_USER;
    expect_answer(a);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        world_fail(w, VERDICT_BROKEN, "process %s: %s", name, strerror(errno));
        return NULL;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    a->pid = fork_as(choice.pid);
    if (a->pid == 0)
        agent_live(pair[1], name, &rights);
    int error = errno;
    close(pair[1]);
    a->control = pair[0];
    a->ended = a->pid < 0;
    errno = error;
    if (a->pid < 0 || await_answer(w, a) < 0) {
        world_fail(w, VERDICT_BROKEN, "process %s cannot be started%s: %s", name,
                   choice.pid ? " with that pid" : "", strerror(errno));
        return NULL;
    }
    world_tell(w, "%s started, pid %d", name, (int)a->pid);
    return a;
}

void agent_destroy(struct agent *a)
{
    if (a->control >= 0)
        close(a->control);
    if (!a->ended) {
        kill(a->pid, SIGKILL); /* not reaped yet: the number is still its own */
        waitpid(a->pid, NULL, 0);
    }
    if (a->answer_fd >= 0)
        close(a->answer_fd);
    free(a->answer);
    free(a->surprise);
    free(a->last);
    free(a->name);
    free(a);
}

int agent_connect(struct world *w, struct agent *a, const char *path)
{
    struct agent_order o = {.kind = ORDER_CONNECT, .address.sun_family = AF_UNIX};
    int fd;

    snprintf(o.address.sun_path, sizeof o.address.sun_path, "%s", path);
    if (give_order(w, a, &o) < 0)
        return -1;
    fd = a->answer_fd;
    a->answer_fd = -1;
    return fd;
}

int agent_send_signal(struct world *w, struct agent *a, pid_t to, int signal)
{
    struct agent_order o = {.kind = ORDER_SIGNAL, .to = to, .signal = signal};

    world_tell(w, "%s sends SIG%s to %d", a->name, sigabbrev_np(signal), (int)to);
    if (give_order(w, a, &o) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "process %s cannot signal %d: %s", a->name, (int)to,
                      strerror(errno));
}

bool agent_catch_up(struct world *w, struct agent *a)
{
    struct agent_order o = {.kind = ORDER_REPORT};

    return give_order(w, a, &o) == 0;
}

int agent_kill(struct world *w, struct agent *a, int signal)
{
    if (a->ended)
        return world_fail(w, VERDICT_BROKEN, "process %s has ended already", a->name);
    world_tell(w, "%s ! SIG%s", a->name, sigabbrev_np(signal));
    kill(a->pid, signal); /* not reaped yet: the number is still its own */
    if (signal != SIGKILL)
        return 0;
    a->expected_to_end = true;
    while (!a->ended)
        if (!world_wait(w))
            return world_timeout(w, "process %s did not end", a->name);
    return 0;
}

char *agent_describe_end(const struct agent *a)
{
    if (WIFSIGNALED(a->status))
        return x_printf("signal %d (%s)", WTERMSIG(a->status), strsignal(WTERMSIG(a->status)));
    return x_printf("exit status %d", WEXITSTATUS(a->status));
}

/* "the suite", "S", or "" of who has that pid. */
static const char *name_of(const struct world *w, pid_t pid)
{
    if (pid == getpid())
        return "the suite";
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->pid == pid)
            return w->actors[i]->name;
    for (size_t i = 0; i < w->agent_count; i++)
        if (w->agents[i]->pid == pid)
            return w->agents[i]->name;
    return "";
}

static void take_signal(struct world *w, struct agent *a, const struct agent_news *news)
{
    const char *abbreviation = sigabbrev_np(news->signal);
    const char *sender = name_of(w, news->from);

    free(a->last);
    a->last = x_printf("SIG%s from %d%s%s%s", abbreviation ? abbreviation : "RT", (int)news->from,
                       *sender ? " (" : "", sender, *sender ? ")" : "");
    world_tell(w, "%s got %s", a->name, a->last);
    if (news->signal == SIGUSR1)
        a->flushes++;
    else if (a->surprise == NULL)
        a->surprise = x_strdup(a->last);
}

static void take_end(struct world *w, struct agent *a)
{
    close(a->control);
    a->control = -1;
    waitpid(a->pid, &a->status, 0);
    a->ended = true;
    char *end = agent_describe_end(a);
    world_tell(w, "%s ended with %s", a->name, end);
    free(end);
}

size_t agent_poll(struct agent *a, struct pollfd *out)
{
    if (a->control < 0)
        return 0;
    *out = (struct pollfd){.fd = a->control, .events = POLLIN};
    return 1;
}

void agent_handle(struct world *w, struct agent *a)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } extra;
    struct agent_news news;
    struct iovec part = {.iov_base = &news, .iov_len = sizeof news};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = extra.bytes,
                             .msg_controllen = sizeof extra.bytes};
    ssize_t got = recvmsg(a->control, &message, MSG_CMSG_CLOEXEC);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got != sizeof news) {
        take_end(w, a);
    } else if (news.kind == NEWS_SIGNAL) {
        take_signal(w, a, &news);
    } else {
        *a->answer = news;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        if (c != NULL && c->cmsg_type == SCM_RIGHTS)
            memcpy(&a->answer_fd, CMSG_DATA(c), sizeof a->answer_fd);
    }
}
