/* SPDX-License-Identifier: MIT */
#include "changelog.h"

#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One entry that was told. */
struct entry {
    char *key, *row; /* both as they were written */
};

struct changelog {
    const struct dialogue *dialogue;
    bool arp;
    struct entry *entries;
    size_t n;
    struct blanks beside;
    char *emptied_by; /* a line that named one entry, or NULL */
};

struct changelog *changelog_create(const struct dialogue *d, bool arp)
{
    struct changelog *c = x_calloc(1, sizeof *c);

    c->dialogue = d;
    c->arp = arp;
    return c;
}

static void drop(struct changelog *c, size_t i)
{
    free(c->entries[i].key);
    free(c->entries[i].row);
    c->entries[i] = c->entries[--c->n];
}

static void drop_all(struct changelog *c)
{
    while (c->n > 0)
        drop(c, c->n - 1);
    blanks_finish(&c->beside);
}

void changelog_clear(struct changelog *c)
{
    if (c == NULL)
        return;
    drop_all(c);
    free(c->emptied_by);
    c->emptied_by = NULL;
}

void changelog_destroy(struct changelog *c)
{
    changelog_clear(c);
    if (c != NULL)
        free(c->entries);
    free(c);
}

/* The destination of a key as it was written, or the MAC; 0: it is none. */
static uint64_t name_of(bool arp, const char *key)
{
    char text[40];
    uint32_t address;
    uint64_t mac;

    snprintf(text, sizeof text, "%.*s", (int)strcspn(key, "\n"), key);
    if (arp)
        return mac_parse(text, &mac) ? mac : 0;
    return address_parse(text, &address) ? address : 0;
}

static size_t find(const struct changelog *c, const char *key)
{
    size_t i = 0;

    while (i < c->n && strcmp(c->entries[i].key, key) != 0)
        i++;
    return i;
}

/* The entry is told: what was overlooked of it before means nothing any more. */
static void settle(struct changelog *c, const char *key)
{
    const char *mask = key + strcspn(key, "\n");

    if (c->arp)
        blanks_forget_mac(&c->beside, name_of(true, key));
    else
        blanks_forget_prefix(&c->beside, (uint32_t)name_of(false, key),
                             (uint8_t)strtoul(mask, NULL, 10));
}

static void put(struct changelog *c, char *key, char *row)
{
    size_t i = find(c, key);

    if (i < c->n)
        drop(c, i);
    settle(c, key);
    c->entries = x_realloc(c->entries, (c->n + 1) * sizeof *c->entries);
    c->entries[c->n++] = (struct entry){key, row};
}

/* Whether the line tells that there is one. */
static bool is_told(const struct changelog *c, const char *line, size_t len)
{
    return pattern_match(c->dialogue->added, line, len) ||
           pattern_match(c->dialogue->updated, line, len);
}

/* The end of what is not there may be that of something else, and so may one that tells both. */
static void remove_told(struct changelog *c, const char *line, size_t len)
{
    char *key = listing_key(c->dialogue, c->arp, c->dialogue->deleted, line);
    size_t i = find(c, key);
    struct blank b = {.kind = BLANK_OTHER, .took = (char *)"the end of an entry"};

    bool there = i < c->n, tells = is_told(c, line, len);
    if (there) {
        settle(c, key);
        drop(c, i);
    }
    if (!there && !tells)
        b.dest = c->arp ? 0 : (uint32_t)name_of(false, key);
    if (!there || tells)
        blanks_add_last(&c->beside, &b, line, len);
    free(key);
}

/* The line tells the end of all, and may name none. */
static void remove_all(struct changelog *c, const char *line, size_t len)
{
    struct blank b = blank_read(line, len);
    bool named = false;

    for (size_t i = 0; (b.addresses > 0 || b.mac != 0) && c->n > 1 && !named && i < c->n; i++)
        named = blank_names(&b, c->arp, name_of(c->arp, c->entries[i].key));
    drop_all(c);
    if (named && c->emptied_by == NULL)
        c->emptied_by = x_strndup(line, len < BLANK_LINE_MOST ? len : BLANK_LINE_MOST);
}

bool changelog_hear(struct changelog *c, const char *line, size_t len)
{
    const struct dialogue *d = c->dialogue;

    if (pattern_match(d->emptied, line, len)) {
        remove_all(c, line, len);
        return true;
    }
    if (pattern_match(d->deleted, line, len)) {
        remove_told(c, line, len);
        return true;
    }
    struct pattern *p = pattern_match(d->added, line, len)     ? d->added
                        : pattern_match(d->updated, line, len) ? d->updated
                                                               : NULL;
    if (p != NULL)
        put(c, listing_key(d, c->arp, p, line), listing_row(d, c->arp, p, line, len));
    return p != NULL;
}

bool changelog_knows(const struct changelog *c, const char *line, size_t len)
{
    return is_told(c, line, len) || pattern_match(c->dialogue->deleted, line, len);
}

void changelog_overlook(struct changelog *c, enum blank_kind kind, const char *line, size_t len)
{
    struct blank b = blank_read(line, len);

    b.kind = kind;
    if (c->arp ? b.mac != 0 : b.addresses > 0)
        blanks_add_last(&c->beside, &b, line, len);
}

const struct blanks *changelog_beside(const struct changelog *c)
{
    return &c->beside;
}

const struct blank *changelog_end_of_route(const struct changelog *c, const struct route *r)
{
    for (size_t i = 0; i < c->beside.n; i++)
        if (c->beside.list[i].dest != r->destination &&
            blank_names_prefix(&c->beside.list[i], r->destination, r->mask))
            return &c->beside.list[i];
    return NULL;
}

const struct blank *changelog_end_of_neighbour(const struct changelog *c, const struct neighbour *n)
{
    for (size_t i = 0; i < c->beside.n; i++)
        if (c->beside.list[i].mac == n->mac)
            return &c->beside.list[i];
    return NULL;
}

const char *changelog_emptied_by(const struct changelog *c)
{
    return c->emptied_by;
}

void changelog_rows(const struct changelog *c, struct buf *rows)
{
    for (size_t i = 0; i < c->n; i++)
        buf_adds(rows, c->entries[i].row);
}
