/* SPDX-License-Identifier: MIT */
#include "core/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/route.h"

enum { NAMES_MAX = (1 << 25) - 1 }; /* what a trie node's tag can hold */

struct name {
    char text[OIF_SIZE];
    uint32_t references; /* 0: free */
    uint32_t next;       /* in its bucket, or the next free slot */
};

void names_finish(struct names *names)
{
    free(names->slots);
    free(names->buckets);
    *names = (struct names){0};
}

static uint32_t hash(const char *text)
{
    uint64_t mixed = 0, part;

    for (int i = 0; i < OIF_SIZE; i += 8) {
        memcpy(&part, text + i, sizeof(part));
        mixed = (mixed ^ part) * UINT64_C(0x9e3779b97f4a7c15);
        mixed ^= mixed >> 29;
    }
    return (uint32_t)(mixed >> 16);
}

/* Linear hashing: with 2^k <= buckets < 2^(k+1), those not split yet are found by k bits. */
static uint32_t *bucket_of(const struct names *names, const char *text)
{
    uint32_t wide = UINT32_MAX >> __builtin_clz(names->bucket_count), place = hash(text) & wide;

    return &names->buckets[place < names->bucket_count ? place : place & wide >> 1];
}

static int grow(struct names *names)
{
    if (names->top + 1 >= names->capacity) {
        uint32_t capacity = names->capacity ? names->capacity * 2 : 16;
        struct name *slots = realloc(names->slots, capacity * sizeof(*slots));

        if (!slots)
            return -1;
        names->slots = slots;
        names->capacity = capacity;
        names->top = names->top ? names->top : 1;
    }
    if (names->bucket_count == names->bucket_capacity) {
        uint32_t capacity = names->bucket_capacity ? names->bucket_capacity * 2 : 16;
        uint32_t *buckets = realloc(names->buckets, capacity * sizeof(*buckets));

        if (!buckets)
            return -1;
        names->buckets = buckets;
        names->bucket_capacity = capacity;
    }
    if (names->bucket_count == 0)
        names->buckets[names->bucket_count++] = 0;
    return 0;
}

/* Adds one bucket and moves into it what belongs there from the one that it splits. */
static void split_one(struct names *names)
{
    uint32_t added = names->bucket_count;
    uint32_t from = added & ~(UINT32_C(1) << (31 - __builtin_clz(added)));
    uint32_t chain = names->buckets[from];

    names->buckets[added] = names->buckets[from] = 0;
    names->bucket_count++;
    while (chain) {
        struct name *name = &names->slots[chain];
        uint32_t next = name->next, *bucket = bucket_of(names, name->text);

        name->next = *bucket;
        *bucket = chain;
        chain = next;
    }
}

static uint32_t add(struct names *names, const char *text)
{
    uint32_t number = names->spare, *bucket;

    if (names->count == NAMES_MAX) {
        errno = ENOMEM;
        return 0;
    }
    if (grow(names))
        return 0;
    if (names->count >= names->bucket_count)
        split_one(names);
    if (number)
        names->spare = names->slots[number].next;
    else
        number = names->top++;
    bucket = bucket_of(names, text);
    memcpy(names->slots[number].text, text, OIF_SIZE);
    names->slots[number].references = 1;
    names->slots[number].next = *bucket;
    *bucket = number;
    names->count++;
    return number;
}

uint32_t names_hold(struct names *names, const char *text)
{
    uint32_t number = names->last;

    if (!number || memcmp(names->slots[number].text, text, OIF_SIZE) != 0) {
        number = names->bucket_count ? *bucket_of(names, text) : 0;
        while (number && memcmp(names->slots[number].text, text, OIF_SIZE) != 0)
            number = names->slots[number].next;
    }
    if (number)
        names->slots[number].references++;
    else
        number = add(names, text);
    names->last = number;
    return number;
}

void names_drop(struct names *names, uint32_t number)
{
    struct name *name = &names->slots[number];
    uint32_t *link;

    if (--name->references > 0)
        return;
    link = bucket_of(names, name->text);
    while (*link != number)
        link = &names->slots[*link].next;
    *link = name->next;
    name->next = names->spare;
    names->spare = number;
    names->count--;
    if (names->last == number)
        names->last = 0;
}

const char *names_text(const struct names *names, uint32_t number)
{
    return names->slots[number].text;
}
