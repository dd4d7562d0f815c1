/* SPDX-License-Identifier: MIT */
#include "core/peer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { OUTPUT_UNIT = 64 * 1024 };

void peer_init(struct peer *peer, void *owner, uint64_t number)
{
    *peer = (struct peer){.owner = owner, .number = number, .input.sender = SIDE_CLIENT};
    list_init(&peer->link);
    list_init(&peer->ready);
    list_init(&peer->cursor.link);
}

void peer_finish(struct peer *peer, struct origin *origin)
{
    journal_detach(&origin->journal, &peer->cursor);
    list_remove(&peer->link);
    list_remove(&peer->ready);
    buffer_finish(&peer->own);
}

/* Appends a frame to the peer's own buffer; -1 if there is no memory. */
static int own_frame(struct peer *peer, const struct origin *origin, struct frame *frame)
{
    char *room = buffer_reserve(&peer->own, WIRE_FRAME_MAX);

    if (!room)
        return -1;
    frame->epoch = origin->epoch;
    buffer_commit(&peer->own, frame_encode(frame, (uint8_t *)room));
    return 0;
}

/* The peer gets no more changes. */
static void silence(struct peer *peer, struct origin *origin, enum peer_state state)
{
    peer->walking = false;
    peer->state = state;
    journal_detach(&origin->journal, &peer->cursor);
}

static int out_of_memory(struct peer *peer, struct origin *origin, char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "no memory for this client");
    silence(peer, origin, PEER_CLOSING);
    return -1;
}

/* Drops all output that has not begun, but what must be kept: the frame that is partly sent is
 * finished first, wherever it lies (ROB-3). The caller then moves the cursor off its place. */
static int drop_output(struct peer *peer)
{
    const uint8_t *data = (const uint8_t *)peer->own.data, *frame;
    size_t keep, sent;

    if (buffer_size(&peer->own) > 0) {
        keep = frame_rest(data, data + peer->own.start);
        keep = keep > peer->kept ? keep : peer->kept;
        peer->own.end = peer->own.start + keep;
        buffer_consume(&peer->own, 0);
    } else {
        sent = journal_partial(&peer->cursor, &frame);
        if (sent > 0 && buffer_append(&peer->own, frame, frame_length(frame)))
            return -1;
        buffer_consume(&peer->own, sent);
        keep = buffer_size(&peer->own);
    }
    peer->kept = keep;
    return 0;
}

/* Closes the session with an ERROR as its last frame. */
static int fail(struct peer *peer, struct origin *origin, enum frame_error code,
                char reason[REASON_SIZE])
{
    struct frame frame = {.type = FRAME_ERROR, .seq = origin->seq, .error.code = (uint16_t)code};

    snprintf(frame.error.text, sizeof(frame.error.text), "%.*s", (int)sizeof(frame.error.text) - 1,
             reason);
    if (drop_output(peer) || own_frame(peer, origin, &frame))
        return out_of_memory(peer, origin, reason);
    silence(peer, origin, PEER_CLOSING);
    return -1;
}

__attribute__((format(printf, 4, 5))) static int unexpected(struct peer *peer,
                                                            struct origin *origin,
                                                            char reason[REASON_SIZE],
                                                            const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason, REASON_SIZE, format, args);
    va_end(args);
    return fail(peer, origin, FAULT_UNEXPECTED, reason);
}

/* SYN-1, SYN-4, S7: whole frames not yet begun are gone, the cursor is at the head. */
static int begin_snapshot(struct peer *peer, struct origin *origin)
{
    struct frame begin = {.type = FRAME_SNAPSHOT_BEGIN, .seq = origin->seq};

    if (drop_output(peer))
        return -1;
    journal_skip(&origin->journal, &peer->cursor);
    peer->walking = true;
    peer->walked_any = false;
    peer->reached = (struct prefix){0};
    peer->reached_seq = origin->seq;
    return own_frame(peer, origin, &begin);
}

static int handle_hello(struct peer *peer, struct origin *origin, const struct frame *frame,
                        char reason[REASON_SIZE])
{
    struct frame welcome = {.type = FRAME_WELCOME, .welcome.version = WIRE_VERSION};

    if (peer->state != PEER_OPENING)
        return unexpected(peer, origin, reason, "a second HELLO; expected one");
    if (frame->hello.version_min > WIRE_VERSION || frame->hello.version_max < WIRE_VERSION) {
        snprintf(reason, REASON_SIZE, "versions %u to %u; expected a range that holds %d",
                 frame->hello.version_min, frame->hello.version_max, WIRE_VERSION);
        return fail(peer, origin, FAULT_VERSION, reason); /* SES-3 */
    }
    welcome.seq = origin->seq;
    if (journal_attach(&origin->journal, &peer->cursor) || own_frame(peer, origin, &welcome))
        return out_of_memory(peer, origin, reason);
    peer->kept = buffer_size(&peer->own);
    peer->state = PEER_SNAPSHOT;
    return begin_snapshot(peer, origin) ? out_of_memory(peer, origin, reason) : 0;
}

static int handle_pid(struct peer *peer, struct origin *origin, const struct frame *frame,
                      char reason[REASON_SIZE])
{
    if (!peer->ended)
        return unexpected(peer, origin, reason, "PID before SNAPSHOT_END; expected it after");
    if (peer->pid)
        return unexpected(peer, origin, reason, "a second PID; expected one");
    peer->pid = frame->pid;
    return 0;
}

static int handle_resync(struct peer *peer, struct origin *origin, const struct frame *frame,
                         char reason[REASON_SIZE])
{
    if (peer->answered && frame->seq == peer->answer_seq) { /* SYN-21 */
        snprintf(reason, REASON_SIZE,
                 "a second mismatch in a row, at seq %" PRIu64 "; expected equal digests",
                 frame->seq);
        return fail(peer, origin, FAULT_DIGEST, reason);
    }
    peer->answered = false;
    peer->answers_resync = true;
    if (peer->ended)
        peer->state = PEER_RESYNCING;
    return begin_snapshot(peer, origin) ? out_of_memory(peer, origin, reason) : 0;
}

/* SES-10: forgotten at once. */
static int handle_bye(struct peer *peer, struct origin *origin)
{
    silence(peer, origin, drop_output(peer) ? PEER_CLOSING : PEER_PARTED);
    return 0;
}

static int handle(struct peer *peer, struct origin *origin, const struct frame *frame,
                  char reason[REASON_SIZE])
{
    if (peer->state == PEER_PARTED)
        return unexpected(peer, origin, reason, "%s after BYE; expected nothing",
                          frame_name(frame->type));
    if (frame->type == FRAME_HELLO)
        return handle_hello(peer, origin, frame, reason);
    if (peer->state == PEER_OPENING)
        return unexpected(peer, origin, reason, "%s before HELLO; expected HELLO",
                          frame_name(frame->type));
    if (frame->type == FRAME_PID)
        return handle_pid(peer, origin, frame, reason);
    if (frame->type == FRAME_RESYNC)
        return handle_resync(peer, origin, frame, reason);
    return handle_bye(peer, origin);
}

int peer_receive(struct peer *peer, struct origin *origin, const uint8_t *bytes, size_t size,
                 char reason[REASON_SIZE])
{
    struct frame frame;
    int got;

    reason[0] = 0;
    if (peer->state == PEER_CLOSING)
        return 0; /* what comes now changes nothing */
    while ((got = frame_next(&peer->input, &bytes, &size, &frame, reason)) > 0)
        if (handle(peer, origin, &frame, reason))
            return -1;
    return got < 0 ? fail(peer, origin, FAULT_MALFORMED, reason) : 0; /* FRM-8 */
}

void peer_restart(struct peer *peer, struct origin *origin)
{
    if (peer->ended)
        peer->state = PEER_RESYNCING;
    if (begin_snapshot(peer, origin))
        silence(peer, origin, PEER_CLOSING);
}

void peer_farewell(struct peer *peer, const struct origin *origin)
{
    struct frame bye = {.type = FRAME_BYE, .seq = origin->seq};

    peer->walking = false;
    if (peer->state == PEER_OPENING)
        own_frame(peer, origin, &bye);
}

static int end_snapshot(struct peer *peer, const struct origin *origin)
{
    struct frame end = {
        .type = FRAME_SNAPSHOT_END, .seq = origin->seq, .sum = table_sum(origin->table)};

    if (own_frame(peer, origin, &end))
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

/* S5 (b): all before it is sent, so what the walk reads is the table at the journal's head. */
static int walk_step(struct peer *peer, const struct origin *origin)
{
    struct frame frame = {.type = FRAME_ROUTE, .op = OP_CREATE, .epoch = origin->epoch}; /* SYN-3 */
    struct table_cursor cursor;
    uint8_t *room = (uint8_t *)buffer_reserve(&peer->own, OUTPUT_UNIT);
    size_t size = 0;
    bool more = true;

    if (!room)
        return -1;
    peer->kept = 0;
    table_seek(&cursor, origin->table, peer->reached, !peer->walked_any);
    while (size + WIRE_FRAME_MAX <= OUTPUT_UNIT && (more = table_next(&cursor, &frame.route)))
        size += frame_encode(&frame, room + size);
    if (size > 0) {
        peer->reached = frame.route.prefix; /* at the end it still holds the last one */
        peer->walked_any = true;
        buffer_commit(&peer->own, size);
    }
    return more ? 0 : end_snapshot(peer, origin);
}

int peer_output(struct peer *peer, struct origin *origin, struct iovec *iov, int max)
{
    size_t size = buffer_size(&peer->own);
    int count = 0;

    if (peer->walking && size == 0 && journal_drained(&peer->cursor)) {
        if (walk_step(peer, origin))
            silence(peer, origin, PEER_CLOSING);
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
        journal_advance(&origin->journal, &peer->cursor, size - own);
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
    return frame.type == FRAME_ROUTE ? frame.seq - 1 : frame.seq;
}

const char *peer_state_name(const struct peer *peer)
{
    static const char *const names[] = {
        [PEER_OPENING] = "connecting",  [PEER_SNAPSHOT] = "snapshot",
        [PEER_RESYNCING] = "resyncing", [PEER_SYNCHRONISED] = "synchronised",
        [PEER_PARTED] = "closing",      [PEER_CLOSING] = "closing",
    };

    return names[peer->state];
}
