/* SPDX-License-Identifier: MIT */
#include "core/hops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HOPS_MAX = (1 << 25) - 1 }; /* what a node of the trie can hold */

void hops_finish(struct hops *hops)
{
    free(hops->slots);
    free(hops->buckets);
    *hops = (struct hops){0};
}

static uint32_t hash(uint32_t gateway, const char *oif)
{
    uint64_t part[OIF_SIZE / 8], mixed = gateway * UINT64_C(0x9e3779b97f4a7c15);

    memcpy(part, oif, sizeof(part));
    mixed += part[0] * UINT64_C(0xd6e8feb86659fd93) + part[1] * UINT64_C(0xa0761d6478bd642f);
    mixed += part[2] * UINT64_C(0xe7037ed1a0b428db) + part[3] * UINT64_C(0x8ebc6af09c88c6e3);
    mixed ^= mixed >> 32;
    return (uint32_t)(mixed * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Linear hashing: with 2^k <= buckets < 2^(k+1), those not split yet are found by k bits. */
static uint32_t *bucket_of(const struct hops *hops, uint32_t gateway, const char *oif)
{
    uint32_t wide = UINT32_MAX >> __builtin_clz(hops->bucket_count);
    uint32_t place = hash(gateway, oif) & wide;

    return &hops->buckets[place < hops->bucket_count ? place : place & wide >> 1];
}

static int grow(struct hops *hops)
{
    if (hops->top + 1 >= hops->capacity) {
        uint32_t capacity = hops->capacity ? hops->capacity * 2 : 16;
        struct hop *slots = realloc(hops->slots, capacity * sizeof(*slots));

        if (!slots)
            return -1;
        hops->slots = slots;
        hops->capacity = capacity;
        hops->top = hops->top ? hops->top : 1;
    }
    if (hops->bucket_count == hops->bucket_capacity) {
        uint32_t capacity = hops->bucket_capacity ? hops->bucket_capacity * 2 : 16;
        uint32_t *buckets = realloc(hops->buckets, capacity * sizeof(*buckets));

        if (!buckets)
            return -1;
        hops->buckets = buckets;
        hops->bucket_capacity = capacity;
    }
    if (hops->bucket_count == 0)
        hops->buckets[hops->bucket_count++] = 0;
    return 0;
}

/* Adds one bucket and moves into it what belongs there from the one that it splits. */
static void split_one(struct hops *hops)
{
    uint32_t added = hops->bucket_count;
    uint32_t from = added & ~(UINT32_C(1) << (31 - __builtin_clz(added)));
    uint32_t chain = hops->buckets[from];

    hops->buckets[added] = hops->buckets[from] = 0;
    hops->bucket_count++;
    while (chain) {
        struct hop *hop = &hops->slots[chain];
        uint32_t next = hop->next, *bucket = bucket_of(hops, hop->gateway, hop->text.oif);

        hop->next = *bucket;
        *bucket = chain;
        chain = next;
    }
}

static void fill(struct hop *hop, uint32_t gateway, const char *oif)
{
    hop->gateway = gateway;
    hop->gateway_size = (uint8_t)address_format(gateway, hop->text.gateway);
    memcpy(hop->text.oif, oif, OIF_SIZE);
    hop->oif_size = (uint8_t)strnlen(oif, OIF_SIZE);
    hop->references = 1;
}

static uint32_t add(struct hops *hops, uint32_t gateway, const char *oif)
{
    uint32_t number = hops->spare, *bucket;

    if (hops->count == HOPS_MAX) {
        errno = ENOMEM;
        return 0;
    }
    if (grow(hops))
        return 0;
    if (hops->count >= hops->bucket_count)
        split_one(hops);
    if (number)
        hops->spare = hops->slots[number].next;
    else
        number = hops->top++;
    bucket = bucket_of(hops, gateway, oif);
    fill(&hops->slots[number], gateway, oif);
    hops->slots[number].next = *bucket;
    *bucket = number;
    hops->count++;
    return number;
}

static bool is(const struct hop *hop, uint32_t gateway, const char *oif)
{
    return hop->gateway == gateway && memcmp(hop->text.oif, oif, OIF_SIZE) == 0;
}

uint32_t hops_hold(struct hops *hops, uint32_t gateway, const char oif[OIF_SIZE])
{
    uint32_t number = hops->last;

    if (!number || !is(&hops->slots[number], gateway, oif)) {
        number = hops->bucket_count ? *bucket_of(hops, gateway, oif) : 0;
        while (number && !is(&hops->slots[number], gateway, oif))
            number = hops->slots[number].next;
    }
    if (number)
        hops->slots[number].references++;
    else
        number = add(hops, gateway, oif);
    hops->last = number;
    return number;
}

void hops_drop(struct hops *hops, uint32_t number)
{
    struct hop *hop = &hops->slots[number];
    uint32_t *link;

    if (--hop->references > 0)
        return;
    link = bucket_of(hops, hop->gateway, hop->text.oif);
    while (*link != number)
        link = &hops->slots[*link].next;
    *link = hop->next;
    hop->next = hops->spare;
    hops->spare = number;
    hops->count--;
    if (hops->last == number)
        hops->last = 0;
}
