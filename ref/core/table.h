/* SPDX-License-Identifier: MIT
 *
 * The two tables, routes and ARP entries, as one: what is sent, replaced and emptied together.
 * Exact match, longest match and ordered walk; the digest of both is kept with every change. A
 * route costs at most 32 bytes plus its share of the next hops, an ARP entry 32.
 */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include "core/hops.h"
#include "core/macs.h"
#include "core/trie.h"

struct table;

/* A walk in order; valid until the table changes, then seek again behind the last route seen. */
struct table_cursor {
    const struct table *table;
    struct trie_cursor at;
    const struct trie_node *ahead[32]; /* entries that the walk has come to, from next to held */
    int next, held;
};

/* A route where it lies. */
struct route_view {
    struct prefix prefix;
    const struct hop *hop;
};

/* What a copy is compared by. */
struct table_sum {
    uint32_t routes, macs;
    uint64_t digest;
};

/* NULL with errno if there is no memory. */
struct table *table_create(void);
void table_destroy(struct table *table);

/* Removes all entries and gives their memory back; cannot fail. */
void table_clear(struct table *table);

/* Makes room for that many more entries, so that adding them cannot fail; -1 with errno. */
int table_reserve(struct table *table, uint32_t routes, uint32_t macs);

/* Each changes nothing when it fails: -1 with errno EEXIST, ENOENT or ENOMEM. */
int table_add(struct table *table, const struct route *route);
int table_replace(struct table *table, const struct route *route);
int table_remove(struct table *table, struct prefix prefix);

enum { TABLE_AHEAD = TRIE_AHEAD };

/* These prefixes, up to TABLE_AHEAD, are about to be changed or found: in a big table they then
 * wait for memory together. */
void table_expect(const struct table *table, const struct prefix *prefixes, size_t count);

/* Copy out the route of exactly this prefix (unless `route` is NULL), or with the longest match;
 * false if there is none. */
bool table_find(const struct table *table, struct prefix prefix, struct route *route);
bool table_match(const struct table *table, uint32_t address, struct route *route);

/* The same for ARP entries; the address and the slot are the caller's. `entry` may be NULL. */
int table_add_mac(struct table *table, const struct arp_entry *entry);
int table_remove_mac(struct table *table, uint64_t mac);
bool table_find_mac(const struct table *table, uint64_t mac, struct arp_entry *entry);

struct table_sum table_sum(const struct table *table);

/* Shows up to `max` routes of a scan as trie_scan's, valid until the table changes; how many, 0 at
 * the end. */
int table_scan(const struct table *table, uint32_t *at, struct route_view *routes, int max);

/* As trie_seek; then the next route, or false at the end. */
void table_seek(struct table_cursor *cursor, const struct table *table, struct prefix prefix,
                bool inclusive);
bool table_next(struct table_cursor *cursor, struct route *route);

/* As macs_seek; the walk goes on with macs_next. */
void table_seek_mac(struct macs_cursor *cursor, const struct table *table, uint64_t mac);

#endif
