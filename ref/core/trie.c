/* SPDX-License-Identifier: MIT */
#include "core/trie.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A hint saves the upper part of most descents. It is a guess that needs no upkeep: any node that
 * is in the trie and covers the prefix is on its path, so the node itself says whether it serves.
 * A node that is not in the trie has a mask that covers nothing. */
enum {
    HINTS_FROM = 1 << 12, /* entries from which there are hints */
    FINE_FROM = 1 << 18,  /* and fine ones: most descents then end a node or two below */
    COARSE_MASK = 16,
    FINE_MASK = 22,
    NOT_A_MASK = 33,
    PAGE = 4096,
    BIG = 2 * 1024 * 1024, /* of memory, that big pages pay for */
    FETCH = 32,            /* nodes ahead of a walk: what was loaded in order lies in order */
    STEPS = 3,             /* of a descent from its hint, that most need */
};

static unsigned bit_at(uint32_t address, unsigned place)
{
    return address >> (31 - place) & 1;
}

/* Asks for big pages for fresh memory: a find in a big table is mostly a wait for addresses to be
 * translated. Without them it is only slower. */
static void want_big_pages(void *memory, size_t size)
{
    uintptr_t start = ((uintptr_t)memory + PAGE - 1) & -(uintptr_t)PAGE;
    uintptr_t end = ((uintptr_t)memory + size) & -(uintptr_t)PAGE;

    if (size >= BIG)
        madvise((void *)start, end - start, MADV_HUGEPAGE);
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
    want_big_pages(grown, capacity * sizeof(*grown));
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
    struct prefix other = trie_prefix(&trie->nodes[below]);
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

static uint32_t *hint_slot(const struct trie *trie, struct prefix prefix)
{
    return &trie->hints[prefix.address >> (32 - trie->hint_mask)];
}

/* A node above the prefix or at it, or 0: start from the root. */
static uint32_t hint_of(const struct trie *trie, struct prefix prefix)
{
    uint32_t index = trie->hints ? *hint_slot(trie, prefix) : 0;
    const struct trie_node *node;

    if (!index)
        return 0;
    node = &trie->nodes[index];
    return node->mask <= prefix.mask && prefix_covers(trie_prefix(node), prefix) ? index : 0;
}

static void keep_hint(const struct trie *trie, uint32_t index, struct prefix prefix)
{
    if (trie->hints && trie->nodes[index].mask <= trie->hint_mask &&
        *hint_slot(trie, prefix) != index)
        *hint_slot(trie, prefix) = index;
}

/* Without memory for hints it is only slower. New ones are learned anew. */
static void make_hints(struct trie *trie)
{
    uint32_t mask = trie->count < FINE_FROM ? COARSE_MASK : FINE_MASK, *hints;

    if (trie->count < HINTS_FROM || mask == trie->hint_mask)
        return;
    hints = calloc((size_t)1 << mask, sizeof(*hints));
    if (!hints)
        return;
    want_big_pages(hints, sizeof(*hints) << mask);
    free(trie->hints);
    trie->hints = hints;
    trie->hint_mask = mask;
}

struct trie_node *trie_add(struct trie *trie, struct prefix prefix)
{
    struct trie_node *node = NULL;
    uint32_t *link = &trie->root, hint;

    if (grow(trie, 2))
        return NULL;
    make_hints(trie);
    hint = hint_of(trie, prefix);
    if (hint && trie->nodes[hint].mask < prefix.mask)
        link = &trie->nodes[hint].child[bit_at(prefix.address, trie->nodes[hint].mask)];
    while (*link) {
        node = &trie->nodes[*link];
        if (!prefix_covers(trie_prefix(node), prefix) || node->mask == prefix.mask)
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
        if (prefix_covers(trie_prefix(node), prefix))
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

/* One step down; stays where trie_find would end. */
static uint32_t below(const struct trie *trie, uint32_t index, struct prefix prefix)
{
    const struct trie_node *node = &trie->nodes[index];
    uint32_t child = node->mask < prefix.mask ? node->child[bit_at(prefix.address, node->mask)] : 0;

    return child ? child : index;
}

void trie_expect(const struct trie *trie, const struct prefix *prefixes, size_t count)
{
    uint32_t at[TRIE_AHEAD];

    if (!trie->hints)
        return; /* small: it is in the cache */
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(hint_slot(trie, prefixes[i]));
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&trie->nodes[*hint_slot(trie, prefixes[i])]);
    for (size_t i = 0; i < count; i++) {
        at[i] = hint_of(trie, prefixes[i]);
        at[i] = at[i] ? at[i] : trie->root;
    }
    for (int step = 0; step < STEPS; step++)
        for (size_t i = 0; i < count; i++) {
            at[i] = below(trie, at[i], prefixes[i]);
            __builtin_prefetch(&trie->nodes[at[i]]);
        }
}

static void push(struct trie_cursor *cursor, uint32_t index)
{
    if (index)
        cursor->stack[++cursor->depth] = index;
}

/* Stacks what comes at the prefix or behind it. */
static void stack_rest(struct trie_cursor *cursor, struct prefix prefix, bool inclusive)
{
    const struct trie *trie = cursor->trie;
    uint32_t index = trie->root;

    while (index) {
        const struct trie_node *node = &trie->nodes[index];
        unsigned side = node->mask < 32 ? bit_at(prefix.address, node->mask) : 0;

        if (node->mask >= prefix.mask || !prefix_covers(trie_prefix(node), prefix))
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

void trie_seek(struct trie_cursor *cursor, const struct trie *trie, struct prefix prefix,
               bool inclusive)
{
    cursor->trie = trie;
    cursor->depth = 0;
    cursor->stack[0] = 0;
    stack_rest(cursor, prefix, inclusive);
    cursor->at = cursor->stack[cursor->depth];
    cursor->depth -= cursor->depth > 0;
}

/* Which branches there are, and which nodes are entries, is as good as random: nothing in here
 * jumps on it. */
int trie_next(struct trie_cursor *cursor, const struct trie_node **entries, int max)
{
    const struct trie_node *nodes = cursor->trie->nodes;
    uint32_t index = cursor->at, *stack = cursor->stack;
    int depth = cursor->depth, count = 0;

    while (index && count < max) {
        const struct trie_node *node = &nodes[index];
        uint32_t left = node->child[0], right = node->child[1], up = left == 0;

        __builtin_prefetch(&nodes[right]);
        __builtin_prefetch(node + FETCH);
        entries[count] = node;
        count += node->used;
        stack[depth + 1] = right;
        depth += right != 0;
        index = left | (stack[depth] & -up);
        depth -= (int)up & (depth > 0);
    }
    cursor->at = index;
    cursor->depth = depth;
    return count;
}

/* An entry keeps its node for as long as it lives. */
int trie_scan(const struct trie *trie, uint32_t *at, const struct trie_node **entries, int max)
{
    const struct trie_node *nodes = trie->nodes;
    uint32_t index = *at ? *at : 1; /* nodes[0] is nobody's */
    int count = 0;

    for (; index < trie->top && count < max; index++) {
        entries[count] = &nodes[index];
        count += nodes[index].used;
    }
    *at = index;
    return count;
}
