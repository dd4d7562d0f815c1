/* SPDX-License-Identifier: MIT */
#include "arp.h"

#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    struct neighbour entry;
    enum { FREE, LIVE, GONE } used;
};

struct arp {
    struct slot *slots; /* open addressing, a power of two of them */
    size_t size, live, filled;
    uint64_t digest;
};

struct arp *arp_create(void)
{
    struct arp *t = x_calloc(1, sizeof *t);

    t->size = 16;
    t->slots = x_calloc(t->size, sizeof *t->slots);
    return t;
}

void arp_destroy(struct arp *t)
{
    if (t == NULL)
        return;
    free(t->slots);
    free(t);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mac_parse(const char *text, uint64_t *mac)
{
    uint64_t value = 0;

    for (int i = 0; i < 17; i++) {
        int digit = hex_value(text[i]);
        if (i % 3 == 2 ? text[i] != ':' : digit < 0)
            return false;
        if (i % 3 != 2)
            value = value << 4 | (unsigned)digit;
    }
    *mac = value;
    return text[17] == '\0';
}

void mac_format(uint64_t mac, char out[18])
{
    snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", (uint8_t)(mac >> 40), (uint8_t)(mac >> 32),
             (uint8_t)(mac >> 24), (uint8_t)(mac >> 16), (uint8_t)(mac >> 8), (uint8_t)mac);
}

const char *neighbour_parse(const char *mac, const char *address, struct neighbour *n)
{
    *n = (struct neighbour){.known = strcmp(address, "-") != 0};
    if (!mac_parse(mac, &n->mac))
        return "mac";
    return !n->known || address_parse(address, &n->ip) ? NULL : "address";
}

void neighbour_format(const struct neighbour *n, char out[36])
{
    mac_format(n->mac, out);
    if (!n->known)
        strcpy(out + 17, " -");
    else
        snprintf(out + 17, 19, " %u.%u.%u.%u", n->ip >> 24, n->ip >> 16 & 255, n->ip >> 8 & 255,
                 n->ip & 255);
}

/* The slot of a key, or the first free one where it would go. */
static struct slot *find_slot(const struct arp *t, uint64_t mac)
{
    size_t at = (size_t)((mac * 0xff51afd7ed558ccdu) >> 24) & (t->size - 1);

    for (;; at = (at + 1) & (t->size - 1)) {
        struct slot *s = &t->slots[at];
        if (s->used == FREE || (s->used == LIVE && s->entry.mac == mac))
            return s;
    }
}

/* Moves all to an array with room for twice as many, without what is gone. */
static void grow(struct arp *t)
{
    struct slot *old = t->slots;
    size_t size = t->size;

    if (t->filled * 2 < size)
        return;
    while (t->live * 4 >= t->size)
        t->size *= 2;
    t->slots = x_calloc(t->size, sizeof *t->slots);
    t->filled = t->live;
    for (size_t i = 0; i < size; i++)
        if (old[i].used == LIVE)
            *find_slot(t, old[i].entry.mac) = old[i];
    free(old);
}

static uint64_t mac_hash(uint64_t mac)
{
    char text[18];

    mac_format(mac, text);
    return line_hash(text);
}

const char *arp_add(struct arp *t, const struct neighbour *n)
{
    grow(t);
    struct slot *s = find_slot(t, n->mac);
    if (s->used == LIVE)
        return "exists";
    *s = (struct slot){*n, LIVE};
    t->live++;
    t->filled++;
    t->digest += mac_hash(n->mac);
    return NULL;
}

const char *arp_remove(struct arp *t, uint64_t mac)
{
    struct slot *s = find_slot(t, mac);

    if (s->used != LIVE)
        return "absent";
    s->used = GONE;
    t->live--;
    t->digest -= mac_hash(mac);
    return NULL;
}

size_t arp_count(const struct arp *t)
{
    return t->live;
}

uint64_t arp_digest(const struct arp *t)
{
    return t->digest;
}

const struct neighbour *arp_find(const struct arp *t, uint64_t mac)
{
    struct slot *s = find_slot(t, mac);

    return s->used == LIVE ? &s->entry : NULL;
}

const struct neighbour *arp_next(const struct arp *t, size_t *at)
{
    while (*at < t->size) {
        struct slot *s = &t->slots[(*at)++];
        if (s->used == LIVE)
            return &s->entry;
    }
    return NULL;
}

static void tell(struct buf *text, char sign, const struct neighbour *n, const char *what)
{
    char line[36];

    neighbour_format(n, line);
    buf_printf(text, "%c %s%s\n", sign, line, what);
}

size_t arp_diff(const struct arp *want, const struct arp *got, bool addresses, size_t limit,
                struct buf *text)
{
    const struct neighbour *n;
    size_t differ = 0, at = 0;

    while ((n = arp_next(want, &at)) != NULL) {
        const struct neighbour *other = arp_find(got, n->mac);
        if (other != NULL && (!addresses || (other->known == n->known && other->ip == n->ip)))
            continue;
        if (differ++ >= limit)
            continue;
        tell(text, '-', n, other ? "" : "   (missing)");
        if (other != NULL)
            tell(text, '+', other, other->known ? "   (another address)" : "   (no address)");
    }
    for (at = 0; (n = arp_next(got, &at)) != NULL;)
        if (arp_find(want, n->mac) == NULL && differ++ < limit)
            tell(text, '+', n, "   (should not be there)");
    if (differ > limit)
        buf_printf(text, "... and %zu more entries\n", differ - limit);
    return differ;
}
