/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"
#include "wire.h"

enum { PATIENCE_MS = 60000, READ_BYTES = 64 * 1024 };

int crowd_open(struct crowd *crowd)
{
    *crowd = (struct crowd){.poll = epoll_create1(EPOLL_CLOEXEC)};
    return crowd->poll >= 0 ? 0 : bench_fail("epoll: %s", strerror(errno));
}

void crowd_close(struct crowd *crowd)
{
    while (crowd->count > 0)
        crowd_drop(crowd);
    if (crowd->poll > 0)
        close(crowd->poll);
    crowd->poll = 0;
}

int crowd_add(struct crowd *crowd, int fd)
{
    struct subscriber *member = &crowd->members[crowd->count];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};

    *member = (struct subscriber){.fd = fd};
    if (crowd->count == CROWD_MAX || fcntl(fd, F_SETFL, O_NONBLOCK) ||
        epoll_ctl(crowd->poll, EPOLL_CTL_ADD, fd, &event))
        return bench_fail("subscriber %d: %s", crowd->count, strerror(errno));
    crowd->count++;
    return 0;
}

int crowd_connect(struct crowd *crowd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t hello[SIZE_HELLO];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    wire_hello(hello);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
        write(fd, hello, sizeof(hello)) != sizeof(hello))
        return bench_fail("%s: %s", path, strerror(errno));
    return crowd_add(crowd, fd);
}

void crowd_drop(struct crowd *crowd)
{
    close(crowd->members[--crowd->count].fd);
}

static void keep_tail(struct subscriber *member, const uint8_t *bytes, size_t size)
{
    if (size < TAIL) {
        memmove(member->tail, member->tail + size, TAIL - size);
        memcpy(member->tail + TAIL - size, bytes, size);
    } else {
        memcpy(member->tail, bytes + size - TAIL, TAIL);
    }
}

struct sum crowd_sum(const struct subscriber *member)
{
    return (struct sum){.seq = wire_get(member->tail, AT_HEADER_seq, 8),
                        .digest = wire_get(member->tail, AT_DIGEST_digest, 8),
                        .routes = (uint32_t)wire_get(member->tail, AT_DIGEST_routes, 4)};
}

static bool reached(const struct subscriber *member, const struct goal *goal)
{
    if (goal->bytes)
        return member->received >= goal->bytes;
    return member->received >= TAIL && wire_get(member->tail, AT_HEADER_length, 4) == TAIL &&
           member->tail[AT_HEADER_type] == goal->tail_type &&
           (!goal->seq || wire_get(member->tail, AT_HEADER_seq, 8) == goal->seq);
}

/* Reads once: 1 if this one has now reached the goal. */
static int drain_one(struct subscriber *member, const struct goal *goal)
{
    static uint8_t bytes[READ_BYTES];
    ssize_t got = read(member->fd, bytes, sizeof(bytes));

    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got <= 0)
        return bench_fail("a subscriber lost its connection: %s", got ? strerror(errno) : "closed");
    keep_tail(member, bytes, (size_t)got);
    member->received += (size_t)got;
    if (member->there || !reached(member, goal))
        return 0;
    member->there = true;
    return 1;
}

static void watch(const struct crowd *crowd, const struct pump *pump, int how)
{
    struct epoll_event in = {.events = EPOLLOUT, .data.fd = 0}, out = {.events = EPOLLIN};

    if (!pump)
        return;
    in.data.ptr = NULL;
    out.data.ptr = pump->program;
    epoll_ctl(crowd->poll, how, pump->program->in, &in);
    epoll_ctl(crowd->poll, how, pump->program->out, &out);
    fcntl(pump->program->in, F_SETFL, how == EPOLL_CTL_ADD ? O_NONBLOCK : 0);
}

static void feed(const struct crowd *crowd, struct pump *pump)
{
    ssize_t put = write(pump->program->in, pump->text, pump->size);

    if (put > 0) {
        pump->text += put;
        pump->size -= (size_t)put;
    }
    if (pump->size == 0)
        epoll_ctl(crowd->poll, EPOLL_CTL_DEL, pump->program->in, NULL);
}

static void drop_answers(const struct pump *pump)
{
    static char answers[READ_BYTES];

    if (read(pump->program->out, answers, sizeof(answers)) < 0)
        return;
}

int crowd_drain(struct crowd *crowd, struct goal goal, struct pump *pump)
{
    struct epoll_event events[CROWD_MAX];
    int missing = crowd->count, count, got;

    for (int i = 0; i < crowd->count; i++) {
        crowd->members[i].received = 0;
        crowd->members[i].there = false;
    }
    watch(crowd, pump, EPOLL_CTL_ADD);
    while (missing > 0) {
        count = epoll_wait(crowd->poll, events, CROWD_MAX, PATIENCE_MS);
        if (count <= 0)
            return bench_fail("%d of %d subscribers wait for bytes that do not come", missing,
                              crowd->count);
        for (int i = 0; i < count; i++) {
            if (!events[i].data.ptr) {
                feed(crowd, pump);
            } else if (pump && events[i].data.ptr == pump->program) {
                drop_answers(pump);
            } else {
                got = drain_one(events[i].data.ptr, &goal);
                if (got < 0)
                    return -1;
                missing -= got;
            }
        }
    }
    watch(crowd, pump, EPOLL_CTL_DEL);
    return 0;
}

int crowd_agrees(const struct crowd *crowd, struct program *server)
{
    char line[256];
    struct sum want;

    if (program_say(server, "digest") || program_await(server, "ok digest ", line))
        return -1;
    if (sscanf(line, "ok digest seq=%" SCNu64 " routes=%" SCNu32 " macs=0 digest=%" SCNx64,
               &want.seq, &want.routes, &want.digest) != 3)
        return bench_fail("cannot read \"%s\"", line);
    for (int i = 0; i < crowd->count; i++) {
        struct sum sum = crowd_sum(&crowd->members[i]);

        if (sum.seq != want.seq || sum.digest != want.digest || sum.routes != want.routes)
            return bench_fail("subscriber %d was told seq %" PRIu64 ", routes %" PRIu32
                              " and another digest; expected %s",
                              i, sum.seq, sum.routes, line);
    }
    return 0;
}
