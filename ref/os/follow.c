/* SPDX-License-Identifier: MIT */
#include "os/follow.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/signals.h"
#include "os/uds.h"

enum {
    READ_BYTES = 256 * 1024,
    READS = 4, /* of one turn */
    FAREWELL_MS = 1000,
};

static void disconnected(struct follow *follow, const char *why)
{
    uint32_t delay;

    view_freeze(&follow->view);
    follow->opening = false;
    delay = client_disconnect(&follow->client);
    if (follow->source.fd >= 0) {
        loop_remove(follow->loop, &follow->source);
        close(follow->source.fd);
        follow->source.fd = -1;
        console_notice(follow->console, "disconnected: %s", why);
    }
    follow->next = follow->reconnect ? loop_now() + delay : INT64_MAX;
}

/* SHM-22: without it keys are shown without their addresses. */
static void map(void *arg, const char *name, uint32_t instance, struct arp_reader *reader)
{
    struct follow *follow = arg;
    char reason[REASON_SIZE];

    if (shm_see(&follow->shm, reader, name, instance, reason))
        console_notice(follow->console, "shared memory is not used: %s", reason);
}

static void unmap(void *arg)
{
    shm_forget(&((struct follow *)arg)->shm);
}

static bool take_signal(void *arg)
{
    struct follow *follow = arg;
    unsigned signals = signals_take(follow->signals);

    if (signals & SIGNALS_END)
        follow->quit = true;
    return signals & SIGNALS_FLUSH;
}

/* One read: false when there is nothing more, or the connection is gone. */
static bool read_some(struct follow *follow)
{
    static uint8_t bytes[READ_BYTES];
    ssize_t got = recv(follow->source.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    char reason[REASON_SIZE] = "the server has closed";

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    view_freeze(&follow->view);
    if (got < 0 && errno != ECONNRESET)
        disconnected(follow, strerror(errno));
    else if (got <= 0 || client_receive(&follow->client, bytes, (size_t)got, reason))
        disconnected(follow, reason);
    return follow->source.fd >= 0 && got == sizeof(bytes);
}

static void send_output(struct follow *follow)
{
    struct buffer *output = &follow->client.output;
    ssize_t sent = 1;

    while (follow->source.fd >= 0 && buffer_size(output) > 0 && sent > 0) {
        sent = send(follow->source.fd, buffer_bytes(output), buffer_size(output),
                    MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            buffer_consume(output, (size_t)sent);
    }
    if (follow->source.fd < 0 || follow->opening)
        return;
    /* a broken connection shows itself to the reader, which first takes what was sent to it */
    loop_want(follow->loop, &follow->source,
              LOOP_READ | (buffer_size(output) > 0 && errno == EAGAIN ? LOOP_WRITE : 0u));
}

/* TRN-8, NET-14: once for each reason. */
static void refused(struct follow *follow, int error)
{
    if (error != follow->last_error)
        console_notice(follow->console, "cannot connect to %s: %s%s", follow->target,
                       strerror(error), follow->reconnect ? "; trying on" : "");
    follow->last_error = error;
}

/* The connection is there. */
static void connected(struct follow *follow)
{
    follow->opening = false;
    follow->last_error = 0;
    loop_want(follow->loop, &follow->source, LOOP_READ);
    if (client_connect(&follow->client))
        disconnected(follow, strerror(errno));
}

/* On a network the answer to a connect comes later. */
static void answered(struct follow *follow)
{
    int error = tcp_outcome(follow->source.fd);

    if (!error) {
        connected(follow);
        return;
    }
    refused(follow, error);
    loop_remove(follow->loop, &follow->source);
    close(follow->source.fd);
    follow->source.fd = -1;
    disconnected(follow, "");
}

static void on_source(void *arg, unsigned events)
{
    struct follow *follow = arg;

    if (follow->opening)
        answered(follow);
    else if (events & LOOP_READ)
        for (int i = 0; i < READS && read_some(follow); i++)
            continue;
    send_output(follow);
}

static void connect_now(struct follow *follow)
{
    int fd = follow->network ? tcp_connect(follow->network) : uds_connect(follow->target);

    if (fd < 0) {
        refused(follow, errno);
        disconnected(follow, "");
        return;
    }
    follow->source.fd = fd;
    follow->opening = follow->network != NULL;
    if (loop_add(follow->loop, &follow->source, follow->opening ? LOOP_WRITE : LOOP_READ))
        disconnected(follow, strerror(errno));
    else if (!follow->opening)
        connected(follow);
}

static void tell_state(struct follow *follow)
{
    const struct client *client = &follow->client;

    if (client->state == follow->told)
        return;
    follow->told = client->state;
    console_notice(follow->console, "state %s seq=%" PRIu64 " routes=%u macs=%u",
                   client_state_name(client->state), client->seq, table_sum(client->table).routes,
                   table_sum(client->table).macs);
}

/* A newer epoch within a connection is a flush; its state stays what it was. */
static void tell_flush(struct follow *follow)
{
    const struct client *client = &follow->client;
    uint64_t before = follow->told_epoch;

    if (client->epoch == before)
        return;
    follow->told_epoch = client->epoch;
    if (before != 0 && client->epoch != 0)
        console_notice(follow->console, "flushed flushes=%u routes=%u macs=%u",
                       (uint32_t)client->epoch, table_sum(client->table).routes,
                       table_sum(client->table).macs);
}

void follow_turn(struct follow *follow)
{
    if (follow->source.fd < 0 && follow->next != INT64_MAX && loop_now() >= follow->next)
        connect_now(follow);
    send_output(follow);
    tell_state(follow);
    tell_flush(follow);
}

void follow_signal(struct follow *follow)
{
    view_freeze(&follow->view);
    client_signal(&follow->client);
}

int follow_timeout(const struct follow *follow)
{
    int64_t left;

    if (follow->source.fd >= 0 || follow->next == INT64_MAX)
        return -1;
    left = follow->next - loop_now();
    return left > 0 ? (int)left : 0;
}

static const char *state_name(void *arg)
{
    const struct follow *follow = arg;

    return client_state_name(follow->client.state);
}

int follow_init(struct follow *follow, struct loop *loop, struct console *console,
                const char *target, const union tcp_address *network, bool reconnect, int signals)
{
    *follow = (struct follow){.loop = loop,
                              .console = console,
                              .target = target,
                              .network = network,
                              .reconnect = reconnect,
                              .signals = signals};
    follow->source = (struct loop_source){.fd = -1, .ready = on_source, .arg = follow};
    if (client_init(&follow->client, network ? 0 : (uint32_t)getpid()))
        return -1;
    follow->client.shell = (struct client_shell){follow, take_signal, map, unmap};
    follow->view = (struct view){.console = console,
                                 .side = COMMAND_CLIENT,
                                 .table = &follow->client.table,
                                 .addresses = &follow->client.addresses,
                                 .seq = &follow->client.seq,
                                 .state = state_name,
                                 .arg = follow};
    return 0;
}

static void status(struct follow *follow)
{
    const struct client *client = &follow->client;

    console_answer(follow->console,
                   "ok status state=%s instance=%u flushes=%u seq=%" PRIu64
                   " routes=%u macs=%u connects=%" PRIu64 " resyncs=%" PRIu64,
                   "State %s, server instance %u, %u flushes, change %" PRIu64
                   ", %u routes, %u MAC addresses, connected %" PRIu64 " times, asked %" PRIu64
                   " times for a new snapshot.",
                   client_state_name(client->state), (uint32_t)(client->epoch >> 32),
                   (uint32_t)client->epoch, client->seq, table_sum(client->table).routes,
                   table_sum(client->table).macs, client->stats.connects, client->stats.resyncs);
}

static void execute(struct follow *follow, struct word line)
{
    struct command command;
    char reason[REASON_SIZE];
    enum refusal refusal;

    if (follow->quit || command_skips(line))
        return;
    refusal = command_parse(line, COMMAND_CLIENT, &command, reason);
    if (refusal) {
        console_refuse(follow->console, refusal, reason);
    } else if (command.kind == COMMAND_STATUS) {
        status(follow);
    } else if (command.kind == COMMAND_QUIT) {
        console_answer(follow->console, "ok quit", "Goodbye.");
        console_say_last(follow->console);
        follow->quit = true;
    } else {
        view_command(&follow->view, &command);
    }
}

size_t follow_lines(void *arg, const struct word *lines, size_t count)
{
    execute(arg, lines[0]);
    return count > 0;
}

void follow_close(struct follow *follow)
{
    struct pollfd writable = {.fd = follow->source.fd, .events = POLLOUT};
    int64_t until = loop_now() + FAREWELL_MS, left = FAREWELL_MS;

    client_farewell(&follow->client);
    send_output(follow);
    while (follow->source.fd >= 0 && buffer_size(&follow->client.output) > 0 && left > 0 &&
           poll(&writable, 1, (int)left) > 0 && !(writable.revents & (POLLHUP | POLLERR))) {
        send_output(follow);
        left = until - loop_now();
    }
    if (follow->source.fd >= 0) {
        loop_remove(follow->loop, &follow->source);
        close(follow->source.fd);
    }
    client_finish(&follow->client);
}
