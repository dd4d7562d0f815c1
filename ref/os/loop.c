/* SPDX-License-Identifier: MIT */
#include "os/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = FD_SETSIZE };

struct loop {
    enum loop_kind kind;
    int epoll;
    struct link sources;
    int always; /* wanted sources that are always ready */
    int count;  /* of this turn; a removed source leaves a hole */
    struct {
        struct loop_source *source;
        unsigned events;
    } batch[BATCH];
};

int64_t loop_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct loop *loop_create(enum loop_kind kind)
{
    struct loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return NULL;
    loop->kind = kind;
    list_init(&loop->sources);
    loop->epoll = kind == LOOP_EPOLL ? epoll_create1(EPOLL_CLOEXEC) : -1;
    if (kind == LOOP_EPOLL && loop->epoll < 0) {
        free(loop);
        return NULL;
    }
    return loop;
}

const char *loop_advice(enum loop_kind kind)
{
    if (errno == ENOMEM)
        return "make memory free";
    if (kind == LOOP_SELECT)
        return "use --mux epoll";
    return errno == EMFILE || errno == ENFILE ? "raise the limit of descriptors"
                                              : "use --mux select";
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
}

/* Tells epoll. A source that wants nothing is not in it, or its hang-up would spin the loop. */
static int tell_epoll(struct loop *loop, struct loop_source *source)
{
    struct epoll_event event = {.data.ptr = source};
    int how = !source->known ? EPOLL_CTL_ADD : !source->wants ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

    if (source->known == source->wants || source->always)
        return 0;
    if (source->wants & LOOP_READ)
        event.events |= EPOLLIN;
    if (source->wants & LOOP_WRITE)
        event.events |= EPOLLOUT;
    if (epoll_ctl(loop->epoll, how, source->fd, &event)) {
        if (errno != EPERM)
            return -1;
        source->always = true; /* CON-12: a regular file */
    }
    source->known = source->wants;
    return 0;
}

static int tell(struct loop *loop, struct loop_source *source, unsigned wants)
{
    bool counted = source->always && source->wants;

    source->wants = wants;
    if (loop->kind == LOOP_EPOLL && tell_epoll(loop, source))
        return -1;
    loop->always += (source->always && source->wants) - counted;
    return 0;
}

int loop_add(struct loop *loop, struct loop_source *source, unsigned wants)
{
    if (loop->kind == LOOP_SELECT && source->fd >= FD_SETSIZE) {
        errno = EMFILE;
        return -1;
    }
    source->always = false;
    source->known = source->wants = 0;
    list_init(&source->link);
    if (tell(loop, source, wants))
        return -1;
    list_append(&loop->sources, &source->link);
    return 0;
}

void loop_want(struct loop *loop, struct loop_source *source, unsigned wants)
{
    if (source->link.next && source->wants != wants)
        tell(loop, source, wants);
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
    if (!source->link.next)
        return;
    tell(loop, source, 0);
    list_remove(&source->link);
    source->link.next = NULL;
    for (int i = 0; i < loop->count; i++)
        if (loop->batch[i].source == source)
            loop->batch[i].source = NULL;
}

static void note(struct loop *loop, struct loop_source *source, unsigned events)
{
    if (events && loop->count < BATCH) {
        loop->batch[loop->count].source = source;
        loop->batch[loop->count++].events = events;
    }
}

static int wait_epoll(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[256];
    int count = epoll_wait(loop->epoll, events, 256, timeout_ms);

    for (int i = 0; i < count; i++) {
        struct loop_source *source = events[i].data.ptr;
        unsigned ready = 0;

        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            ready |= LOOP_READ;
        if (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
            ready |= LOOP_WRITE;
        note(loop, source, ready & source->wants);
    }
    for (struct link *link = loop->sources.next; loop->always && link != &loop->sources;
         link = link->next) {
        struct loop_source *source = LIST_OWNER(link, struct loop_source, link);

        if (source->always)
            note(loop, source, source->wants);
    }
    return count;
}

static int wait_select(struct loop *loop, int timeout_ms)
{
    struct timeval time = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    fd_set reads, writes;
    int top = -1, count;

    FD_ZERO(&reads);
    FD_ZERO(&writes);
    for (struct link *link = loop->sources.next; link != &loop->sources; link = link->next) {
        struct loop_source *source = LIST_OWNER(link, struct loop_source, link);

        if (source->wants & LOOP_READ)
            FD_SET(source->fd, &reads);
        if (source->wants & LOOP_WRITE)
            FD_SET(source->fd, &writes);
        if (source->wants && source->fd > top)
            top = source->fd;
    }
    count = select(top + 1, &reads, &writes, NULL, timeout_ms < 0 ? NULL : &time);
    for (struct link *link = loop->sources.next; count > 0 && link != &loop->sources;
         link = link->next) {
        struct loop_source *source = LIST_OWNER(link, struct loop_source, link);

        note(loop, source,
             (FD_ISSET(source->fd, &reads) ? LOOP_READ : 0u) |
                 (FD_ISSET(source->fd, &writes) ? LOOP_WRITE : 0u));
    }
    return count;
}

/* Fills the batch with what is ready; -1 with errno. */
static int gather(struct loop *loop, int timeout_ms)
{
    loop->count = 0;
    if (loop->always)
        timeout_ms = 0;
    return loop->kind == LOOP_EPOLL ? wait_epoll(loop, timeout_ms) : wait_select(loop, timeout_ms);
}

bool loop_others(struct loop *loop, const struct loop_source *source)
{
    bool others = false;

    gather(loop, 0);
    for (int i = 0; i < loop->count; i++)
        others |= loop->batch[i].source != source && loop->batch[i].events & LOOP_READ;
    loop->count = 0;
    return others;
}

int loop_wait(struct loop *loop, int timeout_ms)
{
    if (gather(loop, timeout_ms) < 0 && errno != EINTR)
        return -1;
    for (int i = 0; i < loop->count; i++)
        if (loop->batch[i].source)
            loop->batch[i].source->ready(loop->batch[i].source->arg, loop->batch[i].events);
    loop->count = 0;
    return 0;
}
