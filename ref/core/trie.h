/* SPDX-License-Identifier: MIT
 *
 * A path-compressed binary trie over prefixes, in one index-addressed array of 16-byte nodes: N
 * entries need at most 2N nodes, whatever their shape. Order is ascending by address, then mask.
 * A node pointer is valid until the next trie_add or trie_remove.
 */
#ifndef CORE_TRIE_H
#define CORE_TRIE_H

#include "core/route.h"

struct trie_node {
    uint32_t address;
    uint32_t child[2];   /* indexes; 0 is none */
    uint32_t value : 25; /* the user's */
    uint32_t mask : 6;
    uint32_t used : 1; /* an entry; otherwise it only joins two branches */
};

enum { TRIE_VALUE = (1 << 25) - 1 }; /* the greatest value */

struct trie {
    struct trie_node *nodes; /* nodes[0] is not used */
    uint32_t capacity, top, root, spare;
    uint32_t count;  /* entries */
    uint32_t *hints; /* by the first hint_mask bits of an address: a node to start from, or NULL */
    uint32_t hint_mask;
};

struct trie_cursor {
    const struct trie *trie;
    uint32_t stack[40]; /* what is left, the next on top; stack[0] is the end */
    int depth;
    uint32_t at; /* the next node */
};

static inline struct prefix trie_prefix(const struct trie_node *node)
{
    return (struct prefix){node->address, (uint8_t)node->mask};
}

void trie_finish(struct trie *trie);

/* Makes room for that many more entries, so that adding them cannot fail. -1 with errno. */
int trie_reserve(struct trie *trie, uint32_t entries);

/* Adds an entry: the node, or NULL with errno EEXIST or ENOMEM. */
struct trie_node *trie_add(struct trie *trie, struct prefix prefix);

/* The entry of exactly this prefix, or NULL. */
struct trie_node *trie_find(const struct trie *trie, struct prefix prefix);

/* The entry with the longest mask that contains the address, or NULL. */
const struct trie_node *trie_match(const struct trie *trie, uint32_t address);

/* Removes the entry; -1 with ENOENT. */
int trie_remove(struct trie *trie, struct prefix prefix);

/* Stands before the first entry that is at `prefix` or behind it (`inclusive`), or behind it. The
 * cursor is valid until the trie changes: seek again then, from the last entry that was seen. */
void trie_seek(struct trie_cursor *cursor, const struct trie *trie, struct prefix prefix,
               bool inclusive);

/* Up to `max` next entries, at least one unless there are no more: how many. */
int trie_next(struct trie_cursor *cursor, const struct trie_node **entries, int max);

/* A scan in no order that goes on while the trie changes: gives every entry that is there
 * throughout once. Start with *at 0. Up to `max` entries, at least one unless there are no more:
 * how many. */
int trie_scan(const struct trie *trie, uint32_t *at, const struct trie_node **entries, int max);

enum { TRIE_AHEAD = 64 };

/* Fetches what trie_find and trie_add of up to TRIE_AHEAD prefixes will read, for all at once:
 * one by one, each would wait for memory several times. */
void trie_expect(const struct trie *trie, const struct prefix *prefixes, size_t count);

#endif
