/* SPDX-License-Identifier: MIT */
#include "core/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/digest.h"
#include "core/hops.h"

struct table {
    struct trie trie; /* value: number of the next hop */
    struct hops hops;
    struct macs macs;
    uint64_t digest; /* of routes and MACs */
};

struct table *table_create(void)
{
    return calloc(1, sizeof(struct table));
}

void table_destroy(struct table *table)
{
    if (!table)
        return;
    table_clear(table);
    free(table);
}

void table_clear(struct table *table)
{
    trie_finish(&table->trie);
    hops_finish(&table->hops);
    macs_finish(&table->macs);
    table->digest = 0;
}

int table_reserve(struct table *table, uint32_t routes, uint32_t macs)
{
    if (trie_reserve(&table->trie, routes))
        return -1;
    return macs > 0 ? macs_reserve(&table->macs, macs) : 0;
}

static void fill(const struct table *table, const struct trie_node *node, struct route *route)
{
    const struct hop *hop = hops_at(&table->hops, node->value);

    route->prefix = trie_prefix(node);
    route->gateway = hop->gateway;
    memcpy(route->oif, hop->text.oif, OIF_SIZE);
}

int table_add(struct table *table, const struct route *route)
{
    uint32_t hop = hops_hold(&table->hops, route->gateway, route->oif);
    struct trie_node *node = hop ? trie_add(&table->trie, route->prefix) : NULL;

    if (!node) {
        if (hop)
            hops_drop(&table->hops, hop);
        return -1;
    }
    node->value = hop & TRIE_VALUE;
    table->digest += digest_hop(digest_prefix(route->prefix), hops_at(&table->hops, hop));
    return 0;
}

int table_replace(struct table *table, const struct route *route)
{
    struct trie_node *node = trie_find(&table->trie, route->prefix);
    uint64_t digest;
    uint32_t hop;

    if (!node) {
        errno = ENOENT;
        return -1;
    }
    hop = hops_hold(&table->hops, route->gateway, route->oif);
    if (!hop)
        return -1;
    if (hop != node->value) {
        digest = digest_prefix(route->prefix);
        table->digest += digest_hop(digest, hops_at(&table->hops, hop)) -
                         digest_hop(digest, hops_at(&table->hops, node->value));
    }
    hops_drop(&table->hops, node->value);
    node->value = hop & TRIE_VALUE;
    return 0;
}

int table_remove(struct table *table, struct prefix prefix)
{
    struct trie_node *node = trie_find(&table->trie, prefix);

    if (!node) {
        errno = ENOENT;
        return -1;
    }
    table->digest -= digest_hop(digest_prefix(prefix), hops_at(&table->hops, node->value));
    hops_drop(&table->hops, node->value);
    return trie_remove(&table->trie, prefix);
}

void table_expect(const struct table *table, const struct prefix *prefixes, size_t count)
{
    trie_expect(&table->trie, prefixes, count);
}

bool table_find(const struct table *table, struct prefix prefix, struct route *route)
{
    const struct trie_node *node = trie_find(&table->trie, prefix);

    if (node && route)
        fill(table, node, route);
    return node != NULL;
}

bool table_match(const struct table *table, uint32_t address, struct route *route)
{
    const struct trie_node *node = trie_match(&table->trie, address);

    if (node)
        fill(table, node, route);
    return node != NULL;
}

int table_add_mac(struct table *table, const struct arp_entry *entry)
{
    if (macs_add(&table->macs, entry))
        return -1;
    table->digest += digest_mac(entry->mac);
    return 0;
}

int table_remove_mac(struct table *table, uint64_t mac)
{
    if (macs_remove(&table->macs, mac))
        return -1;
    table->digest -= digest_mac(mac);
    return 0;
}

bool table_find_mac(const struct table *table, uint64_t mac, struct arp_entry *entry)
{
    return macs_find(&table->macs, mac, entry);
}

struct table_sum table_sum(const struct table *table)
{
    return (struct table_sum){table->trie.count, table->macs.count, table->digest};
}

void table_seek(struct table_cursor *cursor, const struct table *table, struct prefix prefix,
                bool inclusive)
{
    cursor->table = table;
    cursor->next = cursor->held = 0;
    trie_seek(&cursor->at, &table->trie, prefix, inclusive);
}

bool table_next(struct table_cursor *cursor, struct route *route)
{
    if (cursor->next == cursor->held) {
        cursor->next = 0;
        cursor->held =
            trie_next(&cursor->at, cursor->ahead, sizeof(cursor->ahead) / sizeof(*cursor->ahead));
    }
    if (cursor->held == 0)
        return false;
    fill(cursor->table, cursor->ahead[cursor->next++], route);
    return true;
}

int table_scan(const struct table *table, uint32_t *at, struct route_view *routes, int max)
{
    const struct trie_node *entries[64];
    int most = sizeof(entries) / sizeof(*entries);
    int count = trie_scan(&table->trie, at, entries, max < most ? max : most);

    for (int i = 0; i < count; i++)
        routes[i] =
            (struct route_view){trie_prefix(entries[i]), hops_at(&table->hops, entries[i]->value)};
    return count;
}

void table_seek_mac(struct macs_cursor *cursor, const struct table *table, uint64_t mac)
{
    macs_seek(cursor, &table->macs, mac);
}
