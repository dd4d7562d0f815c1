/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "agent.h"
#include "listeners.h"
#include "network.h"
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MOST (16 << 20) /* bytes that are read while the peer should; then it has to */

static struct probe *add(struct world *w, const char *name, const char *socket)
{
    struct probe *p = x_calloc(1, sizeof *p);

    p->name = x_strdup(name);
    p->socket = x_strdup(socket);
    p->fd = p->listener = -1;
    const struct manifest *speaker = pair_speaker(w->manifest, w->test);
    p->record = speaker->record.line != 0 ? &speaker->record : NULL;
    replica_init(&p->replica);
    p->replica.network = where_is_network(socket);
    w->probes = x_realloc(w->probes, (w->probe_count + 1) * sizeof(struct probe *));
    w->probes[w->probe_count++] = p;
    return p;
}

static int find_place(struct world *w, const struct probe *p, struct where *where)
{
    const char *wrong = where_parse(p->socket, where);

    return wrong == NULL ? 0 : world_fail(w, VERDICT_BROKEN, "%s: %s", p->socket, wrong);
}

/* A socket of that kind, or -1 with errno. */
static int open_socket(const struct where *where)
{
    return socket(where->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* In the network: what is sent leaves at once. */
static void send_at_once(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        return; /* it is a Unix socket */
}

void probe_close(struct probe *p)
{
    flood_end(&p->flood);
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    buf_finish(&p->in);
    buf_finish(&p->out);
    p->ended = p->corked = false;
}

/* What comes of a connect that the kernel has begun; errno is EAGAIN when it takes too long. */
static int finish_connecting(struct world *w, int fd)
{
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    int64_t left = w->deadline_ms - now_ms();
    socklen_t size = sizeof errno;

    if (poll(&writable, 1, left > 0 ? (int)left : 0) <= 0)
        errno = EAGAIN;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &size) == 0 && errno == 0)
        return 0;
    return -1;
}

/* The connection, or -1 with errno, which is 0 after world_fail(). */
static int try_connecting(struct world *w, struct probe *p, const struct where *where)
{
    int fd, error;

    if (p->agent != NULL)
        return agent_connect(w, p->agent, p->socket);
    fd = open_socket(where);
    if (fd >= 0 && connect(fd, &where->any, where->size) == 0)
        return fd;
    if (fd >= 0 && errno == EINPROGRESS && finish_connecting(w, fd) == 0)
        return fd;
    error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

/* Nobody has ever been at a place that the manifest fixes. */
static bool is_misplaced(const struct world *w, const struct probe *p)
{
    if (w->manifest->server.socket == NULL)
        return false;
    for (size_t i = 0; i < w->actor_count; i++)
        if (strcmp(w->actors[i]->socket, p->socket) == 0 && w->actors[i]->bound)
            return false;
    return true;
}

static int fail_misplaced(struct world *w, const struct probe *p)
{
    char *there = listeners_list();

    world_fail(w, VERDICT_BROKEN,
               "there is no %s, and the manifest says socket = %s; who listens here: %s", p->socket,
               w->manifest->server.socket, there);
    free(there);
    return -1;
}

int probe_reconnect(struct world *w, struct probe *p)
{
    bool network = where_is_network(p->socket);
    const struct oracle *truth = p->replica.truth;
    struct where where;
    int pause = 0;

    probe_close(p);
    replica_finish(&p->replica);
    replica_init(&p->replica);
    p->replica.network = network;
    p->replica.truth = truth;
    if (find_place(w, p, &where) < 0)
        return -1;
    while ((p->fd = try_connecting(w, p, &where)) < 0) {
        if (errno == 0)
            return -1;
        if (errno == ESRCH)
            return world_fail(w, VERDICT_BROKEN, "the process of %s has ended", p->name);
        if (errno == ENOENT && is_misplaced(w, p))
            return fail_misplaced(w, p);
        if (errno != EAGAIN) /* EAGAIN: the server's backlog is full (connect(2)) */
            return world_fail_for(w, network ? "NET-1" : "TRN-1", "%s cannot connect to %s: %s",
                                  p->name, p->socket, strerror(errno));
        if (world_late(w))
            return world_timeout_for(w, "TRN-2", "the server does not accept %s", p->name);
        world_pause(w, next_pause(&pause));
    }
    send_at_once(p->fd);
    world_tell(w, "%s connected", p->name);
    return 0;
}

struct probe *probe_connect(struct world *w, const char *name, const char *socket_path,
                            struct agent *agent)
{
    struct probe *p = add(w, name, socket_path);

    p->agent = agent;
    return probe_reconnect(w, p) == 0 ? p : NULL;
}

pid_t probe_pid(const struct probe *p)
{
    return p->agent != NULL ? p->agent->pid : getpid();
}

/* Listens where it has to. */
static int open_listener(struct world *w, struct probe *p)
{
    bool network = where_is_network(p->socket);
    struct where where;
    int on = 1;

    if (find_place(w, p, &where) < 0)
        return -1;
    p->listener = open_socket(&where);
    if (p->listener >= 0 &&
        setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(p->listener, &where.any, where.size) == 0 &&
        (network || chmod(p->socket, 0777) == 0) && listen(p->listener, 64) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "%s cannot listen at %s: %s", p->name, p->socket,
                      strerror(errno));
}

struct probe *probe_listen(struct world *w, const char *name, const char *socket)
{
    struct probe *p = add(w, name, socket);

    p->serves = true;
    return open_listener(w, p) == 0 ? p : NULL;
}

bool probe_was_missed(const struct world *w, const struct actor *a)
{
    for (size_t i = 0; i < w->probe_count; i++) {
        const struct probe *p = w->probes[i];
        struct pollfd waiting = {.fd = p->listener, .events = POLLIN};
        if (p->listener >= 0 && strcmp(p->socket, a->socket) == 0)
            return !program_is_told_socket(a->program) && p->fd < 0 && poll(&waiting, 1, 0) == 0;
    }
    return false;
}

void probe_leave(struct probe *p)
{
    probe_close(p);
    if (p->listener < 0)
        return;
    close(p->listener);
    p->listener = -1;
    if (!where_is_network(p->socket))
        unlink(p->socket);
}

int probe_return(struct world *w, struct probe *p)
{
    if (p->listener >= 0)
        return world_fail(w, VERDICT_BROKEN, "%s listens already", p->name);
    return open_listener(w, p);
}

void probe_destroy(struct probe *p)
{
    probe_leave(p);
    replica_finish(&p->replica);
    segment_close(p->segment);
    free(p->socket);
    free(p->name);
    free(p);
}

int probe_accept(struct world *w, struct probe *p)
{
    if (p->listener < 0)
        return world_fail(w, VERDICT_BROKEN, "%s does not listen, and gets no connections",
                          p->name);
    probe_close(p);
    p->wants = true;
    while (p->fd < 0 && world_wait(w))
        continue;
    p->wants = false;
    if (p->fd < 0)
        return world_timeout(w, "nobody connected to %s", p->name);
    world_tell(w, "%s has a connection", p->name);
    return 0;
}

/* Writes once: how many bytes; 0 if the peer has closed; -1 after world_fail(). */
static ssize_t write_some(struct world *w, struct probe *p, const char *data, size_t len)
{
    for (;;) {
        ssize_t put = p->fd < 0 ? -1 : send(p->fd, data, len, MSG_NOSIGNAL);
        p->spoke = p->spoke || put > 0;
        if (put >= 0)
            return put;
        if (p->fd >= 0 && (errno == EPIPE || errno == ECONNRESET)) {
            world_tell(w, "%s > cut short: the peer has closed", p->name);
            return 0; /* the peer may close on the first wrong byte */
        }
        if (p->fd < 0 || (errno != EAGAIN && errno != EINTR))
            return world_fail(w, VERDICT_BROKEN, "%s has no connection to send on", p->name);
        p->full = true;
        bool in_time = world_wait(w);
        p->full = false;
        if (!in_time)
            return world_timeout(w, "the peer of %s takes no more bytes", p->name);
    }
}

static int write_all(struct world *w, struct probe *p, const char *data, size_t len, size_t piece)
{
    while (len > 0) {
        ssize_t put = write_some(w, p, data, piece > 0 && piece < len ? piece : len);
        if (put <= 0)
            return (int)put;
        data += put;
        len -= (size_t)put;
        if (piece > 0 && probe_wait_taken(w, p) < 0)
            return -1;
    }
    return 0;
}

int probe_send(struct world *w, struct probe *p, const void *data, size_t len, size_t piece)
{
    if (!p->corked)
        return write_all(w, p, data, len, piece);
    buf_add(&p->out, data, len);
    return 0;
}

int probe_send_frame(struct world *w, struct probe *p, const struct frame *f, size_t piece)
{
    struct buf text = {0};

    wire_describe(f, &text);
    world_tell(w, "%s %s %s", p->name, p->corked ? "keeps" : ">", text.data);
    buf_finish(&text);
    return probe_send(w, p, f->bytes, f->len, piece);
}

void probe_cork(struct probe *p)
{
    p->corked = true;
}

int probe_uncork(struct world *w, struct probe *p, size_t bytes, size_t piece)
{
    bool all = bytes == SIZE_MAX;
    int result;

    if (!p->corked)
        return world_fail(w, VERDICT_BROKEN, "%s is not corked", p->name);
    if (!all && bytes > p->out.len)
        return world_fail(w, VERDICT_BROKEN, "%s keeps %zu bytes only", p->name, p->out.len);
    bytes = all ? p->out.len : bytes;
    world_tell(w, "%s > %zu bytes of %zu, %zu at a time", p->name, bytes, p->out.len,
               piece > 0 ? piece : bytes);
    result = write_all(w, p, p->out.data, bytes, piece);
    buf_consume(&p->out, bytes);
    p->corked = !all;
    return result;
}

int probe_half_close(struct world *w, struct probe *p)
{
    if (p->fd < 0 || shutdown(p->fd, SHUT_WR) < 0)
        return world_fail(w, VERDICT_BROKEN, "%s has no connection to close", p->name);
    world_tell(w, "%s sends no more", p->name);
    return 0;
}

/* Feeds the strict client behind a client probe. */
static int follow(struct world *w, struct probe *p, const struct frame *f)
{
    char *why = NULL;
    const char *id = p->serves ? NULL : replica_apply(&p->replica, f, &why);

    if (id == NULL)
        return 1;
    world_fail_for(w, id, "%s got a frame that does not belong there: %s", p->name, why);
    buf_adds(&w->outcome.detail, "frame ");
    wire_describe(f, &w->outcome.detail);
    free(why);
    return -1;
}

int probe_next(struct world *w, struct probe *p, struct frame *f)
{
    const char *id;
    char *why = NULL;
    int got;
    struct buf text = {0};

    p->wants = true;
    while ((got = wire_take(&p->in, f, &id, &why)) == 0 && !p->ended && p->fd >= 0)
        if (!world_wait(w))
            break;
    p->wants = false;
    if (got < 0) {
        world_fail_for(w, id, "%s got a malformed frame: %s", p->name, why);
        free(why);
        return -1;
    }
    if (got == 1) {
        p->epoch = wire_number(f, "epoch");
        p->seq = wire_number(f, "seq");
        wire_describe(f, &text);
        world_tell(w, "%s < %s", p->name, text.data);
        buf_finish(&text);
        return follow(w, p, f);
    }
    if (!p->ended && p->fd >= 0)
        return world_timeout(w, "%s waited for a frame, and none came", p->name);
    if (p->in.len > 0)
        return world_fail_for(w, "FRM-1", "%s got half a frame, then the end", p->name);
    return 0;
}

int probe_fill(struct world *w, struct probe *p, size_t bytes)
{
    bool in_time = true;

    p->wants = true;
    while (p->in.len < bytes && !p->ended && p->fd >= 0 && in_time)
        in_time = world_wait(w);
    p->wants = false;
    if (p->in.len >= bytes)
        return 1;
    return in_time ? 0
                   : world_timeout(w, "%s waited for %zu bytes, and %zu came", p->name, bytes,
                                   p->in.len);
}

int probe_wait_taken(struct world *w, struct probe *p)
{
    int left = 0;

    for (;;) {
        if (p->fd < 0)
            return world_fail(w, VERDICT_BROKEN, "%s has no connection", p->name);
        int taken = socket_taken(p->fd, &left);
        if (taken < 0)
            return world_fail(w, VERDICT_BROKEN, "SIOCOUTQ: %s", strerror(errno));
        if (taken > 0)
            return 0;
        if (world_late(w))
            return world_timeout(w, "the peer of %s left %d bytes unread", p->name, left);
        world_pause(w, 1);
    }
}

size_t probe_poll(struct probe *p, struct pollfd *out)
{
    bool reads = !p->ended && !(p->full && p->in.len >= KEPT_MOST);
    short events = (short)((reads ? POLLIN : 0) | (p->full ? POLLOUT : 0));

    if (!p->wants && !p->full)
        return 0;
    if (p->fd >= 0 && (!p->ended || p->full)) /* who has ended its stream may still take bytes */
        *out = (struct pollfd){.fd = p->fd, .events = events};
    else if (p->listener >= 0)
        *out = (struct pollfd){.fd = p->listener, .events = POLLIN};
    else
        return 0;
    return 1;
}

void probe_handle(struct probe *p, int fd, short events)
{
    char chunk[65536];
    ssize_t got;

    if (fd == p->listener) {
        p->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        send_at_once(p->fd);
        return;
    }
    if (!(events & ~POLLOUT))
        return; /* there is room again */
    got = read(fd, chunk, sizeof chunk);
    if (got > 0)
        buf_add(&p->in, chunk, (size_t)got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        p->ended = true;
}
