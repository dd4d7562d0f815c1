/* SPDX-License-Identifier: MIT
 *
 * Shared memory as its readers may see it: each has its own view, in which the stores of the one
 * writer arrive late and in any order that its fences and the reader's allow. That is what C17 says
 * of relaxed, release and acquire accesses: a load gives any store to its place that is not older
 * than what the reader knows already; what is known at a release is known to whoever acquires it.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/arp_layout.h"

enum {
    MEMORY_CAPACITY = 16, /* slots */
    MEMORY_BYTES = WIRE_SHM_HEADER_SIZE + MEMORY_CAPACITY * WIRE_SHM_SLOT_SIZE,
    MEMORY_PLACES = MEMORY_BYTES / 2, /* a place is where a field begins */
    MEMORY_STORES = 256,              /* that an old value is remembered for */
};

struct store {
    uint32_t number;   /* 1, 2, 3; 0: the value before all stores */
    uint32_t before;   /* number of the store to this place before */
    uint32_t released; /* whoever acquires this one knows the stores up to that */
    uint64_t value;
};

struct memory {
    uint32_t count;    /* stores so far */
    uint32_t released; /* by the last release fence */
    struct store latest[MEMORY_PLACES], stores[MEMORY_STORES];
    uint64_t initial[MEMORY_PLACES];
};

/* What one reader knows. */
struct view {
    uint32_t floor;               /* stores up to that one are known */
    uint32_t offered;             /* and by the next acquire fence up to that */
    bool old;                     /* the last load gave another value than the newest */
    uint32_t seen[MEMORY_PLACES]; /* store that it has read there */
};

enum { AGE_OLDEST = 3 };

/* What stands in the memory is the value before all stores. */
void memory_open(struct memory *memory, const void *bytes);

/* The writer stores a field; it makes a fence. */
void memory_store(struct memory *memory, size_t offset, uint64_t value, memory_order order);
void memory_fence(struct memory *memory, memory_order order);

/* Loads `width` bytes at an offset, which may be a part of a field. `age`: how many stores older
 * than the newest the value is to be, as far as that is possible; AGE_OLDEST: as old as possible.
 */
uint64_t memory_load(const struct memory *memory, struct view *view, size_t offset, size_t width,
                     memory_order order, unsigned age);

void view_open(struct view *view, uint32_t floor);
void view_fence(struct view *view, memory_order order);

/* The reader was told something by one who knew the stores up to `number`. */
void view_know(struct view *view, uint32_t number);

#endif
