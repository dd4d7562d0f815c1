/* SPDX-License-Identifier: MIT */
#include "sim/check.h"

#include <inttypes.h>

static const char *name_of(const struct following *following)
{
    return actor_name(following->actor);
}

static void fail(struct following *following, enum class class, const char *why, state_t state)
{
    const struct history *history = &following->serving->history;

    world_fail(following->world, class,
               "%s %s: it shows %014" PRIx64 ", change %" PRIu32
               " was the last it could lag behind;"
               " the server is at change %" PRIu32 " with %014" PRIx64,
               name_of(following), why, state, following->since, history->count,
               following->network ? history_now(history) : state_keys(history_now(history)));
}

/* Some entry of the state is in none of the states from `since` on. */
static bool is_back(const struct following *following, state_t state)
{
    const struct history *history = &following->serving->history;
    state_t left = state;

    for (uint32_t i = following->since; i <= history->count && left; i++) {
        state_t then = following->network ? history->states[i] : state_keys(history->states[i]);

        for (unsigned key = 0; key < ROUTES + MACS; key++)
            if (((then ^ state) >> 4 * key & 15) == 0)
                left &= ~(UINT64_C(15) << 4 * key);
    }
    return left != 0;
}

static void check_order(struct following *following, state_t state)
{
    const struct history *history = &following->serving->history;
    uint32_t found = history_find(history, state, !following->network, following->since);

    if (found <= history->count)
        following->since = found;
    else if (is_back(following, state))
        fail(following, CLASS_BACK, "shows what was not there any more", state);
    else
        fail(following, CLASS_ORDER, "shows a state that the server never had in that order",
             state);
}

/* A synchronised client says at which change it is. One that has left its epoch by a signal says
 * the last change of that epoch until FLUSH comes. */
static void check_claim(struct following *following, state_t state)
{
    const struct history *history = &following->serving->history;
    uint64_t seq = following->core.seq;
    state_t then;

    if (following->core.state != CLIENT_SYNCHRONISED)
        return;
    if (seq > history->count) {
        fail(following, CLASS_ORDER, "is at a change that was not made", state);
        return;
    }
    then = following->network ? history->states[seq] : state_keys(history->states[seq]);
    if (following->core.epoch == history->epochs[seq] && state != then)
        fail(following, CLASS_ORDER, "does not show the state of the change that it is at", state);
}

static void check_epoch(struct following *following)
{
    const struct history *history = &following->serving->history;
    uint64_t epoch = following->core.epoch;

    if (epoch != 0 && (epoch < history->epochs[0] || epoch > history->epochs[history->count]))
        world_fail(following->world, CLASS_TORN,
                   "%s has the epoch %" PRIx64 ", those of its server are %" PRIx64 " to %" PRIx64,
                   name_of(following), epoch, history->epochs[0], history->epochs[history->count]);
}

static void check_sums(struct following *following, state_t state)
{
    struct table_sum sum = table_sum(following->core.table), own = universe_sum(state);

    if (sum.digest != own.digest || sum.routes != own.routes || sum.macs != own.macs)
        world_fail(following->world, CLASS_SUM,
                   "%s has %u routes, %u MACs, digest %016" PRIx64
                   ", but its entries are %u, %u, %016" PRIx64,
                   name_of(following), sum.routes, sum.macs, sum.digest, own.routes, own.macs,
                   own.digest);
}

static void check_disconnected(struct following *following, state_t state)
{
    const struct client *core = &following->core;

    if (state != 0 || core->shadow || core->state != CLIENT_CONNECTING || core->epoch != 0 ||
        following->object)
        world_fail(following->world, CLASS_LEFT,
                   "%s has no connection, and still: tables %014" PRIx64 ", %s, epoch %" PRIx64
                   "%s",
                   name_of(following), state, client_state_name(core->state), core->epoch,
                   following->object ? ", an object mapped" : "");
}

void check_client(struct following *following)
{
    struct world *world = following->world;
    bool strange = false;
    state_t state = universe_read(following->core.table, !following->network, &strange);

    mix(world, state);
    mix(world, (uint64_t)following->core.state);
    if (strange)
        world_fail(world, CLASS_ORDER, "%s shows an entry that nobody made", name_of(following));
    check_sums(following, state);
    if (following->socket == NONE) {
        check_disconnected(following, state);
        return;
    }
    check_epoch(following);
    if (following->core.state == CLIENT_SYNCHRONISED && !following->whole)
        fail(following, CLASS_EARLY, "is synchronised before an END or FLUSH", state);
    if (following->object && following->object->owner != following->serving_birth)
        fail(following, CLASS_FOREIGN, "has mapped the object of another server", state);
    if (following->spoiled)
        return;
    check_order(following, state);
    check_claim(following, state);
}

/* The last frame was a DIGEST of the very change that the client is at. */
void check_heeded(struct following *following)
{
    const struct tap *tap = &following->heard;
    const struct client *core = &following->core;
    const struct history *history = &following->serving->history;
    uint64_t seq = tap_seq(tap);
    bool strange = false;
    state_t state, then;

    if (tap->have > 0 || tap_type(tap) != TAPPED_DIGEST || core->state != CLIENT_SYNCHRONISED ||
        tap_epoch(tap) != core->epoch || seq != core->seq || seq > history->count)
        return;
    state = universe_read(core->table, true, &strange);
    then = state_keys(history->states[seq]);
    if (state != then)
        fail(following, CLASS_DEAF, "stays synchronised behind a DIGEST that does not fit", state);
}

void check_signalled(struct following *following, uint32_t change)
{
    bool strange = false;
    state_t state;

    if (!following->object || !following->core.welcome || change <= following->since)
        return;
    following->since = change;
    if (following->spoiled)
        return;
    state = universe_read(following->core.table, !following->network, &strange);
    if (history_find(&following->serving->history, state, !following->network, change) >
        following->serving->history.count)
        fail(following, CLASS_SLOW, "has taken the signal and still shows what is older", state);
}

void check_lookup(struct following *following, unsigned key, bool found, uint32_t address,
                  uint32_t floor)
{
    const struct history *history = &following->serving->history;
    uint32_t now = following->object->memory.count;
    unsigned value = found ? universe_address_number(address) : 0;

    if (found && !history_may_be(history, key, value, floor, now))
        world_fail(following->world, CLASS_WRONG,
                   "%s looks up M%u and gets %08" PRIx32
                   ", which it had at no moment between the stores %" PRIu32 " and %" PRIu32,
                   name_of(following), key + 1, address, floor, now);
    if (!found && !history_may_lack(history, key, floor, now))
        world_fail(following->world, CLASS_MISSED,
                   "%s looks up M%u and gets nothing; it was there all the time between the stores"
                   " %" PRIu32 " and %" PRIu32,
                   name_of(following), key + 1, floor, now);
}

/* A newer epoch: what is older than its flush may not be shown any more. */
static void heard_epoch(struct following *following, uint64_t epoch)
{
    const struct history *history = &following->serving->history;
    uint32_t change = following->since;

    following->epoch = epoch;
    while (change < history->count && history->epochs[change] < epoch)
        change++;
    following->since = change;
}

static void cover_heard(struct following *following, enum tapped type)
{
    struct world *world = following->world;

    if (tap_epoch(&following->heard) < following->core.epoch && following->left_by_signal &&
        (type == TAPPED_ROUTE || type == TAPPED_MAC))
        cover(world, COVER_STALE_CHANGE);
    if (type == TAPPED_BEGIN && following->core.shadow)
        cover(world, COVER_RESTARTED_SNAPSHOT);
    if (type == TAPPED_FLUSH && following->network)
        cover(world, COVER_NETWORK_FLUSH);
}

static void tell_heard(struct following *following, enum told told)
{
    const struct history *history = &following->serving->history;
    uint64_t seq = tap_seq(&following->heard);

    world_tell(following->world, (struct told_event){
                                     .told = told,
                                     .actor = following->actor,
                                     .tap = &following->heard,
                                     .state = history->states[seq <= history->count ? seq : 0],
                                 });
}

/* A frame behind which a copy is whole, or one with which it begins. */
static void heard_mark(struct following *following, enum tapped type)
{
    if (type != TAPPED_BEGIN && type != TAPPED_END && type != TAPPED_FLUSH)
        return;
    following->whole |= type != TAPPED_BEGIN;
    if (type == TAPPED_FLUSH || (type == TAPPED_END && !following->shadow_spoiled))
        following->spoiled = false;
    following->shadow_spoiled = false;
}

void check_heard(struct following *following, const uint8_t *bytes, size_t size)
{
    struct tap *tap = &following->heard;

    while (tap_next(tap, &bytes, &size)) {
        enum tapped type = tap_type(tap);

        cover_heard(following, type);
        tell_heard(following, TOLD_HEARD);
        if (tap_epoch(tap) > following->epoch)
            heard_epoch(following, tap_epoch(tap));
        if (type == TAPPED_BYE || (type == TAPPED_ERROR && tap_number(tap->bytes + 24, 2) != 5))
            following->dismissed = true;
        if (tap_epoch(tap) >= following->core.epoch) /* or it was left by signal */
            heard_mark(following, type);
    }
    tell_heard(following, TOLD_HELD);
}
