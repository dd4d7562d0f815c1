/* SPDX-License-Identifier: MIT */
#include "changelog.h"

#include "listing.h"
#include "misread.h"

#include <stdlib.h>
#include <string.h>

#define NOTHING UINT64_MAX /* the key of what is no entry */
#define SHOWN 160          /* bytes of a line */

/* One entry that was told. */
struct entry {
    char *key, *row; /* both as they were written */
    uint64_t id;     /* the key as a number */
    char *doubt;     /* the last line that named it behind that, and told nothing; or NULL */
};

struct changelog {
    const struct dialogue *dialogue;
    bool arp;
    struct entry *entries;
    size_t n;
    bool doubted; /* some entry was */
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
    free(c->entries[i].doubt);
    c->entries[i] = c->entries[--c->n];
}

void changelog_clear(struct changelog *c)
{
    while (c != NULL && c->n > 0)
        drop(c, c->n - 1);
}

void changelog_destroy(struct changelog *c)
{
    changelog_clear(c);
    if (c != NULL)
        free(c->entries);
    free(c);
}

static uint64_t id_of(const struct route *r)
{
    return (uint64_t)r->destination << 8 | r->mask;
}

static uint64_t read_id(bool arp, const char *key)
{
    char text[72];
    uint64_t mac;
    struct route r;

    if (strlen(key) >= sizeof text)
        return NOTHING;
    strcpy(text, key);
    for (char *c = text; (c = strchr(c, '\n')) != NULL;)
        *c = c[1] == '\0' ? '\0' : '/';
    if (arp)
        return mac_parse(text, &mac) ? mac : NOTHING;
    return route_parse_prefix(text, &r) == NULL ? id_of(&r) : NOTHING;
}

static size_t find(const struct changelog *c, const char *key)
{
    size_t i = 0;

    while (i < c->n && strcmp(c->entries[i].key, key) != 0)
        i++;
    return i;
}

static void put(struct changelog *c, char *key, char *row)
{
    size_t i = find(c, key);

    if (i < c->n)
        drop(c, i);
    c->entries = x_realloc(c->entries, (c->n + 1) * sizeof *c->entries);
    c->entries[c->n++] = (struct entry){key, row, read_id(c->arp, key), NULL};
}

/* The destination, or the MAC. */
static uint64_t name_of(const struct changelog *c, uint64_t id)
{
    return c->arp || id == NOTHING ? id : id >> 8;
}

static bool is_named(const struct changelog *c, uint64_t name, const char *line, size_t len)
{
    uint64_t mac;

    if (c->arp)
        return misread_holds_mac(line, len, &mac) && mac == name;
    return name != NOTHING && misread_names(line, len, (uint32_t)name);
}

/* read: what the line was read as, which it tells rightly of that name; or NOTHING. */
static void doubt(struct changelog *c, const char *line, size_t len, uint64_t read)
{
    for (size_t i = 0; i < c->n; i++) {
        struct entry *e = &c->entries[i];
        uint64_t name = name_of(c, e->id);
        if (name == name_of(c, read) || !is_named(c, name, line, len))
            continue;
        c->doubted = true;
        free(e->doubt);
        e->doubt = x_strndup(line, len < SHOWN ? len : SHOWN);
    }
}

void changelog_doubt(struct changelog *c, const char *line, size_t len)
{
    doubt(c, line, len, NOTHING);
}

static void remove_told(struct changelog *c, const char *line, size_t len)
{
    char *key = listing_key(c->dialogue, c->arp, c->dialogue->deleted, line);
    size_t i = find(c, key);

    if (i < c->n)
        drop(c, i);
    else
        doubt(c, line, len, read_id(c->arp, key));
    free(key);
}

bool changelog_hear(struct changelog *c, const char *line, size_t len)
{
    const struct dialogue *d = c->dialogue;

    if (pattern_match(d->emptied, line, len)) {
        changelog_clear(c);
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
    const struct dialogue *d = c->dialogue;

    return pattern_match(d->added, line, len) || pattern_match(d->updated, line, len) ||
           pattern_match(d->deleted, line, len);
}

static const char *find_doubt(const struct changelog *c, uint64_t id)
{
    for (size_t i = 0; c->doubted && i < c->n; i++)
        if (c->entries[i].id == id)
            return c->entries[i].doubt;
    return NULL;
}

const char *changelog_doubt_route(const struct changelog *c, const struct route *r)
{
    return find_doubt(c, id_of(r));
}

const char *changelog_doubt_neighbour(const struct changelog *c, const struct neighbour *n)
{
    return find_doubt(c, n->mac);
}

void changelog_rows(const struct changelog *c, struct buf *rows)
{
    for (size_t i = 0; i < c->n; i++)
        buf_adds(rows, c->entries[i].row);
}
