/* SPDX-License-Identifier: MIT */
/*
 * One server core and what its peers get from it, frame by frame: for the tests of flush and of the
 * registry. Peers are of process 100 and read only what they are told to.
 */
#ifndef TAP_H
#define TAP_H

#include "tests/unit/unit.h"

#include <errno.h>

#include "core/server.h"

enum { PEERS = 4, FRAMES = 8192, NOBODY = 1000 };

struct tap {
    struct peer *peer;
    int handles, signals; /* taken and not given back; sent */
    bool unreachable;     /* the signal does not go out */
    struct frame_gather gather;
    int count;
    struct frame frames[FRAMES];
};

struct world {
    struct server server;
    struct tap taps[PEERS];
    bool no_handles;
    uint32_t routes_at_signal;
    size_t least_at_signal;               /* backlog: FLUSH is in every stream */
    const _Atomic uint64_t *shared_epoch; /* or NULL */
    uint64_t epoch_at_signal;
};

static struct world world;

/* The handle of a tap's process is the tap's number. */
static inline int handle_of_tap(void *arg, struct peer *peer)
{
    struct tap *tap = peer->owner;

    if (((struct world *)arg)->no_handles) {
        errno = EPERM;
        return -1;
    }
    tap->handles++;
    return (int)(tap - world.taps);
}

static inline void close_tap(void *arg, int handle)
{
    (void)arg;
    world.taps[handle].handles--;
}

static inline int signal_tap(void *arg, int handle, bool asked)
{
    struct tap *tap = &world.taps[handle];
    struct link *peers = &world.server.peers;

    (void)arg;
    if (asked)
        return 0;
    CHECK_EQ_INT(tap->handles, 1);
    tap->signals++;
    if (world.shared_epoch)
        world.epoch_at_signal = *world.shared_epoch;
    world.routes_at_signal += table_sum(world.server.origin.table).routes;
    for (struct link *link = peers->next; link != peers; link = link->next) {
        struct peer *other = LIST_OWNER(link, struct peer, link);

        if (other->cursor.chunk && peer_backlog(other) < world.least_at_signal)
            world.least_at_signal = peer_backlog(other);
    }
    return tap->unreachable ? -1 : 0;
}

static inline void say(struct tap *tap, struct frame frame)
{
    uint8_t bytes[WIRE_FRAME_MAX];
    char reason[REASON_SIZE];
    size_t size = frame_encode(&frame, bytes);

    server_receive(&world.server, tap->peer, bytes, size, reason);
}

/* Reads up to `limit` bytes; the frames are kept from `tap->count` 0 on. */
static inline void pull(struct tap *tap, size_t limit)
{
    struct iovec iov[4];
    char reason[REASON_SIZE];
    int parts;

    while (limit > 0 && (parts = peer_output(tap->peer, &world.server.origin, iov, 4)) > 0) {
        const uint8_t *bytes = iov[0].iov_base;
        size_t size = iov[0].iov_len < limit ? iov[0].iov_len : limit, left = size;

        while (tap->count < FRAMES &&
               frame_next(&tap->gather, &bytes, &left, &tap->frames[tap->count], reason) > 0)
            tap->count++;
        peer_sent(tap->peer, &world.server.origin, size);
        server_sent_all(&world.server, tap->peer);
        limit -= size;
    }
}

/* The taps 0 to count - 1 have said HELLO and read nothing. */
static inline void world_join(int count)
{
    for (int i = 0; i < count; i++) {
        struct tap *tap = &world.taps[i];

        tap->gather.sender = SIDE_SERVER;
        tap->peer = server_join(&world.server, tap, AUDIENCE_LOCAL, 100); /* all of one process */
        say(tap, (struct frame){.type = FRAME_HELLO, .hello = {1, 1}});
    }
}

static inline void world_open(size_t bound, uint32_t routes, int count)
{
    memset(&world, 0, sizeof(world));
    world.least_at_signal = SIZE_MAX;
    server_init(&world.server, 7, bound);
    world.server.origin.registrar = (struct registrar){
        .arg = &world, .handle_of_peer = handle_of_tap, .signal = signal_tap, .close = close_tap};
    for (uint32_t i = 0; i < routes; i++) {
        struct route route = {.prefix = {i << 8, 24}, .oif = "e"};

        server_change(&world.server, OP_CREATE, &route);
    }
    world_join(count);
}

static inline void leave(struct tap *tap)
{
    server_leave(&world.server, tap->peer);
    tap->peer = NULL;
    CHECK_EQ_INT(tap->handles, 0); /* as often given back as taken */
}

static inline void world_close(void)
{
    for (int i = 0; i < PEERS; i++)
        if (world.taps[i].peer)
            leave(&world.taps[i]);
    server_finish(&world.server);
}

/* Has read all; then its frames are counted from 0. */
static inline void synchronise(struct tap *tap)
{
    pull(tap, SIZE_MAX);
    tap->count = 0;
}

static inline void enter(struct tap *tap)
{
    synchronise(tap);
    say(tap, (struct frame){.type = FRAME_PID, .pid = 100});
    CHECK_EQ_INT(tap->peer->pid, 100);
}

static inline void flush(uint32_t want)
{
    uint32_t signalled = NOBODY;

    CHECK_EQ_INT(server_flush(&world.server, &signalled), REFUSED_NOT);
    CHECK_EQ_INT(signalled, want);
    CHECK_EQ_INT(table_sum(world.server.origin.table).routes, 0);
}

static inline void create(uint32_t key)
{
    struct route route = {.prefix = {key << 8, 24}, .oif = "e"};

    CHECK_EQ_INT(server_change(&world.server, OP_CREATE, &route), REFUSED_NOT);
}

/* Where the next frame of a type is, from there on; the end if there is none. */
static inline int find(const struct tap *tap, enum frame_type type, int from)
{
    while (from < tap->count && tap->frames[from].type != type)
        from++;
    return from;
}

static inline void check_epochs(const struct tap *tap)
{
    for (int i = 1; i < tap->count; i++)
        CHECK(tap->frames[i].epoch >= tap->frames[i - 1].epoch); /* EPO-2 */
}

#endif
