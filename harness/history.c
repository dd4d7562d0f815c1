/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdlib.h>

struct state {
    uint64_t routes, macs;
};

struct history {
    struct state *at;
    size_t n, cap;
};

struct history *history_create(void)
{
    struct history *h = x_calloc(1, sizeof *h);

    history_add(h, 0, 0);
    return h;
}

void history_destroy(struct history *h)
{
    if (h == NULL)
        return;
    free(h->at);
    free(h);
}

void history_add(struct history *h, uint64_t routes, uint64_t macs)
{
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 64;
        h->at = x_realloc(h->at, h->cap * sizeof *h->at);
    }
    h->at[h->n++] = (struct state){routes, macs};
}

size_t history_count(const struct history *h)
{
    return h->n;
}

size_t history_find_routes(const struct history *h, size_t from, uint64_t routes)
{
    while (from < h->n && h->at[from].routes != routes)
        from++;
    return from < h->n ? from : HISTORY_NONE;
}

size_t history_find_macs(const struct history *h, size_t from, uint64_t macs)
{
    while (from < h->n && h->at[from].macs != macs)
        from++;
    return from < h->n ? from : HISTORY_NONE;
}
