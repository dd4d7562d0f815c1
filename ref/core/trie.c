/* SPDX-License-Identifier: MIT */
#include "core/trie.h"

#include <errno.h>
#include <stdlib.h>

/* A hint saves the upper half of most descents. It is a guess that needs no upkeep: any node that
 * is in the trie and covers the prefix is on its path, so the node itself says whether it serves.
 * A node that is not in the trie has a mask that covers nothing. */
enum { HINTS = 1 << 16, HINTS_FROM = 4096, HINT_MASK = 16, NOT_A_MASK = 33 };

static unsigned bit_at(uint32_t address, unsigned place)
{
    return address >> (31 - place) & 1;
}

static struct prefix node_prefix(const struct trie_node *node)
{
    return (struct prefix){node->address, (uint8_t)node->mask};
}

static int grow(struct trie *trie, uint32_t nodes)
{
    uint32_t capacity = trie->capacity ? trie->capacity : 64;
    struct trie_node *grown;

    if (trie->top + nodes < trie->capacity)
        return 0;
    while (capacity <= trie->top + nodes)
        capacity *= 2; /* big arrays grow by remapping pages: no copy, no stall */
    grown = realloc(trie->nodes, capacity * sizeof(*grown));
    if (!grown)
        return -1;
    trie->nodes = grown;
    trie->capacity = capacity;
    if (trie->top == 0)
        trie->top = 1;
    return 0;
}

int trie_reserve(struct trie *trie, uint32_t entries)
{
    if (entries > UINT32_C(1) << 30) {
        errno = ENOMEM;
        return -1;
    }
    return grow(trie, entries * 2);
}

void trie_finish(struct trie *trie)
{
    free(trie->nodes);
    free(trie->hints);
    *trie = (struct trie){0};
}

/* The caller has made room. */
static uint32_t node_take(struct trie *trie, struct prefix prefix)
{
    uint32_t index = trie->spare;

    if (index)
        trie->spare = trie->nodes[index].child[0];
    else
        index = trie->top++;
    trie->nodes[index] = (struct trie_node){.address = prefix.address, .mask = prefix.mask & 63};
    return index;
}

static void node_give(struct trie *trie, uint32_t index)
{
    trie->nodes[index].mask = NOT_A_MASK;
    trie->nodes[index].child[0] = trie->spare;
    trie->spare = index;
}

/* Number of leading bits that both have, at most the shorter mask. */
static unsigned common_bits(struct prefix a, struct prefix b)
{
    unsigned limit = a.mask < b.mask ? a.mask : b.mask;
    uint32_t differ = a.address ^ b.address;
    unsigned same = differ ? (unsigned)__builtin_clz(differ) : 32;

    return same < limit ? same : limit;
}

/* Puts a new node where the link points at a node that the prefix is not below. */
static struct trie_node *split(struct trie *trie, uint32_t *link, struct prefix prefix)
{
    uint32_t below = *link, entry = node_take(trie, prefix), joint;
    struct prefix other = node_prefix(&trie->nodes[below]);
    unsigned common = common_bits(prefix, other);

    if (common == prefix.mask) {
        trie->nodes[entry].child[bit_at(other.address, common)] = below;
        *link = entry;
        return &trie->nodes[entry];
    }
    joint = node_take(trie, (struct prefix){prefix.address & mask_bits(common), (uint8_t)common});
    trie->nodes[joint].child[bit_at(prefix.address, common)] = entry;
    trie->nodes[joint].child[bit_at(other.address, common)] = below;
    *link = joint;
    return &trie->nodes[entry];
}

/* A node above the prefix, or 0: start from the root. */
static uint32_t hint_of(const struct trie *trie, struct prefix prefix)
{
    uint32_t index = trie->hints ? trie->hints[prefix.address >> 16] : 0;
    const struct trie_node *node = &trie->nodes[index];

    return index && node->mask < prefix.mask && prefix_covers(node_prefix(node), prefix) ? index
                                                                                         : 0;
}

static void keep_hint(const struct trie *trie, uint32_t index, struct prefix prefix)
{
    if (trie->hints && trie->nodes[index].mask <= HINT_MASK)
        trie->hints[prefix.address >> 16] = index;
}

struct trie_node *trie_add(struct trie *trie, struct prefix prefix)
{
    struct trie_node *node = NULL;
    uint32_t *link = &trie->root, hint = hint_of(trie, prefix);

    if (grow(trie, 2))
        return NULL;
    if (!trie->hints && trie->count >= HINTS_FROM)
        trie->hints = calloc(HINTS, sizeof(*trie->hints)); /* without them it is only slower */
    if (hint)
        link = &trie->nodes[hint].child[bit_at(prefix.address, trie->nodes[hint].mask)];
    while (*link) {
        node = &trie->nodes[*link];
        if (!prefix_covers(node_prefix(node), prefix) || node->mask == prefix.mask)
            break;
        keep_hint(trie, *link, prefix);
        link = &node->child[bit_at(prefix.address, node->mask)];
    }
    if (!*link) {
        *link = node_take(trie, prefix);
        node = &trie->nodes[*link];
    } else if (node->mask != prefix.mask || node->address != prefix.address) {
        node = split(trie, link, prefix);
    } else if (node->used) {
        errno = EEXIST;
        return NULL;
    }
    node->used = 1;
    trie->count++;
    return node;
}

struct trie_node *trie_find(const struct trie *trie, struct prefix prefix)
{
    uint32_t hint = hint_of(trie, prefix), index = hint ? hint : trie->root;

    while (index) {
        struct trie_node *node = &trie->nodes[index];

        if (node->mask >= prefix.mask)
            return node->used && node->mask == prefix.mask && node->address == prefix.address
                       ? node
                       : NULL;
        if (prefix_covers(node_prefix(node), prefix))
            keep_hint(trie, index, prefix);
        index = node->child[bit_at(prefix.address, node->mask)];
    }
    return NULL;
}

const struct trie_node *trie_match(const struct trie *trie, uint32_t address)
{
    const struct trie_node *best = NULL;
    uint32_t index = trie->root;

    while (index) {
        const struct trie_node *node = &trie->nodes[index];

        if ((node->address ^ address) & mask_bits(node->mask))
            break;
        if (node->used)
            best = node;
        index = node->mask < 32 ? node->child[bit_at(address, node->mask)] : 0;
    }
    return best;
}

/* Takes a node without entry out of the trie unless it joins two branches. */
static void prune(struct trie *trie, uint32_t *link)
{
    uint32_t index = *link;
    struct trie_node *node = &trie->nodes[index];

    if (node->used || (node->child[0] && node->child[1]))
        return;
    *link = node->child[0] ? node->child[0] : node->child[1];
    node_give(trie, index);
}

int trie_remove(struct trie *trie, struct prefix prefix)
{
    uint32_t *link = &trie->root, *above = NULL;

    while (*link) {
        struct trie_node *node = &trie->nodes[*link];

        if (node->mask >= prefix.mask)
            break;
        above = link;
        link = &node->child[bit_at(prefix.address, node->mask)];
    }
    if (!*link || !trie->nodes[*link].used || trie->nodes[*link].mask != prefix.mask ||
        trie->nodes[*link].address != prefix.address) {
        errno = ENOENT;
        return -1;
    }
    trie->nodes[*link].used = 0;
    trie->count--;
    prune(trie, link);
    if (above)
        prune(trie, above);
    return 0;
}

static void push(struct trie_cursor *cursor, uint32_t index)
{
    if (index)
        cursor->stack[cursor->depth++] = index;
}

void trie_seek(struct trie_cursor *cursor, const struct trie *trie, struct prefix prefix,
               bool inclusive)
{
    uint32_t index = trie->root;

    cursor->trie = trie;
    cursor->depth = 0;
    while (index) {
        const struct trie_node *node = &trie->nodes[index];
        unsigned side = node->mask < 32 ? bit_at(prefix.address, node->mask) : 0;

        if (node->mask >= prefix.mask || !prefix_covers(node_prefix(node), prefix))
            break;
        if (side == 0)
            push(cursor, node->child[1]);
        index = node->child[side];
    }
    if (!index)
        return;
    if (trie->nodes[index].address == prefix.address && trie->nodes[index].mask == prefix.mask &&
        !inclusive) {
        push(cursor, trie->nodes[index].child[1]);
        push(cursor, trie->nodes[index].child[0]);
    } else if (trie->nodes[index].address >= prefix.address) {
        push(cursor, index); /* not above the prefix: all of it comes behind it */
    }
}

const struct trie_node *trie_next(struct trie_cursor *cursor)
{
    const struct trie_node *nodes = cursor->trie->nodes, *node;

    while (cursor->depth > 0) {
        node = &nodes[cursor->stack[--cursor->depth]];
        /* the branches are as good as random: pushed without a jump, and fetched ahead */
        __builtin_prefetch(&nodes[node->child[1]]);
        cursor->stack[cursor->depth] = node->child[1];
        cursor->depth += node->child[1] != 0;
        cursor->stack[cursor->depth] = node->child[0];
        cursor->depth += node->child[0] != 0;
        if (node->used)
            return node;
    }
    return NULL;
}
