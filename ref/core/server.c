/* SPDX-License-Identifier: MIT */
#include "core/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int server_init(struct server *server, uint32_t instance, size_t bound)
{
    *server = (struct server){.origin = {.epoch = (uint64_t)instance << 32, .walk_unit = WALK_UNIT},
                              .next_number = 1};
    list_init(&server->peers);
    list_init(&server->ready);
    list_init(&server->drained);
    for (int i = 0; i < AUDIENCES; i++)
        journal_init(&server->origin.journals[i], bound);
    server->origin.table = table_create();
    return server->origin.table ? 0 : -1;
}

void server_share(struct server *server, void *memory, uint32_t capacity, const char *name)
{
    struct origin *origin = &server->origin;

    arp_open(&origin->arp, memory, capacity, origin->epoch);
    snprintf(origin->shm, sizeof(origin->shm), "%s", name);
}

void server_finish(struct server *server)
{
    for (int i = 0; i < AUDIENCES; i++)
        journal_finish(&server->origin.journals[i]);
    table_destroy(server->origin.table);
}

/* Files the peer by whether it has output; not for one that the shell holds back. */
static void file(struct server *server, struct peer *peer)
{
    list_append(peer_has_output(peer) ? &server->ready : &server->drained, &peer->ready);
}

/* ROB-3 */
static void drop_laggards(struct server *server, const struct journal *journal)
{
    struct cursor *laggard;

    while ((laggard = journal_laggard(journal))) {
        struct peer *peer = LIST_OWNER(laggard, struct peer, cursor);

        server->stats.backlogs_dropped++;
        if (server->leaving)
            peer_dismiss(peer, &server->origin);
        else
            peer_restart(peer, &server->origin);
    }
}

/* Room for one more frame wherever somebody listens. */
static bool room(struct server *server)
{
    for (int i = 0; i < AUDIENCES; i++) {
        struct journal *journal = &server->origin.journals[i];

        if (journal->cursors && !journal_reserve(journal, WIRE_FRAME_MAX))
            return false;
    }
    return true;
}

/* Adds a frame to the journals; there is room. */
static void publish(struct server *server, struct frame *frame)
{
    frame->epoch = server->origin.epoch;
    frame->seq = server->origin.seq;
    for (int i = 0; i < AUDIENCES; i++) {
        struct journal *journal = &server->origin.journals[i];

        if (!journal->cursors)
            continue;
        if (frame->type == FRAME_MAC) /* ARP-14, NET-6 */
            frame->arp.filled = i == AUDIENCE_NETWORK && frame->op == OP_CREATE;
        journal_commit(journal, frame_encode(frame, journal_reserve(journal, WIRE_FRAME_MAX)));
        list_splice(&server->ready, &server->drained);
        drop_laggards(server, journal);
    }
}

static int apply_route(struct table *table, enum frame_op op, const struct route *route)
{
    if (op == OP_CREATE)
        return table_add(table, route);
    if (op == OP_UPDATE)
        return table_replace(table, route);
    return table_remove(table, route->prefix);
}

static enum refusal refusal_of(int error)
{
    return error == EEXIST ? REFUSED_EXISTS : error == ENOENT ? REFUSED_ABSENT : REFUSED_MEMORY;
}

static void publish_digest(struct server *server)
{
    struct frame frame = {.type = FRAME_DIGEST, .sum = table_sum(server->origin.table)};

    if (room(server))
        publish(server, &frame);
    server->since_digest = 0;
}

static enum refusal refused(struct server *server, enum refusal refusal)
{
    server->stats.changes_refused++;
    return refusal;
}

/* The table has changed: numbers the change and tells it. */
static void changed(struct server *server, struct frame *frame)
{
    server->origin.seq++;
    server->stats.changes++;
    publish(server, frame);
    if (++server->since_digest == WIRE_DIGEST_EVERY)
        publish_digest(server);
}

enum refusal server_change(struct server *server, enum frame_op op, const struct route *route)
{
    struct frame frame; /* to clear all of it takes longer than to fill in what counts */

    frame.type = FRAME_ROUTE;
    frame.op = op;
    frame.route = *route;
    /* Room first, so that what is accepted can be told to all: SYN-11 */
    if (!room(server) || apply_route(server->origin.table, op, route))
        return refused(server, refusal_of(errno));
    changed(server, &frame);
    return REFUSED_NOT;
}

/* ARP-3, SHM-13, SHM-14 */
enum refusal server_hinders_arp(const struct server *server, uint64_t mac)
{
    const struct origin *origin = &server->origin;

    if (!origin->arp.header)
        return REFUSED_UNAVAILABLE;
    if (table_find_mac(origin->table, mac, NULL))
        return REFUSED_EXISTS;
    return arp_full(&origin->arp) ? REFUSED_FULL : REFUSED_NOT;
}

static enum refusal add_arp(struct server *server, const struct arp_entry *entry)
{
    enum refusal refusal = server_hinders_arp(server, entry->mac);
    struct origin *origin = &server->origin;
    struct arp_entry placed = {.mac = entry->mac, .address = entry->address, .known = true};

    if (refusal)
        return refusal;
    if (table_reserve(origin->table, 0, 1))
        return REFUSED_MEMORY;
    placed.slot = arp_put(&origin->arp, entry->mac, entry->address);
    table_add_mac(origin->table, &placed); /* there is room */
    return REFUSED_NOT;
}

static enum refusal delete_arp(struct origin *origin, uint64_t mac)
{
    struct arp_entry entry;

    if (!table_find_mac(origin->table, mac, &entry))
        return REFUSED_ABSENT;
    table_remove_mac(origin->table, mac);
    arp_take(&origin->arp, entry.slot);
    return REFUSED_NOT;
}

enum refusal server_change_arp(struct server *server, enum frame_op op,
                               const struct arp_entry *entry)
{
    struct origin *origin = &server->origin;
    struct frame frame = {.type = FRAME_MAC, .op = op, .arp = {entry->mac, entry->address, false}};
    enum refusal refusal;

    if (!room(server))
        return refused(server, REFUSED_MEMORY);
    refusal = op == OP_CREATE ? add_arp(server, entry) : delete_arp(origin, entry->mac);
    if (refusal)
        return refused(server, refusal);
    changed(server, &frame); /* behind the slot: SHM-9, SHM-10 */
    return REFUSED_NOT;
}

static struct peer *peer_of(struct link *link)
{
    return LIST_OWNER(link, struct peer, link);
}

static void empty_tables(struct server *server)
{
    table_clear(server->origin.table);
    arp_empty(&server->origin.arp);
}

static void begin_epoch(struct server *server)
{
    arp_publish(&server->origin.arp, ++server->origin.epoch);
    server->origin.seq++;
    server->stats.changes++;
}

/* S3, S6: the walks end first, since a peer that falls behind by this very frame gets a new one. */
static void publish_flush(struct server *server)
{
    struct frame frame = {.type = FRAME_FLUSH};
    struct link *peers = &server->peers;

    for (struct link *link = peers->next; link != peers; link = link->next)
        peer_stop_walk(peer_of(link));
    publish(server, &frame);
    for (struct link *link = peers->next; link != peers; link = link->next)
        peer_flushed(peer_of(link));
}

static uint32_t signal_registered(struct server *server)
{
    const struct registrar *registrar = &server->origin.registrar;
    struct link *peers = &server->peers;
    uint32_t signalled = 0;

    for (struct link *link = peers->next; link != peers; link = link->next)
        if (registry_signal(registrar, peer_of(link)))
            signalled++;
    return signalled;
}

/* The order is that of S2: tables, epoch, frames, signals. */
enum refusal server_flush(struct server *server, uint32_t *signalled)
{
    if (!room(server))
        return REFUSED_MEMORY;
    empty_tables(server);
    begin_epoch(server);
    publish_flush(server);
    *signalled = signal_registered(server);
    if (++server->since_digest == WIRE_DIGEST_EVERY)
        publish_digest(server);
    return REFUSED_NOT;
}

void server_idle(struct server *server)
{
    if (server->since_digest > 0)
        publish_digest(server);
}

struct peer *server_join(struct server *server, void *owner, enum audience audience,
                         uint32_t kernel_pid)
{
    struct peer *peer = malloc(sizeof(*peer));

    if (!peer)
        return NULL;
    peer_init(peer, owner, server->next_number++, audience, kernel_pid);
    list_append(&server->peers, &peer->link);
    server->peer_count++;
    server->stats.clients_joined++;
    return peer;
}

void server_leave(struct server *server, struct peer *peer)
{
    peer_finish(peer, &server->origin);
    server->peer_count--;
    free(peer);
}

int server_receive(struct server *server, struct peer *peer, const uint8_t *bytes, size_t size,
                   char reason[REASON_SIZE])
{
    bool blocked = list_empty(&peer->ready) && peer->state != PEER_OPENING;
    int result = peer_receive(peer, &server->origin, bytes, size, reason);

    if (result)
        server->stats.clients_refused++;
    if (!blocked && peer->state != PEER_OPENING)
        file(server, peer);
    return result;
}

void server_take_ready(struct server *server, struct link *turn)
{
    list_init(turn);
    list_splice(turn, &server->ready);
}

void server_sent_all(struct server *server, struct peer *peer)
{
    file(server, peer);
}

void server_blocked(struct peer *peer)
{
    list_remove(&peer->ready);
}

void server_farewell(struct server *server)
{
    struct frame bye = {.type = FRAME_BYE};

    server->leaving = true;
    for (struct link *link = server->peers.next; link != &server->peers; link = link->next) {
        struct peer *peer = peer_of(link);

        peer_farewell(peer, &server->origin);
        if (peer->state == PEER_OPENING)
            file(server, peer);
    }
    server_idle(server);
    if (room(server))
        publish(server, &bye);
    for (struct link *link = server->peers.next; link != &server->peers; link = link->next)
        if (peer_of(link)->state != PEER_PARTED)
            peer_of(link)->state = PEER_CLOSING;
}
