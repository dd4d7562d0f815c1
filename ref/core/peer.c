/* SPDX-License-Identifier: MIT */
#include "core/peer_output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void peer_init(struct peer *peer, void *owner, uint64_t number, enum audience audience,
               uint32_t kernel_pid)
{
    *peer = (struct peer){.owner = owner,
                          .number = number,
                          .audience = audience,
                          .kernel_pid = kernel_pid,
                          .input.sender = SIDE_CLIENT};
    list_init(&peer->link);
    list_init(&peer->ready);
    list_init(&peer->cursor.link);
}

void peer_finish(struct peer *peer, struct origin *origin)
{
    registry_strike(&origin->registrar, peer);
    journal_detach(journal_of(peer, origin), &peer->cursor);
    list_remove(&peer->link);
    list_remove(&peer->ready);
    buffer_finish(&peer->own);
}

static int out_of_memory(struct peer *peer, struct origin *origin, char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "no memory for this client");
    peer_silence(peer, origin, PEER_CLOSING);
    return -1;
}

/* Closes the session with an ERROR as its last frame. */
static int fail(struct peer *peer, struct origin *origin, enum frame_error code,
                char reason[REASON_SIZE])
{
    struct frame frame = {.type = FRAME_ERROR, .seq = origin->seq, .error.code = (uint16_t)code};

    snprintf(frame.error.text, sizeof(frame.error.text), "%.*s", (int)sizeof(frame.error.text) - 1,
             reason);
    if (peer_drop(peer, origin))
        return out_of_memory(peer, origin, reason);
    peer_silence(peer, origin, PEER_CLOSING);
    if (peer_queue(peer, origin, &frame))
        return out_of_memory(peer, origin, reason);
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
    if (peer->audience == AUDIENCE_LOCAL) /* NET-7 */
        memcpy(welcome.welcome.shm, origin->shm, SHM_NAME);
    if (journal_attach(journal_of(peer, origin), &peer->cursor) ||
        peer_queue(peer, origin, &welcome))
        return out_of_memory(peer, origin, reason);
    peer->kept = buffer_size(&peer->own);
    peer->state = PEER_SNAPSHOT;
    return peer_snapshot(peer, origin) ? out_of_memory(peer, origin, reason) : 0;
}

/* SES-14: the session goes on, so this is told between the frames that are on their way. */
static int refuse_pid(struct peer *peer, struct origin *origin, uint32_t pid,
                      char reason[REASON_SIZE])
{
    struct frame frame = {.type = FRAME_ERROR, .seq = origin->seq, .error.code = FAULT_PID};

    if (peer->audience == AUDIENCE_NETWORK) /* NET-9 */
        snprintf(frame.error.text, sizeof(frame.error.text),
                 "pid %" PRIu32 " from the network is nobody's here; expected no PID", pid);
    else
        snprintf(frame.error.text, sizeof(frame.error.text),
                 "pid %" PRIu32 " is not this client's; expected %" PRIu32, pid, peer->kernel_pid);
    if (peer_settle(peer, origin) || peer_queue(peer, origin, &frame))
        return out_of_memory(peer, origin, reason);
    peer->kept = buffer_size(&peer->own);
    return 0;
}

static int handle_pid(struct peer *peer, struct origin *origin, const struct frame *frame,
                      char reason[REASON_SIZE])
{
    if (!peer->ended)
        return unexpected(peer, origin, reason,
                          "PID before SNAPSHOT_END or FLUSH; expected it after");
    if (peer->pid_came)
        return unexpected(peer, origin, reason, "a second PID; expected one");
    peer->pid_came = true;
    if (peer->audience == AUDIENCE_NETWORK || frame->pid == 0 || frame->pid != peer->kernel_pid)
        return refuse_pid(peer, origin, frame->pid, reason);
    registry_enrol(&origin->registrar, peer);
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
    return peer_snapshot(peer, origin) ? out_of_memory(peer, origin, reason) : 0;
}

/* SES-10, REG-5: forgotten at once. */
static int handle_bye(struct peer *peer, struct origin *origin)
{
    peer_silence(peer, origin, peer_drop(peer, origin) ? PEER_CLOSING : PEER_PARTED);
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
    if (peer_snapshot(peer, origin))
        peer_silence(peer, origin, PEER_CLOSING);
}

void peer_stop_walk(struct peer *peer)
{
    peer->walking = false;
}

void peer_flushed(struct peer *peer)
{
    if (peer->walking || !peer->cursor.chunk)
        return;
    peer->state = PEER_SYNCHRONISED;
    peer->ended = true;
    peer->answers_resync = false;
}

void peer_farewell(struct peer *peer, const struct origin *origin)
{
    struct frame bye = {.type = FRAME_BYE, .seq = origin->seq};

    peer->walking = false;
    if (peer->state == PEER_OPENING)
        peer_queue(peer, origin, &bye);
}

void peer_dismiss(struct peer *peer, struct origin *origin)
{
    struct frame bye = {.type = FRAME_BYE, .seq = origin->seq};

    int failed = peer_drop(peer, origin);

    peer_silence(peer, origin, PEER_CLOSING);
    if (!failed)
        peer_queue(peer, origin, &bye);
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
