/* SPDX-License-Identifier: MIT */
#include "sim/history.h"

#include <string.h>

void history_open(struct history *history, uint64_t epoch)
{
    history->count = history->flushed = 0;
    history->states[0] = 0;
    history->epochs[0] = epoch;
    memset(history->life_count, 0, sizeof(history->life_count));
}

enum refusal history_route(const struct history *history, enum frame_op op, unsigned key)
{
    bool there = state_route(history_now(history), key) > 0;

    if (op == OP_CREATE)
        return there ? REFUSED_EXISTS : REFUSED_NOT;
    return there ? REFUSED_NOT : REFUSED_ABSENT;
}

/* The object is never full: there are fewer MACs than 7/8 of its slots. */
enum refusal history_mac(const struct history *history, enum frame_op op, unsigned key, bool object)
{
    bool there = state_mac(history_now(history), key) > 0;

    if (op == OP_DELETE)
        return there ? REFUSED_NOT : REFUSED_ABSENT;
    if (!object)
        return REFUSED_UNAVAILABLE;
    return there ? REFUSED_EXISTS : REFUSED_NOT;
}

void history_accept(struct history *history, state_t state)
{
    uint64_t epoch = history->epochs[history->count];

    history->count++;
    history->states[history->count] = state;
    history->epochs[history->count] = epoch;
}

void history_flush(struct history *history)
{
    history_accept(history, 0);
    history->epochs[history->count]++;
    history->flushed = history->count;
}

static struct life *last_life(struct history *history, unsigned key)
{
    return &history->lives[key][(history->life_count[key] - 1) % LIVES];
}

void history_add_begins(struct history *history, unsigned key, unsigned value, uint32_t stores)
{
    history->life_count[key]++;
    *last_life(history, key) = (struct life){value, stores, UINT32_MAX, UINT32_MAX, UINT32_MAX};
}

void history_add_ends(struct history *history, unsigned key, uint32_t stores)
{
    last_life(history, key)->whole = stores;
}

void history_remove_begins(struct history *history, unsigned key, uint32_t stores)
{
    if (history->life_count[key] > 0 && last_life(history, key)->ending == UINT32_MAX)
        last_life(history, key)->ending = stores;
}

void history_remove_ends(struct history *history, unsigned key, uint32_t stores)
{
    if (history->life_count[key] > 0 && last_life(history, key)->ended == UINT32_MAX)
        last_life(history, key)->ended = stores;
}

bool history_may_be(const struct history *history, unsigned key, unsigned value, uint32_t floor,
                    uint32_t now)
{
    uint32_t count = history->life_count[key] < LIVES ? history->life_count[key] : LIVES;

    for (uint32_t i = 0; i < count; i++) {
        const struct life *life = &history->lives[key][i];

        if (life->value == value && life->begun < now && life->ended > floor)
            return true;
    }
    return false;
}

bool history_may_lack(const struct history *history, unsigned key, uint32_t floor, uint32_t now)
{
    uint32_t count = history->life_count[key] < LIVES ? history->life_count[key] : LIVES;

    for (uint32_t i = 0; i < count; i++) {
        const struct life *life = &history->lives[key][i];

        if (life->whole <= floor && life->ending >= now)
            return false;
    }
    return true;
}

uint32_t history_find(const struct history *history, state_t state, bool keys, uint32_t from)
{
    while (from <= history->count &&
           (keys ? state_keys(history->states[from]) : history->states[from]) != state)
        from++;
    return from;
}
