/* SPDX-License-Identifier: MIT */
#include "core/macs.h"

#include <errno.h>
#include <stdlib.h>

enum { LEAF = 255 };

/* A leaf is an entry. A branch joins two subtrees whose MACs are the same above `bit` and differ
 * in it: those with a 0 are on side 0. A spare node's child[0] is the next one. */
struct macs_node {
    union {
        struct {
            uint32_t mac_low, address, slot;
        };
        uint32_t child[2];
    };
    uint16_t mac_high;
    uint8_t bit;
    bool known;
};

static uint64_t mac_of(const struct macs_node *node)
{
    return (uint64_t)node->mac_high << 32 | node->mac_low;
}

static unsigned side(uint64_t mac, unsigned bit)
{
    return mac >> bit & 1;
}

void macs_finish(struct macs *macs)
{
    free(macs->nodes);
    *macs = (struct macs){0};
}

int macs_reserve(struct macs *macs, uint32_t entries)
{
    uint64_t top = macs->top ? macs->top : 1, nodes_more = 2 * (uint64_t)entries;
    uint64_t want = top + (nodes_more > macs->spares ? nodes_more - macs->spares : 0);
    uint64_t capacity = macs->capacity ? macs->capacity : 16;
    struct macs_node *nodes;

    if (want <= macs->capacity)
        return 0;
    while (capacity < want)
        capacity *= 2;
    nodes = capacity > UINT32_MAX ? NULL : realloc(macs->nodes, capacity * sizeof(*nodes));
    if (!nodes) {
        errno = ENOMEM;
        return -1;
    }
    macs->nodes = nodes;
    macs->capacity = (uint32_t)capacity;
    macs->top = (uint32_t)top;
    return 0;
}

/* A node; the room is there. */
static uint32_t node_take(struct macs *macs)
{
    uint32_t node = macs->spare;

    if (!node)
        return macs->top++;
    macs->spare = macs->nodes[node].child[0];
    macs->spares--;
    return node;
}

static void node_drop(struct macs *macs, uint32_t node)
{
    macs->nodes[node].child[0] = macs->spare;
    macs->spare = node;
    macs->spares++;
}

/* The leaf that a search for this MAC ends at; 0 in an empty set. */
static uint32_t closest(const struct macs *macs, uint64_t mac)
{
    uint32_t at = macs->root;

    while (at && macs->nodes[at].bit != LEAF)
        at = macs->nodes[at].child[side(mac, macs->nodes[at].bit)];
    return at;
}

/* The highest bit in which the MAC differs from all entries that share the bits above; -1: it is
 * one of them. The set is not empty. */
static int critical_bit(const struct macs *macs, uint64_t mac)
{
    uint64_t differs = mac ^ mac_of(&macs->nodes[closest(macs, mac)]);

    return differs ? 63 - __builtin_clzll(differs) : -1;
}

static bool above(const struct macs_node *node, int bit)
{
    return node->bit != LEAF && (int)node->bit > bit;
}

int macs_add(struct macs *macs, const struct arp_entry *entry)
{
    int bit = macs->root ? critical_bit(macs, entry->mac) : 0;
    uint32_t leaf, branch, *link;

    if (bit < 0) {
        errno = EEXIST;
        return -1;
    }
    if (macs_reserve(macs, 1))
        return -1;
    leaf = node_take(macs);
    macs->nodes[leaf] = (struct macs_node){.mac_low = (uint32_t)entry->mac,
                                           .mac_high = (uint16_t)(entry->mac >> 32),
                                           .address = entry->address,
                                           .slot = entry->slot,
                                           .bit = LEAF,
                                           .known = entry->known};
    link = &macs->root;
    if (macs->count++ > 0) {
        branch = node_take(macs);
        while (above(&macs->nodes[*link], bit))
            link = &macs->nodes[*link].child[side(entry->mac, macs->nodes[*link].bit)];
        macs->nodes[branch].bit = (uint8_t)bit;
        macs->nodes[branch].child[side(entry->mac, (unsigned)bit)] = leaf;
        macs->nodes[branch].child[!side(entry->mac, (unsigned)bit)] = *link;
        leaf = branch;
    }
    *link = leaf;
    return 0;
}

int macs_remove(struct macs *macs, uint64_t mac)
{
    uint32_t *link = &macs->root, *parent = NULL, node, branch;

    while (*link && macs->nodes[*link].bit != LEAF) {
        parent = link;
        link = &macs->nodes[*link].child[side(mac, macs->nodes[*link].bit)];
    }
    node = *link;
    if (!node || mac_of(&macs->nodes[node]) != mac) {
        errno = ENOENT;
        return -1;
    }
    macs->count--;
    *link = 0;
    if (parent) {
        branch = *parent;
        *parent = macs->nodes[branch].child[macs->nodes[branch].child[0] == 0];
        node_drop(macs, branch);
    }
    node_drop(macs, node);
    return 0;
}

static void fill(const struct macs_node *node, struct arp_entry *entry)
{
    *entry = (struct arp_entry){mac_of(node), node->address, node->slot, node->known};
}

bool macs_find(const struct macs *macs, uint64_t mac, struct arp_entry *entry)
{
    uint32_t leaf = closest(macs, mac);

    if (!leaf || mac_of(&macs->nodes[leaf]) != mac)
        return false;
    if (entry)
        fill(&macs->nodes[leaf], entry);
    return true;
}

void macs_seek(struct macs_cursor *cursor, const struct macs *macs, uint64_t mac)
{
    uint32_t at = macs->root;
    int bit;

    cursor->macs = macs;
    cursor->depth = 0;
    if (!at || mac >> MAC_BITS)
        return;
    bit = critical_bit(macs, mac);
    while (above(&macs->nodes[at], bit)) {
        const struct macs_node *node = &macs->nodes[at];

        if (!side(mac, node->bit))
            cursor->pending[cursor->depth++] = node->child[1];
        at = node->child[side(mac, node->bit)];
    }
    if (bit < 0 || !side(mac, (unsigned)bit)) /* all below are at least `mac`, or all are less */
        cursor->pending[cursor->depth++] = at;
}

bool macs_next(struct macs_cursor *cursor, struct arp_entry *entry)
{
    const struct macs_node *nodes = cursor->macs->nodes;
    uint32_t at;

    if (cursor->depth == 0)
        return false;
    at = cursor->pending[--cursor->depth];
    while (nodes[at].bit != LEAF) {
        cursor->pending[cursor->depth++] = nodes[at].child[1];
        at = nodes[at].child[0];
    }
    fill(&nodes[at], entry);
    return true;
}
