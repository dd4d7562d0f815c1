/* SPDX-License-Identifier: MIT */
#include "os/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/pidfd.h"
#include "os/tcp.h"

enum {
    UNITS = 8, /* of output to one peer in one turn */
    READ_BYTES = 16 * 1024,
    SEND_BYTES = 256 * 1024, /* of output in the kernel, so that a walk goes on meanwhile */
    OPENING_MS = 3000,       /* to say HELLO */
    PARTING_MS = 1000,       /* to read a last frame, or to close after a BYE */
};

_Static_assert((int)FROM_SIZE >= (int)TCP_TEXT, "an address fits");

struct conn {
    struct loop_source source;
    struct serve *serve;
    struct peer *peer;
    struct link due; /* in opening or parting; empty: it has no deadline */
    int64_t deadline;
    bool blocked, parts, ended;
};

static void conn_due(struct conn *conn, struct link *list, int ms)
{
    list_append(list, &conn->due);
    conn->deadline = loop_now() + ms;
}

static void conn_close(struct conn *conn)
{
    struct serve *serve = conn->serve;
    enum audience audience = conn->peer->audience;

    loop_remove(serve->loop, &conn->source);
    list_remove(&conn->due);
    server_leave(serve->server, conn->peer);
    close(conn->source.fd);
    free(conn);
    listeners_left(&serve->listeners, audience); /* TRN-9 */
}

static int handle_of_peer(void *arg, struct peer *peer)
{
    (void)arg;
    return pidfd_of_peer(((struct conn *)peer->owner)->source.fd);
}

static int handle_of_number(void *arg, uint32_t pid)
{
    (void)arg;
    return pidfd_of_number(pid);
}

static bool hung_up(void *arg, struct peer *peer)
{
    struct pollfd end = {.fd = ((struct conn *)peer->owner)->source.fd, .events = POLLRDHUP};

    (void)arg;
    return poll(&end, 1, 0) != 0;
}

static int signal_handle(void *arg, int handle, bool asked)
{
    (void)arg;
    return pidfd_signal(handle, asked ? 0 : SIGUSR1);
}

static void close_handle(void *arg, int handle)
{
    close(handle);
    listeners_feed(&((struct serve *)arg)->listeners);
}

static void tell_enrolment(void *arg, struct peer *peer, int error)
{
    struct serve *serve = arg;

    if (error && !serve->told_handle)
        console_notice(serve->console,
                       "client %llu: no handle of process %u: %s; it stays unregistered",
                       (unsigned long long)peer->number, peer->kernel_pid, strerror(error));
    serve->told_handle = error != 0;
}

/* It has until its deadline to take its last frame, or to close by itself. */
static void conn_part(struct conn *conn)
{
    if (!conn->parts)
        conn_due(conn, &conn->serve->parting, PARTING_MS);
    conn->parts = true;
}

static void conn_want(struct conn *conn)
{
    unsigned wants = conn->peer->state == PEER_CLOSING && !conn->ended ? 0 : LOOP_READ;

    loop_want(conn->serve->loop, &conn->source, wants | (conn->blocked ? LOOP_WRITE : 0));
}

/* Takes what the client has sent and nobody wants; false at its end. */
static bool discard(const struct conn *conn)
{
    char bytes[4096];
    ssize_t got = 1;

    for (int i = 0; i < 16 && got > 0; i++)
        got = recv(conn->source.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    return got > 0 || (got < 0 && errno == EAGAIN);
}

/* The last frame is out. The client shall see an end of file and not a reset: what it has sent
 * meanwhile is taken. On a network more may be under way, and a reset overtakes the last frame. */
static void conn_end(struct conn *conn)
{
    shutdown(conn->source.fd, SHUT_WR);
    if (!discard(conn) || conn->peer->audience == AUDIENCE_LOCAL) {
        conn_close(conn);
        return;
    }
    conn->ended = true;
    server_blocked(conn->peer);
    conn_part(conn);
    conn_want(conn);
}

/* Sends one unit: 1 if there may be more, 0 if all is sent, -1 if the connection is blocked or
 * broken (errno). */
static int send_unit(struct conn *conn)
{
    struct origin *origin = &conn->serve->server->origin;
    struct iovec iov[8];
    int count = peer_output(conn->peer, origin, iov, 8), fd = conn->source.fd;
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)count};
    ssize_t sent;

    if (count == 0)
        return 0;
    if (count == 1) /* most often, and the cheaper call */
        sent = send(fd, iov[0].iov_base, iov[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EINTR ? 1 : -1;
    peer_sent(conn->peer, origin, (size_t)sent);
    return 1;
}

static void conn_flush(struct conn *conn)
{
    int result = 1;

    for (int i = 0; i < UNITS && result > 0; i++)
        result = send_unit(conn);
    if (result < 0 && errno == EAGAIN) {
        conn->blocked = true;
        server_blocked(conn->peer);
        conn_want(conn);
    } else if (result < 0) {
        conn_close(conn);
    } else if (conn->peer->state == PEER_CLOSING && !peer_has_output(conn->peer)) {
        conn_end(conn);
    } else {
        server_sent_all(conn->serve->server, conn->peer);
    }
}

static void conn_read(struct conn *conn)
{
    static uint8_t bytes[READ_BYTES];
    struct serve *serve = conn->serve;
    struct peer *peer = conn->peer;
    char reason[REASON_SIZE];
    ssize_t got = recv(conn->source.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    bool opening = peer->state == PEER_OPENING;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        conn_close(conn); /* SES-10 */
        return;
    }
    if (server_receive(serve->server, peer, bytes, (size_t)got, reason))
        console_notice(serve->console, "client %llu: closed: %s", (unsigned long long)peer->number,
                       reason);
    if (peer->state == PEER_CLOSING || peer->state == PEER_PARTED)
        conn_part(conn);
    else if (opening && peer->state != PEER_OPENING)
        list_remove(&conn->due);
    conn_want(conn);
}

static void on_conn(void *arg, unsigned events)
{
    struct conn *conn = arg;

    if (events & LOOP_WRITE && conn->blocked) {
        conn->blocked = false;
        server_sent_all(conn->serve->server, conn->peer);
        conn_want(conn);
    }
    if (events & LOOP_READ && !conn->ended)
        conn_read(conn);
    else if (events & LOOP_READ && !discard(conn))
        conn_close(conn);
}

/* Who is at the other end, 0 if the kernel cannot tell. */
static uint32_t pid_of(int fd)
{
    struct ucred credentials = {0};
    socklen_t size = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size))
        return 0;
    return credentials.pid > 0 ? (uint32_t)credentials.pid : 0;
}

/* With less it only takes more turns. */
static void widen(int fd)
{
    int bytes = SEND_BYTES;

    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)))
        return;
}

/* What is known of a new connection before its first byte. */
static void conn_greet(struct conn *conn)
{
    if (conn->peer->audience == AUDIENCE_LOCAL)
        return;
    tcp_prepare(conn->source.fd);
    tcp_peer_name(conn->source.fd, conn->peer->from);
    conn_due(conn, &conn->serve->opening, OPENING_MS);
}

static int conn_open(void *arg, int fd, enum audience audience)
{
    struct serve *serve = arg;
    struct conn *conn = calloc(1, sizeof(*conn));

    if (!conn)
        return -1;
    conn->serve = serve;
    conn->source = (struct loop_source){.fd = fd, .ready = on_conn, .arg = conn};
    list_init(&conn->due);
    widen(fd);
    conn->peer =
        server_join(serve->server, conn, audience, audience == AUDIENCE_LOCAL ? pid_of(fd) : 0);
    if (conn->peer && loop_add(serve->loop, &conn->source, LOOP_READ) == 0) {
        conn_greet(conn);
        return 0;
    }
    if (conn->peer)
        server_leave(serve->server, conn->peer);
    free(conn);
    return -1;
}

int serve_open(struct serve *serve, struct loop *loop, struct server *server,
               struct console *console, int listener)
{
    *serve = (struct serve){.loop = loop, .server = server, .console = console};
    serve->listeners =
        (struct listeners){.loop = loop, .console = console, .accepted = conn_open, .arg = serve};
    list_init(&serve->opening);
    list_init(&serve->parting);
    server->origin.registrar = (struct registrar){.arg = serve,
                                                  .handle_of_peer = handle_of_peer,
                                                  .handle_of_number = handle_of_number,
                                                  .hung_up = hung_up,
                                                  .signal = signal_handle,
                                                  .close = close_handle,
                                                  .told = tell_enrolment};
    return listeners_add(&serve->listeners, listener, AUDIENCE_LOCAL);
}

int serve_network(struct serve *serve, int listener, unsigned peers)
{
    serve->listeners.peers_most = peers;
    return listeners_add(&serve->listeners, listener, AUDIENCE_NETWORK);
}

static struct conn *first_due(const struct link *list)
{
    return list_empty(list) ? NULL : LIST_OWNER(list->next, struct conn, due);
}

static void close_due(const struct link *list, int64_t now)
{
    struct conn *conn;

    while ((conn = first_due(list)) && conn->deadline <= now)
        conn_close(conn);
}

static int64_t next_deadline(const struct serve *serve)
{
    const struct conn *opening = first_due(&serve->opening), *parting = first_due(&serve->parting);
    int64_t next = serve->listeners.starved ? serve->listeners.retry : INT64_MAX;

    if (opening && opening->deadline < next)
        next = opening->deadline;
    if (parting && parting->deadline < next)
        next = parting->deadline;
    return next;
}

bool serve_turn(struct serve *serve)
{
    struct link turn;
    int64_t now;

    server_take_ready(serve->server, &turn);
    while (!list_empty(&turn))
        conn_flush(LIST_OWNER(turn.next, struct peer, ready)->owner);
    if (next_deadline(serve) != INT64_MAX) {
        now = loop_now();
        close_due(&serve->opening, now);
        close_due(&serve->parting, now);
        if (serve->listeners.retry <= now)
            listeners_feed(&serve->listeners);
    }
    return !list_empty(&serve->server->ready);
}

int serve_timeout(const struct serve *serve)
{
    int64_t next = next_deadline(serve), now;

    if (next == INT64_MAX)
        return -1;
    now = loop_now();
    return next > now ? (int)(next - now) : 0;
}

void serve_close(struct serve *serve)
{
    struct link *peers = &serve->server->peers;
    int64_t until = loop_now() + PARTING_MS, now = until - PARTING_MS;

    listeners_close(&serve->listeners);
    server_farewell(serve->server);
    for (struct link *link = peers->next; link != peers; link = link->next)
        conn_want(LIST_OWNER(link, struct peer, link)->owner); /* nothing is read any more */
    do {
        serve_turn(serve);
        now = loop_now();
    } while (!list_empty(peers) && now < until &&
             loop_wait(serve->loop, list_empty(&serve->server->ready) ? (int)(until - now) : 0) ==
                 0);
    while (!list_empty(peers))
        conn_close(LIST_OWNER(peers->next, struct peer, link)->owner);
}
