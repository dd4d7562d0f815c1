/* SPDX-License-Identifier: MIT
 *
 * A set of ARP entries in the order of their MACs: a crit-bit tree in one index-addressed array of
 * 16-byte nodes. N entries need 2N - 1 nodes, and no path is longer than a MAC has bits.
 */
#ifndef CORE_MACS_H
#define CORE_MACS_H

#include "core/mac.h"

struct macs_node;

struct macs {
    struct macs_node *nodes; /* nodes[0] is not used */
    uint32_t capacity, top, root, spare, spares;
    uint32_t count; /* entries */
};

/* A walk in order; valid until the set changes. */
struct macs_cursor {
    const struct macs *macs;
    uint32_t pending[MAC_BITS + 1];
    int depth;
};

/* Frees all and leaves an empty set that can be used again. */
void macs_finish(struct macs *macs);

/* Makes room for that many more entries, so that adding them cannot fail. -1 with errno ENOMEM. */
int macs_reserve(struct macs *macs, uint32_t entries);

/* Each changes nothing when it fails: -1 with errno EEXIST, ENOENT or ENOMEM. */
int macs_add(struct macs *macs, const struct arp_entry *entry);
int macs_remove(struct macs *macs, uint64_t mac);

/* Copies the entry out, unless `entry` is NULL; false if there is none. */
bool macs_find(const struct macs *macs, uint64_t mac, struct arp_entry *entry);

/* Stands before the first entry whose MAC is at least `mac`. */
void macs_seek(struct macs_cursor *cursor, const struct macs *macs, uint64_t mac);

/* Copies the next entry out; false at the end. */
bool macs_next(struct macs_cursor *cursor, struct arp_entry *entry);

#endif
