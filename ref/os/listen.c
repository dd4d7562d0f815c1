/* SPDX-License-Identifier: MIT */
#include "os/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPTS = 64,    /* of one turn */
    RETRY_MS = 1000, /* somebody else may have freed a descriptor */
};

/* Polling a listener that cannot be served would spin. */
static void choose(struct listeners *listeners)
{
    bool crowded = listeners->peers >= listeners->peers_most;

    for (int i = 0; i < listeners->count; i++) {
        struct listener *listener = &listeners->each[i];
        bool shut = listeners->starved || (crowded && listener->audience == AUDIENCE_NETWORK);

        loop_want(listeners->loop, &listener->source, shut ? 0 : LOOP_READ);
    }
}

static void starve(struct listeners *listeners, const char *why)
{
    listeners->starved = true;
    listeners->retry = loop_now() + RETRY_MS;
    choose(listeners);
    if (!listeners->told)
        console_notice(listeners->console, "cannot accept: %s; going on when a descriptor is free",
                       why);
    listeners->told = true;
}

void listeners_feed(struct listeners *listeners)
{
    if (!listeners->starved)
        return;
    listeners->starved = false;
    choose(listeners);
}

void listeners_left(struct listeners *listeners, enum audience audience)
{
    if (audience == AUDIENCE_NETWORK && listeners->peers-- == listeners->peers_most)
        choose(listeners);
    listeners_feed(listeners);
}

static bool accept_one(struct listener *listener)
{
    struct listeners *all = listener->all;
    int fd;

    if (listener->audience == AUDIENCE_NETWORK && all->peers == all->peers_most)
        return false;
    fd = accept4(listener->source.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            starve(all, strerror(errno));
        return false;
    }
    if (all->accepted(all->arg, fd, listener->audience)) {
        starve(all, errno == EMFILE ? "select holds no descriptor beyond 1023" : strerror(errno));
        close(fd);
        return false;
    }
    all->told = false;
    if (listener->audience == AUDIENCE_NETWORK && ++all->peers == all->peers_most)
        choose(all);
    return true;
}

static void on_listener(void *arg, unsigned events)
{
    (void)events;
    for (int i = 0; i < ACCEPTS && accept_one(arg); i++)
        continue;
}

int listeners_add(struct listeners *listeners, int fd, enum audience audience)
{
    struct listener *listener = &listeners->each[listeners->count];

    *listener = (struct listener){.all = listeners, .audience = audience};
    listener->source = (struct loop_source){.fd = fd, .ready = on_listener, .arg = listener};
    if (loop_add(listeners->loop, &listener->source, LOOP_READ))
        return -1;
    listeners->count++;
    return 0;
}

void listeners_close(struct listeners *listeners)
{
    for (int i = 0; i < listeners->count; i++) {
        loop_remove(listeners->loop, &listeners->each[i].source);
        if (i > 0)
            close(listeners->each[i].source.fd);
    }
    listeners->count = 0;
}
