/* SPDX-License-Identifier: MIT */
#include "core/client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    DELAY_FIRST_MS = 20,
    DELAY_LAST_MS = 2000, /* SES-12 */
    OUTPUT_MAX = 4096,    /* a server that makes us talk and does not listen */
};

int client_init(struct client *client, uint32_t pid)
{
    *client = (struct client){.pid = pid, .delay_ms = DELAY_FIRST_MS};
    client->input.sender = SIDE_SERVER;
    client->table = table_create();
    return client->table ? 0 : -1;
}

/* FLU-16, SHM-23: before the epoch is forgotten, or a late signal would bring it back. */
static void unmap(struct client *client)
{
    if (client->addresses.header)
        client->shell.unmap(client->shell.arg);
    client->addresses = (struct arp_reader){0};
}

void client_finish(struct client *client)
{
    unmap(client);
    table_destroy(client->table);
    table_destroy(client->shadow);
    buffer_finish(&client->output);
}

static int fail(char reason[REASON_SIZE], const char *text)
{
    snprintf(reason, REASON_SIZE, "%s", text);
    return -1;
}

static int queue(struct client *client, struct frame *frame)
{
    char *room;

    frame->epoch = client->epoch;
    if (buffer_size(&client->output) > OUTPUT_MAX) {
        errno = ENOBUFS;
        return -1;
    }
    buffer_compact(&client->output);
    room = buffer_reserve(&client->output, WIRE_FRAME_MAX);
    if (!room)
        return -1;
    buffer_commit(&client->output, frame_encode(frame, (uint8_t *)room));
    return 0;
}

int client_connect(struct client *client)
{
    struct frame hello = {.type = FRAME_HELLO,
                          .hello = {.version_min = WIRE_VERSION, .version_max = WIRE_VERSION}};

    client->connected = true;
    client->stats.connects++;
    return queue(client, &hello); /* SES-1 */
}

/* The snapshot under way, if any, is void. */
static void drop_shadow(struct client *client)
{
    table_destroy(client->shadow);
    client->shadow = NULL;
}

/* C2, EPO-4 */
static void adopt(struct client *client, uint64_t epoch)
{
    drop_shadow(client);
    table_clear(client->table);
    client->epoch = epoch;
}

static int resync(struct client *client, uint64_t seq, char reason[REASON_SIZE])
{
    struct frame frame = {.type = FRAME_RESYNC, .seq = seq};

    client->state = CLIENT_RESYNCING;
    client->stats.resyncs++;
    return queue(client, &frame) ? fail(reason, "the server does not read what is sent to it") : 0;
}

static int handle_welcome(struct client *client, const struct frame *frame,
                          char reason[REASON_SIZE])
{
    if (client->welcome)
        return fail(reason, "a second WELCOME; expected one"); /* SES-6 */
    if (frame->welcome.version != WIRE_VERSION)
        return fail(reason, "WELCOME with a version that was not offered; expected 1");
    client->welcome = true;
    client->state = CLIENT_SNAPSHOT; /* the first one is awaited */
    client->instance = (uint32_t)(frame->epoch >> 32);
    /* SHM-16; NET-10: what another machine shares is not here */
    if (frame->welcome.shm[0] && client->pid && client->shell.map)
        client->shell.map(client->shell.arg, frame->welcome.shm, client->instance,
                          &client->addresses);
    return 0;
}

/* C3, SYN-8 */
static int handle_begin(struct client *client, char reason[REASON_SIZE])
{
    drop_shadow(client);
    client->shadow = table_create();
    client->state = CLIENT_SNAPSHOT;
    return client->shadow ? 0 : fail(reason, "no memory for a table");
}

static bool sum_fits(const struct table *table, const struct table_sum *sum)
{
    struct table_sum own = table_sum(table);

    return own.routes == sum->routes && own.macs == sum->macs && own.digest == sum->digest;
}

/* SES-5, SES-7, NET-8: once, when the table is synchronised for the first time. */
static int send_pid(struct client *client, char reason[REASON_SIZE])
{
    struct frame frame = {.type = FRAME_PID, .seq = client->seq, .pid = client->pid};

    if (client->registered || !client->pid)
        return 0;
    client->registered = true;
    return queue(client, &frame) ? fail(reason, "the server does not read what is sent to it") : 0;
}

static void synchronise(struct client *client, uint64_t seq)
{
    client->seq = seq;
    client->state = CLIENT_SYNCHRONISED;
    client->delay_ms = DELAY_FIRST_MS;
}

/* C4, SYN-6, SYN-9, SYN-10 */
static int handle_end(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    if (!client->shadow)
        return 0;
    if (!sum_fits(client->shadow, &frame->sum)) {
        drop_shadow(client);
        return resync(client, frame->seq, reason);
    }
    table_destroy(client->table);
    client->table = client->shadow;
    client->shadow = NULL;
    synchronise(client, frame->seq);
    return send_pid(client, reason);
}

/* C5, EPO-5: the epoch is not older, or the frame would not have come here. */
static int handle_flush(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    drop_shadow(client);
    table_clear(client->table);
    synchronise(client, frame->seq);
    return send_pid(client, reason);
}

/* ARP-16: a key is as a route, whose value is elsewhere unless it is a network client's. */
static int apply_arp(const struct client *client, struct table *table, const struct frame *frame)
{
    struct arp_entry entry = {.mac = frame->arp.mac,
                              .address = frame->arp.address,
                              .known = frame->arp.filled && !client->pid};

    return frame->op == OP_CREATE ? table_add_mac(table, &entry)
                                  : table_remove_mac(table, entry.mac);
}

static int apply(const struct client *client, struct table *table, const struct frame *frame)
{
    if (frame->type == FRAME_MAC)
        return apply_arp(client, table, frame);
    if (frame->op == OP_CREATE)
        return table_add(table, &frame->route);
    if (frame->op == OP_UPDATE)
        return table_replace(table, &frame->route);
    return table_remove(table, frame->route.prefix);
}

/* SYN-5: upserts and deletes, whatever the shadow holds. */
static int stage(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    struct table *shadow = client->shadow;
    int failed = apply(client, shadow, frame);

    if (failed && errno == EEXIST && frame->type == FRAME_ROUTE)
        failed = table_replace(shadow, &frame->route);
    else if (failed && errno == EEXIST)
        failed = table_remove_mac(shadow, frame->arp.mac) || apply_arp(client, shadow, frame);
    else if (failed && errno == ENOENT && frame->op == OP_UPDATE)
        failed = table_add(shadow, &frame->route);
    return failed && errno == ENOMEM ? fail(reason, "no memory for an entry") : 0;
}

static int handle_change(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    if (client->shadow)
        return stage(client, frame, reason);
    if (client->state != CLIENT_SYNCHRONISED)
        return 0; /* SYN-13: none until the next snapshot */
    if (frame->seq != client->seq + 1)
        return resync(client, frame->seq, reason);
    if (apply(client, client->table, frame)) {
        if (errno == ENOMEM)
            return fail(reason, "no memory for an entry");
        return resync(client, frame->seq, reason); /* SYN-14 */
    }
    client->seq = frame->seq;
    return 0;
}

/* SYN-18, SYN-19 */
static int handle_digest(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    if (client->shadow || client->state != CLIENT_SYNCHRONISED || frame->seq != client->seq ||
        sum_fits(client->table, &frame->sum))
        return 0;
    return resync(client, frame->seq, reason);
}

static int handle_error(const struct frame *frame, char reason[REASON_SIZE])
{
    if (frame->error.code == FAULT_PID)
        return 0; /* the connection stays */
    snprintf(reason, REASON_SIZE, "the server says error %u: %s", frame->error.code,
             frame->error.text);
    for (char *p = reason; *p; p++)
        *p = *p >= ' ' && *p <= '~' ? *p : '?'; /* it goes to a terminal */
    return -1;
}

static int handle(struct client *client, const struct frame *frame, char reason[REASON_SIZE])
{
    if (!client->welcome && frame->type != FRAME_WELCOME && frame->type != FRAME_ERROR &&
        frame->type != FRAME_BYE) {
        snprintf(reason, REASON_SIZE, "%s before WELCOME", frame_name(frame->type));
        return -1; /* SES-6 */
    }
    if (frame->epoch < client->epoch)
        return 0; /* C1, EPO-3 */
    if (frame->epoch > client->epoch)
        adopt(client, frame->epoch);
    switch (frame->type) {
    case FRAME_WELCOME:
        return handle_welcome(client, frame, reason);
    case FRAME_SNAPSHOT_BEGIN:
        return handle_begin(client, reason);
    case FRAME_SNAPSHOT_END:
        return handle_end(client, frame, reason);
    case FRAME_ROUTE:
    case FRAME_MAC:
        return handle_change(client, frame, reason);
    case FRAME_FLUSH:
        return handle_flush(client, frame, reason);
    case FRAME_DIGEST:
        return handle_digest(client, frame, reason);
    case FRAME_ERROR:
        return handle_error(frame, reason);
    default: /* the decoder lets only BYE through */
        return fail(reason, "the server said BYE");
    }
}

int client_receive(struct client *client, const uint8_t *bytes, size_t size,
                   char reason[REASON_SIZE])
{
    struct frame frame;
    int got;

    reason[0] = 0;
    while ((got = frame_next(&client->input, &bytes, &size, &frame, reason)) > 0)
        if (handle(client, &frame, reason))
            return -1;
    return got;
}

bool client_signal(struct client *client)
{
    uint64_t epoch;

    if (!client->shell.take_signal || !client->shell.take_signal(client->shell.arg))
        return false;
    epoch = arp_epoch(&client->addresses); /* behind the signal, once: C7, FLU-15 */
    if (!client->welcome || epoch <= client->epoch)
        return false; /* FLU-10, FLU-16 */
    adopt(client, epoch);
    return true;
}

uint32_t client_disconnect(struct client *client)
{
    uint32_t delay = client->delay_ms;

    unmap(client);
    drop_shadow(client);
    table_clear(client->table);
    buffer_finish(&client->output);
    client->input.have = 0;
    client->connected = client->welcome = client->registered = false;
    client->epoch = client->seq = 0;
    client->state = CLIENT_CONNECTING;
    client->delay_ms = delay * 2 < DELAY_LAST_MS ? delay * 2 : DELAY_LAST_MS;
    return delay;
}

void client_farewell(struct client *client)
{
    struct frame bye = {.type = FRAME_BYE, .seq = client->seq};

    if (client->connected)
        queue(client, &bye);
}

const char *client_state_name(enum client_state state)
{
    static const char *const names[] = {
        [CLIENT_CONNECTING] = "connecting",
        [CLIENT_SNAPSHOT] = "snapshot",
        [CLIENT_RESYNCING] = "resyncing",
        [CLIENT_SYNCHRONISED] = "synchronised",
    };

    return names[state];
}
