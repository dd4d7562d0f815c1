/* SPDX-License-Identifier: MIT
 *
 * Interned next hops with reference counts: a gateway and the interface towards it. A million
 * routes share some thousands, so a route keeps a small number, and their texts are made once. The
 * hash grows one bucket at a time (linear hashing): no call stalls to rehash them all.
 */
#ifndef CORE_HOPS_H
#define CORE_HOPS_H

#include "core/route.h"

struct hop {
    struct hop_text {
        char gateway[ADDRESS_TEXT], oif[OIF_SIZE];
    } text; /* NUL-padded, as a frame has it */
    uint32_t gateway;
    uint8_t gateway_size, oif_size; /* of the texts */
    uint32_t references;            /* 0: free */
    uint32_t next;                  /* in its bucket, or the next free slot */
};

struct hops {
    struct hop *slots; /* slots[0] is not used */
    uint32_t top, capacity, spare, count;
    uint32_t *buckets;
    uint32_t bucket_count, bucket_capacity;
    uint32_t last; /* the one that was held last: most often the next one too */
};

void hops_finish(struct hops *hops);

/* Holds a next hop, of which the interface is NUL-padded: its number from 1 to 2^25 - 1, or 0 with
 * errno ENOMEM. */
uint32_t hops_hold(struct hops *hops, uint32_t gateway, const char oif[OIF_SIZE]);

/* Gives one reference back. */
void hops_drop(struct hops *hops, uint32_t number);

/* A held one; valid until the next is held. */
static inline const struct hop *hops_at(const struct hops *hops, uint32_t number)
{
    return &hops->slots[number];
}

#endif
