/* SPDX-License-Identifier: MIT
 *
 * The few keys and values that a run uses, so that both tables together are one word: what two
 * tables are compared by, and what a digest is computed from without the core's own sums.
 */
#ifndef SIM_UNIVERSE_H
#define SIM_UNIVERSE_H

#include "core/client.h"

enum {
    ROUTES = 8,    /* R1 to R8 */
    VALUES = 7,    /* V1 to V7 */
    MACS = 6,      /* M1 to M6 */
    ADDRESSES = 7, /* I1 to I7 */
    STRANGE = 15,  /* what is none of these */
};

/* Four bits for each key: the number of its value, 0 where there is no entry. */
typedef uint64_t state_t;

/* The bits that say which entries there are, with their values, except for addresses: as 1. */
#define STATE_MAC_SHIFT (4 * ROUTES)

static inline unsigned state_route(state_t state, unsigned key)
{
    return state >> 4 * key & 15;
}

static inline unsigned state_mac(state_t state, unsigned key)
{
    return state >> (STATE_MAC_SHIFT + 4 * key) & 15;
}

static inline state_t state_with_route(state_t state, unsigned key, unsigned value)
{
    return (state & ~(UINT64_C(15) << 4 * key)) | (state_t)value << 4 * key;
}

static inline state_t state_with_mac(state_t state, unsigned key, unsigned value)
{
    unsigned shift = STATE_MAC_SHIFT + 4 * key;

    return (state & ~(UINT64_C(15) << shift)) | (state_t)value << shift;
}

/* Every MAC with the address 1: what a client without addresses can be compared with. */
state_t state_keys(state_t state);

/* Keys and values count from 0; the value of a route or of an address from 1. */
struct route universe_route(unsigned key, unsigned value);
uint64_t universe_mac(unsigned key);
uint32_t universe_address(unsigned value);

/* The number of an address, STRANGE if it is none of ours. */
unsigned universe_address_number(uint32_t address);

/* What a table holds: by walking it. `keys`: as state_keys(). An entry of no key of ours, or one
 * that the walk gives twice, sets *strange. */
state_t universe_read(const struct table *table, bool keys, bool *strange);

/* Routes, MACs and digest of a state. */
struct table_sum universe_sum(state_t state);

#endif
