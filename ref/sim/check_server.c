/* SPDX-License-Identifier: MIT */
#include "sim/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/knob.h"
#include "sim/line.h"

enum { OWN_FRAMES = 8 }; /* control frames that may wait before a step of a snapshot */

void check_answer(struct serving *serving, const char *what, enum refusal wanted,
                  enum refusal refusal)
{
    if (refusal != wanted)
        world_fail(serving->world, CLASS_ANSWER, "%s is answered with \"%s\", expected \"%s\"",
                   what, refusal_name(refusal), refusal_name(wanted));
    check_server(serving);
}

void check_server(struct serving *serving)
{
    state_t wanted = history_now(&serving->history), state;
    bool strange = false;

    state = universe_read(serving->core.origin.table, false, &strange);
    mix(serving->world, state);
    if (strange || state != wanted)
        world_fail(serving->world, CLASS_TABLE,
                   "the server's table is %014" PRIx64 ", accepted was %014" PRIx64, state, wanted);
}

void check_bounds(struct serving *serving, const struct line *line)
{
    const uint32_t *knobs = serving->world->knobs;
    size_t journal, own;

    if (!line->peer)
        return;
    journal = journal_backlog(&line->peer->cursor);
    own = buffer_size(&line->peer->own);
    if (journal > knobs[KNOB_JOURNAL] + 2 * knobs[KNOB_CHUNK] ||
        own > knobs[KNOB_WALK] + OWN_FRAMES * TAP_FRAME)
        world_fail(serving->world, CLASS_BOUND,
                   "a client has %zu bytes in the journal and %zu of its own; the bounds are %u"
                   " and %u",
                   journal, own, knobs[KNOB_JOURNAL] + 2 * knobs[KNOB_CHUNK],
                   knobs[KNOB_WALK] + OWN_FRAMES * TAP_FRAME);
}

__attribute__((format(printf, 3, 4))) static void fail(struct line *line, enum class class,
                                                       const char *format, ...)
{
    struct world *world = line->serving->world;
    char why[160];
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof(why), format, args);
    va_end(args);
    world_fail(world, class, "to %s: %s",
               actor_name(world->kernel.sockets[line - world->lines].client), why);
}

/* The sum in the frame is that of the tables at that change. */
static void check_sum(struct line *line, uint64_t seq)
{
    const uint8_t *body = line->sent.bytes + TAP_HEADER;
    struct table_sum sum = universe_sum(line->serving->history.states[seq]);

    if (seq != line->seq)
        fail(line, CLASS_NUMBER, "END or DIGEST of change %" PRIu64 " behind change %" PRIu64, seq,
             line->seq);
    if (tap_number(body, 4) != sum.routes || tap_number(body + 4, 4) != sum.macs ||
        tap_number(body + 8, 8) != sum.digest)
        fail(line, CLASS_SNAPSHOT, "the digest at change %" PRIu64 " is not that of the tables",
             seq);
}

static void check_next(struct line *line, uint64_t seq)
{
    if (seq != line->seq + 1)
        fail(line, CLASS_NUMBER, "change %" PRIu64 " behind change %" PRIu64, seq, line->seq);
    line->seq = seq;
}

static void check_end(struct line *line, uint64_t seq)
{
    if (!line->within_snapshot)
        fail(line, CLASS_SNAPSHOT, "SNAPSHOT_END %" PRIu64 " outside a snapshot", seq);
    line->within_snapshot = false;
    check_sum(line, seq);
}

/* The place of the frame in the stream; its epoch is that of the place in history. */
static void check_place(struct line *line, enum tapped type, uint64_t seq)
{
    switch (type) {
    case TAPPED_BEGIN:
        line->within_snapshot = true;
        line->seq = seq;
        break;
    case TAPPED_ROUTE:
    case TAPPED_MAC:
        if (seq > 0)
            check_next(line, seq);
        else if (!line->within_snapshot)
            fail(line, CLASS_NUMBER, "a change without a number outside a snapshot");
        break;
    case TAPPED_FLUSH:
        check_next(line, seq);
        line->within_snapshot = false;
        break;
    case TAPPED_END:
        check_end(line, seq);
        break;
    case TAPPED_DIGEST:
        check_sum(line, seq);
        break;
    default:
        break;
    }
}

/* NET-6, NET-7, ARP-14: a network client gets addresses and no object. */
static void check_audience(struct line *line, enum tapped type)
{
    const struct world *world = line->serving->world;
    const uint8_t *body = line->sent.bytes + TAP_HEADER;
    bool network = world->kernel.sockets[line - world->lines].network;
    bool creates = type == TAPPED_MAC && line->sent.bytes[5] == TAP_CREATE;

    if (type == TAPPED_WELCOME && (body[TAP_SHM] != 0) != (!network && line->serving->object))
        fail(line, CLASS_ADDRESS, "WELCOME that names %s object", body[TAP_SHM] ? "an" : "no");
    if (creates && (body[TAP_IP] != 0) != network)
        fail(line, CLASS_ADDRESS, "MAC with%s an address", body[TAP_IP] ? "" : "out");
}

/* SES-10: what was queued before may still come, and no change that was made since. */
static void check_parted(struct line *line, enum tapped type, uint64_t seq)
{
    if (line->parted && type != TAPPED_ERROR && seq > line->parted_at)
        fail(line, CLASS_TALK, "a frame of change %" PRIu64 ", its BYE was read at %" PRIu64, seq,
             line->parted_at);
}

static void check_frame(struct line *line)
{
    const struct history *history = &line->serving->history;
    uint64_t epoch = tap_epoch(&line->sent), seq = tap_seq(&line->sent);
    enum tapped type = tap_type(&line->sent);
    bool placed = type != TAPPED_ERROR && type != TAPPED_BYE;

    if (epoch < line->epoch)
        fail(line, CLASS_EPOCH, "epoch %" PRIx64 " behind %" PRIx64, epoch, line->epoch);
    line->epoch = epoch;
    if (seq > history->count) {
        fail(line, CLASS_NUMBER, "change %" PRIu64 ", the last is %u", seq, history->count);
        return;
    }
    check_place(line, type, seq);
    if (placed && epoch != history->epochs[seq ? seq : line->seq])
        fail(line, CLASS_EPOCH, "epoch %" PRIx64 " at change %" PRIu64 ", which was of %" PRIx64,
             epoch, seq ? seq : line->seq, history->epochs[seq ? seq : line->seq]);
    line->welcomed |= type == TAPPED_WELCOME;
    line->begun |= type == TAPPED_BEGIN;
    check_audience(line, type);
    check_parted(line, type, seq);
}

void check_sent(struct line *line, const uint8_t *bytes, size_t size)
{
    while (tap_next(&line->sent, &bytes, &size))
        check_frame(line);
}

/* A process of that number has another connection, whose end the server has not read. */
static bool older_line(const struct line *line, const struct socket *socket)
{
    const struct kernel *kernel = &line->serving->world->kernel;

    for (int i = 0; i < SOCKETS; i++)
        if (&kernel->sockets[i] != socket && kernel->sockets[i].used &&
            kernel->sockets[i].server_open && kernel->sockets[i].accepted &&
            kernel->sockets[i].client_pid == socket->client_pid)
            return true;
    return false;
}

static void heard_pid(struct line *line, const struct socket *socket)
{
    struct kernel *kernel = &line->serving->world->kernel;
    uint64_t pid = tap_number(line->heard.bytes + TAP_HEADER, 4);
    struct process *numbered = process_numbered(kernel, socket->client_pid);

    if (socket->client == ACTOR_HOSTILE && pid != socket->client_pid)
        cover(line->serving->world, COVER_FORGED_PID);
    line->pids++;
    line->told = line->pids == 1 && pid == socket->client_pid && !socket->network && !line->parted;
    if (line->told && older_line(line, socket))
        cover(line->serving->world, COVER_PID_AFTER_BYE);
    if (!line->told || process_of(kernel, socket->client_birth))
        return;
    cover(line->serving->world, numbered ? COVER_ENROL_REUSED : COVER_ENROL_DEAD);
}

static void heard_resync(struct line *line, const struct socket *socket)
{
    struct world *world = line->serving->world;

    cover(world, line->peer->walking ? COVER_RESYNC_IN_SNAPSHOT : COVER_RESYNC);
    if (!line_disturbed(world, socket))
        world_fail(world, CLASS_NEEDLESS, "%s asks for a new snapshot behind change %" PRIu64,
                   actor_name(socket->client), tap_seq(&line->heard));
}

/* SES-4: it does not belong in the state of the session. PID may come once END or FLUSH may have
 * been sent. */
static bool offends(struct line *line, enum tapped type)
{
    const struct history *history = &line->serving->history;

    if (line->parted)
        return true;
    switch (type) {
    case TAPPED_HELLO:
        line->flushed = history->flushed;
        return ++line->hellos > 1;
    case TAPPED_PID:
        return line->pids > 1 || !line->hellos ||
               (!line->begun && line->flushed == history->flushed);
    case TAPPED_RESYNC:
    case TAPPED_BYE:
        return !line->hellos;
    default:
        return true;
    }
}

void check_server_heard(struct line *line, const struct socket *socket, const uint8_t *bytes,
                        size_t size)
{
    struct world *world = line->serving->world;

    while (tap_next(&line->heard, &bytes, &size)) {
        enum tapped type = tap_type(&line->heard);

        world_tell(world, (struct told_event){
                              .told = TOLD_SAID, .actor = socket->client, .tap = &line->heard});
        if (type == TAPPED_PID)
            heard_pid(line, socket);
        if (type == TAPPED_RESYNC)
            heard_resync(line, socket);
        line->offended |= offends(line, type);
        if (type == TAPPED_BYE) {
            line->parted = true;
            line->parted_at = line->serving->history.count;
        }
    }
    line->offended |= line->heard.lost;
}

void check_refused(struct line *line, const struct socket *socket, bool refused)
{
    if (line->offended && !refused)
        world_fail(line->serving->world, CLASS_LENIENT, "%s has broken the rules, and is served",
                   actor_name(socket->client));
}

/* As many as there are registered peers. */
static void check_handles(struct serving *serving)
{
    const struct link *peers = &serving->core.peers;
    uint32_t wanted = 0;

    for (const struct link *link = peers->next; link != peers; link = link->next)
        wanted += LIST_OWNER(link, struct peer, link)->pid != 0;
    if (serving->world->kernel.handles != wanted)
        world_fail(serving->world, CLASS_LEAK,
                   "the server holds %u handles for %u registered peers",
                   serving->world->kernel.handles, wanted);
}

void check_registered(struct serving *serving, int number)
{
    struct world *world = serving->world;
    struct line *line = &world->lines[number];
    const struct socket *socket = &world->kernel.sockets[number];
    bool ended = line->parted || line->peer->state == PEER_CLOSING;
    bool lives = process_of(&world->kernel, socket->client_birth) && socket->client_open;

    line->registered = line->told && !ended && line->peer->pid;
    check_handles(serving);
    if (line->peer->pid && (!line->told || ended))
        world_fail(world, CLASS_STRAY, "%s is registered and should not be",
                   actor_name(socket->client));
    else if (line->peer->pid && world->kernel.handle[line->peer->handle] != socket->client_birth)
        world_fail(world, CLASS_STRAY, "%s is registered with a handle of another process",
                   actor_name(socket->client));
    if (!line->told || ended || line->peer->pid || !lives)
        return;
    if (world->knobs[KNOB_KERNEL] <= KERNEL_NUMBERS)
        world_fail(world, CLASS_UNLISTED, "%s has told its pid and is not registered",
                   actor_name(socket->client));
    else
        cover(world, COVER_NO_HANDLE);
}

/* The line of a registered process of that birth. */
static struct line *line_of(struct serving *serving, uint32_t birth)
{
    struct world *world = serving->world;

    for (int i = 0; i < SOCKETS; i++)
        if (line_is_of(serving, i) && world->kernel.sockets[i].client_birth == birth &&
            world->lines[i].registered && !world->lines[i].signalled)
            return &world->lines[i];
    return NULL;
}

void check_target(struct serving *serving, uint32_t birth)
{
    struct line *line = line_of(serving, birth);

    if (line)
        line->signalled = true;
    else
        world_fail(serving->world, CLASS_STRAY,
                   "a process is signalled that is no registered client, or a second time");
}

static void cover_flush(struct serving *serving, const struct line *line,
                        const struct socket *socket)
{
    struct world *world = serving->world;
    struct process *numbered;

    if (line->welcomed && !line->registered)
        cover(world, COVER_UNREGISTERED_FLUSH);
    if (line->within_snapshot && line->peer->walking)
        cover(world, COVER_FLUSH_IN_SNAPSHOT);
    if (!line->registered || process_of(&world->kernel, socket->client_birth))
        return;
    cover(world, COVER_FLUSH_DEAD_CLIENT);
    numbered = process_numbered(&world->kernel, socket->client_pid);
    if (numbered)
        cover(world, COVER_PID_REUSED);
}

void check_flush_begins(struct serving *serving)
{
    struct world *world = serving->world;

    if ((uint16_t)(serving->core.origin.epoch + 1) == 0)
        cover(world, COVER_EPOCH_CARRY);
    for (int i = 0; i < SOCKETS; i++)
        if (line_is_of(serving, i)) {
            world->lines[i].signalled = false;
            cover_flush(serving, &world->lines[i], &world->kernel.sockets[i]);
        }
}

void check_flush_ends(struct serving *serving)
{
    struct world *world = serving->world;

    for (int i = 0; i < SOCKETS; i++) {
        const struct socket *socket = &world->kernel.sockets[i];

        if (line_is_of(serving, i) && world->lines[i].registered && !world->lines[i].signalled &&
            process_of(&world->kernel, socket->client_birth))
            world_fail(world, CLASS_UNTOLD, "%s is registered and got no signal of the flush",
                       actor_name(socket->client));
    }
}
