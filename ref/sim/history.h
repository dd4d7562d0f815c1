/* SPDX-License-Identifier: MIT
 *
 * What the server of one instance has accepted, change by change: the oracle. It applies the
 * operations itself and knows nothing of the cores.
 */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "sim/universe.h"

enum { CHANGES = 1500, LIVES = 32 };

/* An address that a MAC had, by stores into the shared memory: which of them its beginning and its
 * end were. */
struct life {
    unsigned value;
    uint32_t begun, whole;  /* stores before it and with it; whole UINT32_MAX: it never was */
    uint32_t ending, ended; /* UINT32_MAX: it has not begun to end, not ended */
};

struct history {
    uint32_t count; /* changes */
    state_t states[CHANGES + 1];
    uint64_t epochs[CHANGES + 1];
    uint32_t flushed; /* the last change that was a flush; 0: none */
    struct life lives[MACS][LIVES];
    uint32_t life_count[MACS];
};

void history_open(struct history *history, uint64_t epoch);

static inline bool history_full(const struct history *history)
{
    return history->count == CHANGES;
}

static inline state_t history_now(const struct history *history)
{
    return history->states[history->count];
}

/* What the operation has to be answered with. */
enum refusal history_route(const struct history *history, enum frame_op op, unsigned key);
enum refusal history_mac(const struct history *history, enum frame_op op, unsigned key,
                         bool object);

/* A change was accepted. */
void history_accept(struct history *history, state_t state);
void history_flush(struct history *history);

/* Around an operation on the shared memory: its first store is the one behind `stores`, and it is
 * over with the store `stores`. An operation that is killed is never over. */
void history_add_begins(struct history *history, unsigned key, unsigned value, uint32_t stores);
void history_add_ends(struct history *history, unsigned key, uint32_t stores);
void history_remove_begins(struct history *history, unsigned key, uint32_t stores);
void history_remove_ends(struct history *history, unsigned key, uint32_t stores);

/* Whether a reader who knew the stores up to `floor` may get this address when `now` are made, and
 * whether it may get none. */
bool history_may_be(const struct history *history, unsigned key, unsigned value, uint32_t floor,
                    uint32_t now);
bool history_may_lack(const struct history *history, unsigned key, uint32_t floor, uint32_t now);

/* The first change from `from` on after which the tables were these (with `keys`, as state_keys);
 * `count` + 1: none. */
uint32_t history_find(const struct history *history, state_t state, bool keys, uint32_t from);

#endif
