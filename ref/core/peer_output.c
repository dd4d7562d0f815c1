/* SPDX-License-Identifier: MIT */
#include "core/peer_output.h"

enum { OUTPUT_UNIT = 192 * 1024 }; /* about what a socket takes at once: readers wake less often */

static uint64_t next_epoch(const struct peer *peer, const struct origin *origin)
{
    const uint8_t *bytes;

    if (journal_drained(&peer->cursor))
        return origin->epoch;
    journal_partial(&peer->cursor, &bytes);
    return frame_epoch(bytes);
}

int peer_queue(struct peer *peer, const struct origin *origin, struct frame *frame)
{
    char *room = buffer_reserve(&peer->own, WIRE_FRAME_MAX);

    if (!room)
        return -1;
    frame->epoch = next_epoch(peer, origin);
    buffer_commit(&peer->own, frame_encode(frame, (uint8_t *)room));
    return 0;
}

void peer_silence(struct peer *peer, struct origin *origin, enum peer_state state)
{
    registry_strike(&origin->registrar, peer);
    peer->walking = false;
    peer->state = state;
    journal_detach(journal_of(peer, origin), &peer->cursor);
}

int peer_settle(struct peer *peer, struct origin *origin)
{
    const uint8_t *frame;
    size_t sent = 0, length;

    if (buffer_size(&peer->own) == 0)
        sent = journal_partial(&peer->cursor, &frame);
    if (sent == 0)
        return 0;
    length = frame_length(frame);
    if (buffer_append(&peer->own, frame, length))
        return -1;
    buffer_consume(&peer->own, sent);
    journal_advance(journal_of(peer, origin), &peer->cursor, length - sent);
    return 0;
}

int peer_drop(struct peer *peer, struct origin *origin)
{
    const uint8_t *data;
    size_t rest;

    if (peer_settle(peer, origin))
        return -1;
    if (buffer_size(&peer->own) > 0) {
        data = (const uint8_t *)peer->own.data;
        rest = frame_rest(data, data + peer->own.start);
        peer->kept = rest > peer->kept ? rest : peer->kept;
        peer->own.end = peer->own.start + peer->kept;
        buffer_consume(&peer->own, 0);
    }
    return 0;
}

int peer_snapshot(struct peer *peer, struct origin *origin)
{
    struct frame begin = {.type = FRAME_SNAPSHOT_BEGIN, .seq = origin->seq};

    if (peer_drop(peer, origin))
        return -1;
    journal_skip(journal_of(peer, origin), &peer->cursor);
    peer->walking = true;
    peer->walked_routes = false;
    peer->next_mac = 0;
    peer->reached = 0;
    peer->reached_seq = origin->seq;
    return peer_queue(peer, origin, &begin);
}

static int end_snapshot(struct peer *peer, const struct origin *origin)
{
    struct frame end = {
        .type = FRAME_SNAPSHOT_END, .seq = origin->seq, .sum = table_sum(origin->table)};

    if (peer_queue(peer, origin, &end))
        return -1;
    if (peer->answers_resync) {
        peer->answered = true;
        peer->answer_seq = origin->seq;
    }
    peer->answers_resync = peer->walking = false;
    peer->ended = true;
    peer->state = PEER_SYNCHRONISED;
    return 0;
}

/* The next routes of the table, up to a unit of the walk; gives their size. Their order is that in
 * which they lie in memory: whoever fills a table anew needs no other, and a walk in order would
 * wait for memory at every step. SYN-3 */
static size_t walk_routes(struct peer *peer, const struct origin *origin, uint8_t *room)
{
    const struct frame frame = {.type = FRAME_ROUTE, .op = OP_CREATE, .epoch = origin->epoch};
    struct route_view routes[64];
    const size_t unit = origin->walk_unit, fit = unit / FRAME_SIZE_ROUTE;
    const size_t held = sizeof(routes) / sizeof(*routes), most = fit < held ? fit : held;
    size_t size = 0;
    int count;

    do {
        count = table_scan(origin->table, &peer->reached, routes, (int)most);
        size += frame_encode_routes(&frame, routes, count, room + size);
    } while (count > 0 && size + most * FRAME_SIZE_ROUTE <= unit);
    peer->walked_routes = count == 0;
    return size;
}

/* The next keys of the ARP table, appended to what the routes have left of the room; gives the new
 * size. ARP-13 */
static size_t walk_macs(struct peer *peer, const struct origin *origin, uint8_t *room, size_t size,
                        bool *more)
{
    struct frame frame = {.type = FRAME_MAC, .op = OP_CREATE, .epoch = origin->epoch};
    struct macs_cursor cursor;
    struct arp_entry entry;

    frame.arp.filled = peer->audience == AUDIENCE_NETWORK; /* ARP-14, NET-6 */
    table_seek_mac(&cursor, origin->table, peer->next_mac);
    while (size + WIRE_FRAME_MAX <= origin->walk_unit && (*more = macs_next(&cursor, &entry))) {
        frame.arp.mac = entry.mac;
        frame.arp.address = entry.address;
        peer->next_mac = entry.mac + 1;
        size += frame_encode(&frame, room + size);
    }
    return size;
}

/* S5 (b): all before it is sent, so what the walk reads is the table at the journal's head. */
static int walk_step(struct peer *peer, const struct origin *origin)
{
    uint8_t *room = (uint8_t *)buffer_reserve(&peer->own, origin->walk_unit);
    size_t size = 0;
    bool more = true;

    if (!room)
        return -1;
    peer->kept = 0;
    if (!peer->walked_routes)
        size = walk_routes(peer, origin, room);
    if (peer->walked_routes)
        size = walk_macs(peer, origin, room, size, &more);
    buffer_commit(&peer->own, size);
    return more ? 0 : end_snapshot(peer, origin);
}

int peer_output(struct peer *peer, struct origin *origin, struct iovec *iov, int max)
{
    size_t size = buffer_size(&peer->own);
    int count = 0;

    if (peer->walking && size == 0 && journal_drained(&peer->cursor)) {
        if (walk_step(peer, origin))
            peer_silence(peer, origin, PEER_CLOSING);
        size = buffer_size(&peer->own);
    }
    if (size > 0)
        iov[count++] = (struct iovec){peer->own.data + peer->own.start, size};
    if (size < OUTPUT_UNIT / 2 && peer->cursor.chunk)
        count += journal_read(&peer->cursor, iov + count, max - count, OUTPUT_UNIT - size);
    return count;
}

void peer_sent(struct peer *peer, struct origin *origin, size_t size)
{
    size_t own = buffer_size(&peer->own);

    own = own < size ? own : size;
    buffer_consume(&peer->own, own);
    peer->kept -= peer->kept < own ? peer->kept : own;
    if (buffer_size(&peer->own) == 0 && !peer->walking)
        buffer_finish(&peer->own); /* an idle client costs no buffer */
    if (size > own)
        journal_advance(journal_of(peer, origin), &peer->cursor, size - own);
}

bool peer_has_output(const struct peer *peer)
{
    return buffer_size(&peer->own) > 0 || peer->walking || !journal_drained(&peer->cursor);
}

size_t peer_backlog(const struct peer *peer)
{
    return buffer_size(&peer->own) + journal_backlog(&peer->cursor);
}

uint64_t peer_seq(const struct peer *peer, const struct origin *origin)
{
    const uint8_t *bytes;
    struct frame frame;
    char reason[REASON_SIZE];

    if (peer->walking)
        return peer->reached_seq;
    if (journal_drained(&peer->cursor))
        return origin->seq;
    journal_partial(&peer->cursor, &bytes);
    if (frame_decode(bytes, frame_length(bytes), SIDE_SERVER, &frame, reason))
        return 0;
    return frame.type == FRAME_ROUTE || frame.type == FRAME_MAC || frame.type == FRAME_FLUSH
               ? frame.seq - 1
               : frame.seq;
}
