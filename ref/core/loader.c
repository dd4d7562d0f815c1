/* SPDX-License-Identifier: MIT */
#include "core/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/names.h"

enum { LINE_MAX_BYTES = 256 };

struct row {
    uint32_t address, gateway;
    uint32_t name : 25, mask : 6;
    uint32_t line;
};

struct loader {
    struct server *server;
    struct trie staged; /* value: index of the row */
    struct names names;
    struct row *rows;
    uint32_t count, capacity, applied;
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
    trie_finish(&loader->staged);
    names_finish(&loader->names);
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

static enum refusal stage(struct loader *loader, const struct route *route,
                          char reason[REASON_SIZE])
{
    const struct trie_node *twin = trie_find(&loader->staged, route->prefix);
    struct trie_node *node;
    struct row *row;
    uint32_t name;
    char text[ADDRESS_TEXT + 3];

    if (twin) {
        prefix_format(route->prefix, text);
        snprintf(reason, REASON_SIZE, "%s stands on line %u already; expected each prefix once",
                 text, loader->rows[twin->value].line);
        return REFUSED_EXISTS;
    }
    row = row_add(loader);
    name = row ? names_hold(&loader->names, route->oif) : 0;
    node = name ? trie_add(&loader->staged, route->prefix) : NULL;
    if (!node)
        return no_memory(loader, reason);
    node->value = loader->count++;
    *row = (struct row){route->prefix.address, route->gateway, name & 0x1ffffff,
                        route->prefix.mask & 63, loader->line};
    return REFUSED_NOT;
}

static enum refusal check_line(struct loader *loader, struct word line, char reason[REASON_SIZE])
{
    struct route route, old;
    enum refusal refusal;

    loader->line++;
    if (command_skips(line))
        return REFUSED_NOT;
    if (line.size >= LINE_MAX_BYTES) {
        snprintf(reason, REASON_SIZE, "the line is too long; expected at most %d bytes",
                 LINE_MAX_BYTES - 1);
        return REFUSED_SYNTAX;
    }
    refusal = command_parse_row(line, &route, reason);
    if (refusal)
        return refusal;
    if (table_find(loader->server->origin.table, route.prefix, &old)) {
        refusal_explain(REFUSED_EXISTS, route.prefix, reason);
        return REFUSED_EXISTS;
    }
    return stage(loader, &route, reason);
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
    const char *end = bytes + size, *eol;
    enum refusal refusal = REFUSED_NOT;

    if (size == 0 && loader->partial > 0)
        refusal = check_kept(loader, reason);
    if (size == 0 && !refusal && table_reserve(loader->server->origin.table, loader->count))
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

enum refusal loader_apply(struct loader *loader, uint32_t rows, char reason[REASON_SIZE])
{
    struct route route;
    enum refusal refusal;

    for (; rows > 0 && loader->applied < loader->count; rows--, loader->applied++) {
        const struct row *row = &loader->rows[loader->applied];

        route.prefix = (struct prefix){row->address, (uint8_t)row->mask};
        route.gateway = row->gateway;
        memcpy(route.oif, names_text(&loader->names, row->name), OIF_SIZE);
        refusal = server_change(loader->server, OP_CREATE, &route);
        if (refusal) {
            loader->line = row->line;
            refusal_explain(refusal, route.prefix, reason);
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

uint32_t loader_line(const struct loader *loader)
{
    return loader->line;
}

uint32_t loader_rows(const struct loader *loader)
{
    return loader->count;
}

uint32_t loader_applied(const struct loader *loader)
{
    return loader->applied;
}
