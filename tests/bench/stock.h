/* SPDX-License-Identifier: MIT
 *
 * A shared ARP table as the server makes it and a client maps it, with entries that are made up: a
 * key is any number below 2^48, its MAC and its address follow from it.
 */
#ifndef BENCH_STOCK_H
#define BENCH_STOCK_H

#include "core/arp.h"
#include "os/shm.h"

struct stock_entry {
    uint32_t key, slot;
};

struct stock {
    struct shm_owned object;
    struct shm_seen seen;
    struct arp writer;
    struct arp_reader reader;
    struct stock_entry *entries; /* the live ones, in any order */
    uint32_t capacity, count;
};

/* Makes an object of its own that many slots big; `name` tells it from others of this run. -1 after
 * bench_fail(). */
int stock_open(struct stock *stock, const char *name, uint32_t capacity);
void stock_close(struct stock *stock);

/* Adds an entry that is not there; takes away the one at that place of `entries`, which is then the
 * last one's; gives its key. */
void stock_add(struct stock *stock, uint32_t key);
uint32_t stock_take(struct stock *stock, uint32_t place);

void stock_flush(struct stock *stock);

/* Every key has a MAC of its own; what stands at neighbouring keys is far apart. */
static inline uint64_t stock_mac(uint64_t key)
{
    const uint64_t mask = (UINT64_C(1) << 48) - 1;

    key = key * UINT64_C(0x9e3779b97f4b) & mask;
    key ^= key >> 25;
    key = key * UINT64_C(0xd6e8feb86659) & mask;
    return key ^ key >> 23;
}

static inline uint32_t stock_address(uint64_t mac)
{
    return (uint32_t)(mac * UINT64_C(0xff51afd7ed558ccd) >> 32);
}

/* A random number below the limit, from a state that is not 0: xorshift64*. */
static inline uint32_t stock_random(uint64_t *state, uint32_t limit)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * UINT64_C(2685821657736338717) >> 32) * limit >> 32);
}

#endif
