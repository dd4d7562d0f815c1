/* SPDX-License-Identifier: MIT */
#include "sim/line.h"

#include <errno.h>

#include "sim/check.h"
#include "sim/knob.h"

enum { PARTING_MS = 1000 };

static struct socket *socket_at(const struct serving *serving, int socket)
{
    return &serving->world->kernel.sockets[socket];
}

static struct line *line_at(const struct serving *serving, int socket)
{
    return &serving->world->lines[socket];
}

bool line_is_of(const struct serving *serving, int socket)
{
    const struct socket *at = socket_at(serving, socket);

    return at->used && at->accepted && at->server_open && at->server_birth == serving->birth;
}

void line_accept(struct serving *serving, int socket)
{
    struct socket *at = socket_at(serving, socket);
    struct line *line = line_at(serving, socket);

    at->accepted = true;
    *line = (struct line){.serving = serving};
    line->peer = server_join(&serving->core, line, at->network ? AUDIENCE_NETWORK : AUDIENCE_LOCAL,
                             at->client_pid);
}

void line_close(struct serving *serving, int socket)
{
    struct socket *at = socket_at(serving, socket);
    struct line *line = line_at(serving, socket);

    if (line->sent.have > 0 || line->heard.have > 0)
        cover(serving->world, COVER_HALF_FRAME);
    server_leave(&serving->core, line->peer);
    line->peer = NULL;
    socket_close_server(at);
}

bool line_may_read(const struct serving *serving, int socket)
{
    const struct socket *at = socket_at(serving, socket);

    return line_is_of(serving, socket) && !serving->leaving &&
           line_at(serving, socket)->peer->state != PEER_CLOSING &&
           (at->up.size > 0 || at->up.ended);
}

/* The peer is among those that the server knows to have output. */
static bool ready(const struct serving *serving, const struct line *line)
{
    const struct link *list = &serving->core.ready;

    if (line->blocked)
        return true;
    for (const struct link *link = list->next; link != list; link = link->next)
        if (link == &line->peer->ready)
            return true;
    return false;
}

bool line_may_write(const struct serving *serving, int socket)
{
    const struct socket *at = socket_at(serving, socket);
    const struct line *line;

    if (!line_is_of(serving, socket) || (at->down.size == at->down.bound && at->client_open))
        return false;
    line = line_at(serving, socket);
    return ready(serving, line) &&
           (peer_has_output(line->peer) || line->peer->state == PEER_CLOSING);
}

bool line_disturbed(struct world *world, const struct socket *socket)
{
    const struct following *client = following_of(world, socket->client);

    return !client || client->birth != socket->client_birth || client->ever_spoiled;
}

static void receive(struct serving *serving, int socket, const uint8_t *bytes, size_t size)
{
    struct line *line = line_at(serving, socket);
    char reason[REASON_SIZE];

    bool refused;

    check_server_heard(line, socket_at(serving, socket), bytes, size);
    refused = server_receive(&serving->core, line->peer, bytes, size, reason) != 0;
    if (serving->gone)
        return;
    check_refused(line, socket_at(serving, socket), refused);
    if (!refused)
        return;
    if (socket_at(serving, socket)->client == ACTOR_HOSTILE)
        cover(serving->world, COVER_HOSTILE_CLOSED);
    else if (!line_disturbed(serving->world, socket_at(serving, socket)))
        world_fail(serving->world, CLASS_MANNERS, "the server closes the connection of %s: %s",
                   actor_name(socket_at(serving, socket)->client), reason);
}

void line_read(struct serving *serving, int socket, uint32_t size)
{
    struct line *line = line_at(serving, socket);
    uint8_t bytes[STREAM_BYTES];
    uint32_t stores = 0;
    size_t got = stream_read(&socket_at(serving, socket)->up, bytes,
                             size < sizeof(bytes) ? size : sizeof(bytes), &stores);

    serving->world->progress++;
    if (got == 0) {
        line_close(serving, socket); /* SES-10 */
        return;
    }
    receive(serving, socket, bytes, got);
    if (serving->gone)
        return;
    check_registered(serving, socket);
    check_bounds(serving, line);
    if (!line->parting && (line->peer->state == PEER_CLOSING || line->peer->state == PEER_PARTED)) {
        line->parting = true;
        line->deadline = serving->world->kernel.now + PARTING_MS;
    }
}

/* Copies what the peer has to be sent; how many bytes went in. */
static size_t send_unit(struct serving *serving, int socket, uint32_t size)
{
    struct line *line = line_at(serving, socket);
    struct stream *down = &socket_at(serving, socket)->down;
    uint32_t stores = serving->object ? serving->object->memory.count : 0;
    struct iovec iov[4];
    int count = peer_output(line->peer, &serving->core.origin, iov, 4);
    size_t sent = 0;

    for (int i = 0; i < count && sent < size; i++) {
        size_t part = iov[i].iov_len < size - sent ? iov[i].iov_len : size - sent;
        size_t wrote = stream_write(down, iov[i].iov_base, part, stores);

        check_sent(line, iov[i].iov_base, wrote);
        sent += wrote;
        if (wrote < part)
            break;
    }
    peer_sent(line->peer, &serving->core.origin, sent);
    return sent;
}

void line_write(struct serving *serving, int socket, uint32_t size)
{
    struct line *line = line_at(serving, socket);
    struct socket *at = socket_at(serving, socket);
    size_t sent;

    serving->world->progress++;
    if (line->blocked) {
        line->blocked = false;
        server_sent_all(&serving->core, line->peer);
    }
    if (!at->client_open && peer_has_output(line->peer)) {
        line_close(serving, socket); /* EPIPE */
        return;
    }
    sent = send_unit(serving, socket, size);
    check_bounds(serving, line);
    if (at->down.size == at->down.bound && peer_has_output(line->peer)) {
        line->blocked = true;
        server_blocked(line->peer);
        if (line->sent.have > 0)
            cover(serving->world, COVER_FULL_SOCKET);
    } else if (line->peer->state == PEER_CLOSING && !peer_has_output(line->peer)) {
        line_close(serving, socket);
    } else {
        server_sent_all(&serving->core, line->peer);
    }
    mix(serving->world, sent);
}

/* What the registry asks the kernel: the caller may be killed before each. */

static int handle_for(struct serving *serving, uint32_t birth)
{
    int handle;

    if (serving->gone || !process_of(&serving->world->kernel, birth)) {
        errno = ESRCH;
        return -1;
    }
    handle = handle_open(&serving->world->kernel, birth, serving->birth);
    errno = EMFILE;
    return handle;
}

static int socket_number(const struct serving *serving, const struct peer *peer)
{
    return (int)((const struct line *)peer->owner - serving->world->lines);
}

static int handle_of_peer(void *arg, struct peer *peer)
{
    struct serving *serving = arg;
    uint32_t kernel = serving->world->knobs[KNOB_KERNEL];

    world_hook(serving->world, serving->call);
    if (kernel == KERNEL_NUMBERS || kernel == KERNEL_NO_HANDLES) {
        errno = kernel == KERNEL_NUMBERS ? ENOPROTOOPT : EPERM;
        return -1;
    }
    if (serving->gone)
        return -1;
    return handle_for(serving, socket_at(serving, socket_number(serving, peer))->client_birth);
}

static int handle_of_number(void *arg, uint32_t pid)
{
    struct serving *serving = arg;
    const struct process *found;

    world_hook(serving->world, serving->call);
    found = process_numbered(&serving->world->kernel, pid);
    return handle_for(serving, found ? found->birth : 0);
}

static bool hung_up(void *arg, struct peer *peer)
{
    struct serving *serving = arg;

    world_hook(serving->world, serving->call);
    return !serving->gone && !socket_at(serving, socket_number(serving, peer))->client_open;
}

static int signal_handle(void *arg, int handle, bool asked)
{
    struct serving *serving = arg;
    struct world *world = serving->world;
    struct process *target;

    world_hook(world, serving->call);
    target = serving->gone ? NULL : process_of(&world->kernel, world->kernel.handle[handle]);
    if (!target) {
        errno = ESRCH;
        return -1;
    }
    if (world->knobs[KNOB_KERNEL] == KERNEL_FORBIDS) {
        errno = EPERM;
        return -1;
    }
    if (asked)
        return 0;
    check_target(serving, target->birth);
    if (target->pending)
        cover(world, COVER_COALESCED);
    target->pending = true;
    target->signal.server = serving->birth;
    target->signal.stores = serving->object ? serving->object->memory.count : 0;
    target->signal.change = serving->history.count;
    return 0;
}

static void close_handle(void *arg, int handle)
{
    struct serving *serving = arg;

    if (!serving->gone)
        handle_close(&serving->world->kernel, handle);
}

struct registrar line_registrar(struct serving *serving)
{
    return (struct registrar){.arg = serving,
                              .handle_of_peer = handle_of_peer,
                              .handle_of_number = handle_of_number,
                              .hung_up = hung_up,
                              .signal = signal_handle,
                              .close = close_handle};
}
