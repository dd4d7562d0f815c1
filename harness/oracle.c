/* SPDX-License-Identifier: MIT */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_LEAST 64
#define NEAR 15u /* networks of 24 bits that differ in these bits only are neighbours */

struct row {
    struct route route;
    bool live; /* not deleted since */
};

/* Of an index that is searched without a look at the rows it leads to. */
struct place {
    uint32_t number; /* of a row, from 1; 0 is free */
    uint32_t destination;
};

struct oracle {
    struct row *rows;    /* in the order of their creation; size / 2 of them have room */
    struct place *index; /* open addressing */
    size_t size;         /* of the index, a power of two */
    size_t live, used;   /* of the rows */
    size_t per_mask[33];
    uint64_t digest;
    struct arp *arp;
    struct history *history; /* or NULL */
};

static void make_room(struct oracle *o, size_t size)
{
    o->size = size;
    o->rows = x_calloc_large(size / 2, sizeof *o->rows);
    o->index = x_calloc_large(size, sizeof *o->index);
}

struct oracle *oracle_create(void)
{
    struct oracle *o = x_calloc(1, sizeof *o);

    make_room(o, SIZE_LEAST);
    o->arp = arp_create();
    return o;
}

void oracle_destroy(struct oracle *o)
{
    if (o == NULL)
        return;
    free(o->rows);
    free(o->index);
    arp_destroy(o->arp);
    history_destroy(o->history);
    free(o);
}

static void note_state(struct oracle *o)
{
    if (o->history != NULL)
        history_add(o->history, o->digest, arp_digest(o->arp));
}

void oracle_clear(struct oracle *o)
{
    free(o->rows);
    free(o->index);
    arp_destroy(o->arp);
    *o = (struct oracle){.arp = arp_create(), .history = o->history};
    make_room(o, SIZE_LEAST);
    note_state(o);
}

void oracle_keep_history(struct oracle *o)
{
    o->history = history_create();
}

const struct history *oracle_history(const struct oracle *o)
{
    return o->history;
}

struct arp *oracle_arp(const struct oracle *o)
{
    return o->arp;
}

bool address_parse(const char *text, uint32_t *address)
{
    uint32_t value = 0;

    for (int octet = 0; octet < 4; octet++) {
        unsigned n = 0, digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
            n = n * 10 + (unsigned)(*text - '0');
        if (digits == 0 || digits > 3 || n > 255 || (digits > 1 && text[-(int)digits] == '0'))
            return false;
        if (octet < 3 && *text++ != '.')
            return false;
        value = value << 8 | n;
    }
    *address = value;
    return *text == '\0';
}

static uint32_t mask_bits(unsigned mask)
{
    return mask == 0 ? 0 : UINT32_MAX << (32 - mask);
}

const char *route_parse_prefix(const char *text, struct route *r)
{
    const char *slash = strchr(text, '/');
    char address[16];
    unsigned mask = 0;

    if (slash == NULL)
        return "mask";
    if (slash - text >= (ptrdiff_t)sizeof address)
        return "address";
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (!address_parse(address, &r->destination))
        return "address";
    size_t digits = strspn(slash + 1, "0123456789");
    if (digits < 1 || digits > 2 || slash[1 + digits] != '\0' || (digits > 1 && slash[1] == '0'))
        return "mask";
    for (size_t i = 1; i <= digits; i++)
        mask = mask * 10 + (unsigned)(slash[i] - '0');
    if (mask > 32)
        return "mask";
    r->mask = (uint8_t)mask;
    return r->destination & ~mask_bits(mask) ? "prefix" : NULL;
}

const char *route_parse(const char *prefix, const char *gateway, const char *oif, struct route *r)
{
    const char *wrong;

    memset(r, 0, sizeof *r);
    wrong = route_parse_prefix(prefix, r);
    if (wrong != NULL)
        return wrong;
    if (!address_parse(gateway, &r->gateway))
        return "address";
    if (oif[0] == '\0' || strlen(oif) >= sizeof r->oif)
        return "oif";
    for (const char *c = oif; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return "oif";
    strcpy(r->oif, oif);
    return NULL;
}

/* By hand: a table of a million routes is formatted several times in a case. */
static char *put_octet(char *p, unsigned n)
{
    if (n >= 100)
        *p++ = (char)('0' + n / 100);
    if (n >= 10)
        *p++ = (char)('0' + n / 10 % 10);
    *p++ = (char)('0' + n % 10);
    return p;
}

static char *put_address(char *p, uint32_t a)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        p = put_octet(p, a >> shift & 255);
        *p++ = '.';
    }
    return p - 1;
}

void route_format(const struct route *r, char out[72])
{
    char *p = put_address(out, r->destination);

    *p++ = '/';
    p = put_octet(p, r->mask);
    *p++ = ' ';
    p = put_address(p, r->gateway);
    *p++ = ' ';
    strcpy(p, r->oif);
}

uint64_t line_hash(const char *line)
{
    uint64_t h = 14695981039346656037u;

    for (const char *c = line; *c != '\0'; c++)
        h = (h ^ (uint8_t)*c) * 1099511628211u;
    return h;
}

static uint64_t route_hash(const struct route *r)
{
    char line[72];

    route_format(r, line);
    return line_hash(line);
}

/* The place in the index of a key, or the first free one where it would go. Neighbours have theirs
 * side by side: tables are mostly walked in order, and a place out of the cache is what costs. */
static struct place *find_place(const struct oracle *o, uint32_t destination, uint8_t mask)
{
    uint64_t h = (uint64_t)(destination & ~(uint32_t)NEAR << 8) * 0x9e3779b97f4a7c15u;
    size_t at = ((size_t)(h >> 20) & (o->size - 1)) ^ (destination >> 8 & NEAR);

    for (; o->index[at].number != 0; at = (at + 1) & (o->size - 1)) {
        const struct place *p = &o->index[at];
        const struct row *row = &o->rows[p->number - 1];
        if (p->destination == destination && row->route.mask == mask && row->live)
            break;
    }
    return &o->index[at];
}

/* NULL if there is none. */
static struct row *find_row(const struct oracle *o, uint32_t destination, uint8_t mask)
{
    uint32_t number = find_place(o, destination, mask)->number;

    return number == 0 ? NULL : &o->rows[number - 1];
}

static void append(struct oracle *o, const struct route *r, struct place *place)
{
    o->rows[o->used] = (struct row){*r, true};
    *place = (struct place){(uint32_t)++o->used, r->destination};
}

/* Moves all to new room, without what is gone. */
static void resize(struct oracle *o, size_t size)
{
    struct row *old = o->rows;
    size_t used = o->used;

    free(o->index);
    make_room(o, size);
    o->used = 0;
    for (const struct row *row = old; row < old + used; row++)
        if (row->live)
            append(o, &row->route, find_place(o, row->route.destination, row->route.mask));
    free(old);
}

static void grow(struct oracle *o)
{
    size_t size = o->size;

    if (o->used * 2 < o->size)
        return;
    while (o->live * 4 >= size)
        size *= 2;
    resize(o, size);
}

void oracle_reserve(struct oracle *o, size_t routes)
{
    size_t size = o->size;

    while (routes * 2 >= size)
        size *= 2;
    if (size > o->size)
        resize(o, size);
}

const char *oracle_create_route(struct oracle *o, const struct route *r)
{
    grow(o);
    struct place *place = find_place(o, r->destination, r->mask);
    if (place->number != 0)
        return "exists";
    append(o, r, place);
    o->live++;
    o->per_mask[r->mask]++;
    o->digest += route_hash(r);
    note_state(o);
    return NULL;
}

const char *oracle_update_route(struct oracle *o, const struct route *r)
{
    struct row *row = find_row(o, r->destination, r->mask);

    if (row == NULL)
        return "absent";
    o->digest += route_hash(r) - route_hash(&row->route);
    row->route = *r;
    note_state(o);
    return NULL;
}

const char *oracle_delete_route(struct oracle *o, const struct route *r)
{
    struct row *row = find_row(o, r->destination, r->mask);

    if (row == NULL)
        return "absent";
    o->digest -= route_hash(&row->route);
    row->live = false;
    o->live--;
    o->per_mask[r->mask]--;
    note_state(o);
    return NULL;
}

const char *oracle_add_neighbour(struct oracle *o, const struct neighbour *n)
{
    const char *refused = arp_add(o->arp, n);

    if (refused == NULL)
        note_state(o);
    return refused;
}

const char *oracle_remove_neighbour(struct oracle *o, uint64_t mac)
{
    const char *refused = arp_remove(o->arp, mac);

    if (refused == NULL)
        note_state(o);
    return refused;
}

size_t oracle_count(const struct oracle *o)
{
    return o->live;
}

uint64_t oracle_digest(const struct oracle *o)
{
    return o->digest + arp_digest(o->arp);
}

uint64_t oracle_digest_routes(const struct oracle *o)
{
    return o->digest;
}

static bool same_value(const struct route *a, const struct route *b)
{
    return a->gateway == b->gateway && strcmp(a->oif, b->oif) == 0;
}

bool oracle_has(const struct oracle *o, const struct route *r)
{
    const struct route *there = oracle_find(o, r->destination, r->mask);

    return there != NULL && same_value(there, r);
}

const struct route *oracle_find(const struct oracle *o, uint32_t destination, uint8_t mask)
{
    struct row *row = find_row(o, destination, mask);

    return row != NULL ? &row->route : NULL;
}

const struct route *oracle_lookup(const struct oracle *o, uint32_t address)
{
    for (int mask = 32; mask >= 0; mask--) {
        const struct route *r;
        if (o->per_mask[mask] == 0)
            continue;
        r = oracle_find(o, address & mask_bits((unsigned)mask), (uint8_t)mask);
        if (r != NULL)
            return r;
    }
    return NULL;
}

const struct route *oracle_next(const struct oracle *o, size_t *at)
{
    while (*at < o->used) {
        struct row *row = &o->rows[(*at)++];
        if (row->live)
            return &row->route;
    }
    return NULL;
}

static void tell(struct buf *text, char sign, const struct route *r, const char *what)
{
    char line[72];

    route_format(r, line);
    buf_printf(text, "%c %s%s\n", sign, line, what);
}

static size_t diff_routes(const struct oracle *want, const struct oracle *got, size_t limit,
                          struct buf *text)
{
    const struct route *r;
    size_t differ = 0, at = 0;

    while ((r = oracle_next(want, &at)) != NULL) {
        const struct route *other = oracle_find(got, r->destination, r->mask);
        if (other != NULL && same_value(r, other))
            continue;
        if (differ++ >= limit)
            continue;
        tell(text, '-', r, other ? "" : "   (missing)");
        if (other != NULL)
            tell(text, '+', other, "   (another value)");
    }
    if (differ == 0 && want->live == got->live)
        return 0; /* as many keys, and each of them the same */
    for (at = 0; (r = oracle_next(got, &at)) != NULL;)
        if (oracle_find(want, r->destination, r->mask) == NULL && differ++ < limit)
            tell(text, '+', r, "   (should not be there)");
    if (differ > limit)
        buf_printf(text, "... and %zu more rows\n", differ - limit);
    return differ;
}

size_t oracle_diff(const struct oracle *want, const struct oracle *got, size_t limit,
                   struct buf *text)
{
    return diff_routes(want, got, limit, text) + arp_diff(want->arp, got->arp, true, limit, text);
}

size_t oracle_diff_stream(const struct oracle *want, const struct oracle *got, size_t limit,
                          struct buf *text)
{
    return diff_routes(want, got, limit, text) + arp_diff(want->arp, got->arp, false, limit, text);
}
