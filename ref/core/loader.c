/* SPDX-License-Identifier: MIT */
#include "core/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/hops.h"

enum { LINE_MAX_BYTES = 256 };

struct row {
    uint32_t address;  /* of the destination, or the lower part of a MAC */
    uint32_t hop : 25; /* number of the next hop, or the upper part of a MAC */
    uint32_t mask : 6, is_arp : 1;
    uint32_t arp_address;
    uint32_t line;
};

struct loader {
    struct server *server;
    struct trie staged; /* value: index of the row */
    struct macs macs;   /* address: index of the row */
    struct hops hops;
    struct row *rows;
    uint32_t count, capacity, applied, applied_macs;
    uint32_t line;
    size_t partial; /* bytes of a line whose end has not come */
    char text[LINE_MAX_BYTES];
};

struct loader *loader_create(struct server *server)
{
    struct loader *loader = calloc(1, sizeof(*loader));

    if (loader)
        loader->server = server;
    return loader;
}

void loader_destroy(struct loader *loader)
{
    if (!loader)
        return;
    loader->server->origin.arp.promised -= loader->macs.count - loader->applied_macs;
    trie_finish(&loader->staged);
    macs_finish(&loader->macs);
    hops_finish(&loader->hops);
    free(loader->rows);
    free(loader);
}

static enum refusal no_memory(struct loader *loader, char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "there is no memory for more than %u rows", loader->count);
    return REFUSED_MEMORY;
}

static struct row *row_add(struct loader *loader)
{
    if (loader->count > TRIE_VALUE)
        return NULL;
    if (loader->count == loader->capacity) {
        uint32_t capacity = loader->capacity ? loader->capacity * 2 : 64;
        struct row *rows = realloc(loader->rows, capacity * sizeof(*rows));

        if (!rows)
            return NULL;
        loader->rows = rows;
        loader->capacity = capacity;
    }
    return &loader->rows[loader->count];
}

static enum refusal twice(struct loader *loader, const char *key, uint32_t row,
                          char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "%s stands on line %u already; expected it once", key,
             loader->rows[row].line);
    return REFUSED_EXISTS;
}

static enum refusal stage_route(struct loader *loader, const struct route *route,
                                char reason[REASON_SIZE])
{
    const struct trie_node *twin = trie_find(&loader->staged, route->prefix);
    struct trie_node *node;
    struct row *row;
    uint32_t hop;
    char text[ADDRESS_TEXT + 3];

    if (table_find(loader->server->origin.table, route->prefix, NULL)) {
        refusal_explain(REFUSED_EXISTS, route->prefix, reason);
        return REFUSED_EXISTS;
    }
    prefix_format(route->prefix, text);
    if (twin)
        return twice(loader, text, twin->value, reason);
    row = row_add(loader);
    hop = row ? hops_hold(&loader->hops, route->gateway, route->oif) : 0;
    node = hop ? trie_add(&loader->staged, route->prefix) : NULL;
    if (!node)
        return no_memory(loader, reason);
    node->value = loader->count++ & TRIE_VALUE;
    *row = (struct row){.address = route->prefix.address,
                        .hop = hop & TRIE_VALUE,
                        .mask = route->prefix.mask & 63,
                        .line = loader->line};
    return REFUSED_NOT;
}

static enum refusal stage_arp(struct loader *loader, const struct arp_entry *arp,
                              char reason[REASON_SIZE])
{
    enum refusal refusal = server_hinders_arp(loader->server, arp->mac);
    struct arp_entry staged = {.mac = arp->mac, .address = loader->count}, twin;
    struct row *row;
    char text[MAC_TEXT];

    mac_format(arp->mac, text);
    if (macs_find(&loader->macs, arp->mac, &twin))
        return twice(loader, text, twin.address, reason);
    if (refusal) {
        arp_explain(refusal, arp->mac, reason);
        return refusal;
    }
    row = row_add(loader);
    if (!row || macs_add(&loader->macs, &staged))
        return no_memory(loader, reason);
    loader->count++;
    loader->server->origin.arp.promised++;
    *row = (struct row){.address = (uint32_t)arp->mac,
                        .hop = (uint32_t)(arp->mac >> 32) & 0xffff,
                        .arp_address = arp->address,
                        .is_arp = 1,
                        .line = loader->line};
    return REFUSED_NOT;
}

static enum refusal check_line(struct loader *loader, struct word line, char reason[REASON_SIZE])
{
    struct table_row row;
    enum refusal refusal;

    loader->line++;
    if (command_skips(line))
        return REFUSED_NOT;
    if (line.size >= LINE_MAX_BYTES) {
        snprintf(reason, REASON_SIZE, "the line is too long; expected at most %d bytes",
                 LINE_MAX_BYTES - 1);
        return REFUSED_SYNTAX;
    }
    refusal = command_parse_row(line, &row, reason);
    if (refusal)
        return refusal;
    return row.is_arp ? stage_arp(loader, &row.arp, reason)
                      : stage_route(loader, &row.route, reason);
}

/* Keeps a piece of a line until its end comes. What is too long to be a row is kept as far as it
 * goes: the rest cannot mend it, but a comment may be long. */
static void keep(struct loader *loader, const char *bytes, size_t size)
{
    size_t room = LINE_MAX_BYTES - loader->partial;

    size = size < room ? size : room;
    memcpy(loader->text + loader->partial, bytes, size);
    loader->partial += size;
}

static enum refusal check_kept(struct loader *loader, char reason[REASON_SIZE])
{
    struct word line = {loader->text, loader->partial};

    loader->partial = 0;
    return check_line(loader, line, reason);
}

enum refusal loader_feed(struct loader *loader, const char *bytes, size_t size,
                         char reason[REASON_SIZE])
{
    const char *end = size > 0 ? bytes + size : bytes, *eol;
    enum refusal refusal = REFUSED_NOT;

    if (size == 0 && loader->partial > 0)
        refusal = check_kept(loader, reason);
    if (size == 0 && !refusal &&
        table_reserve(loader->server->origin.table, loader->count - loader->macs.count,
                      loader->macs.count))
        refusal = no_memory(loader, reason);
    while (!refusal && bytes < end && (eol = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        if (loader->partial > 0) {
            keep(loader, bytes, (size_t)(eol - bytes));
            refusal = check_kept(loader, reason);
        } else {
            refusal = check_line(loader, (struct word){bytes, (size_t)(eol - bytes)}, reason);
        }
        bytes = eol + 1;
    }
    if (!refusal && bytes < end)
        keep(loader, bytes, (size_t)(end - bytes));
    return refusal;
}

static enum refusal apply_route(struct loader *loader, const struct row *row,
                                char reason[REASON_SIZE])
{
    const struct hop *hop = hops_at(&loader->hops, row->hop);
    struct route route = {.prefix = {row->address, (uint8_t)row->mask}, .gateway = hop->gateway};
    enum refusal refusal;

    memcpy(route.oif, hop->text.oif, OIF_SIZE);
    refusal = server_change(loader->server, OP_CREATE, &route);
    if (refusal)
        refusal_explain(refusal, route.prefix, reason);
    return refusal;
}

static enum refusal apply_arp(struct loader *loader, const struct row *row,
                              char reason[REASON_SIZE])
{
    struct arp_entry arp = {.mac = (uint64_t)row->hop << 32 | row->address,
                            .address = row->arp_address};
    enum refusal refusal;

    loader->server->origin.arp.promised--; /* the promise is kept now */
    loader->applied_macs++;
    refusal = server_change_arp(loader->server, OP_CREATE, &arp);
    if (refusal)
        arp_explain(refusal, arp.mac, reason);
    return refusal;
}

enum refusal loader_apply(struct loader *loader, uint32_t rows, char reason[REASON_SIZE])
{
    enum refusal refusal;

    for (; rows > 0 && loader->applied < loader->count; rows--, loader->applied++) {
        const struct row *row = &loader->rows[loader->applied];

        refusal = row->is_arp ? apply_arp(loader, row, reason) : apply_route(loader, row, reason);
        if (refusal) {
            loader->line = row->line;
            return refusal;
        }
    }
    return REFUSED_NOT;
}

bool loader_holds(const struct loader *loader, struct prefix prefix)
{
    const struct trie_node *node = trie_find(&loader->staged, prefix);

    return node && node->value >= loader->applied;
}

bool loader_holds_mac(const struct loader *loader, uint64_t mac)
{
    struct arp_entry row;

    return macs_find(&loader->macs, mac, &row) && row.address >= loader->applied;
}

uint32_t loader_line(const struct loader *loader)
{
    return loader->line;
}

uint32_t loader_rows(const struct loader *loader)
{
    return loader->count;
}

uint32_t loader_macs(const struct loader *loader)
{
    return loader->macs.count;
}

uint32_t loader_applied(const struct loader *loader)
{
    return loader->applied;
}
