/* SPDX-License-Identifier: MIT */
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct random random_seeded(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * 1099511628211u;
    return (struct random){h};
}

/* splitmix64: a counter and a mixing of its bits. */
uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t random_below(struct random *r, uint32_t n)
{
    return (uint32_t)((random_next(r) >> 32) * n >> 32);
}

/* In parts of 10,000: how often a real table has each mask. */
static const struct {
    uint8_t mask;
    uint16_t weight;
} mix[] = {{24, 5962}, {23, 1070}, {22, 1204}, {21, 563}, {20, 472}, {19, 280}, {18, 150},
           {17, 90},   {16, 150},  {15, 15},   {14, 10},  {13, 8},   {12, 6},   {11, 4},
           {10, 2},    {9, 1},     {8, 2},     {32, 8},   {25, 1},   {28, 1},   {30, 1}};

static uint8_t random_mask(struct random *r)
{
    uint32_t total = 0, at;

    for (size_t i = 0; i < LENGTH(mix); i++)
        total += mix[i].weight;
    at = random_below(r, total);
    for (size_t i = 0;; i++) {
        if (at < mix[i].weight)
            return mix[i].mask;
        at -= mix[i].weight;
    }
}

static void random_value(struct random *r, struct route *out)
{
    uint32_t n = random_below(r, 3304);

    out->gateway = 0xc0000000u + n * 65537u;
    snprintf(out->oif, sizeof out->oif, "eth%u.%u", n & 3, 2 + n * 31 % 4093);
}

static void random_route(struct random *r, struct route *out)
{
    memset(out, 0, sizeof *out);
    out->mask = random_mask(r);
    out->destination = (1u << 24) + (uint32_t)(random_next(r) % (223u << 24));
    out->destination &= UINT32_MAX << (32 - out->mask);
    random_value(r, out);
}

static void put_line(struct buf *out, const char *verb, const struct route *r, bool value)
{
    char line[72];

    route_format(r, line);
    if (!value)
        *strchr(line, ' ') = '\0';
    buf_printf(out, "%s%s%s\n", verb, *verb ? " " : "", line);
}

void generate_table(struct random *r, size_t rows, struct buf *out)
{
    struct oracle *made = oracle_create();
    struct route route;

    while (oracle_count(made) < rows) {
        random_route(r, &route);
        if (oracle_create_route(made, &route) == NULL)
            put_line(out, "", &route, true);
    }
    oracle_destroy(made);
}

/* The table while changes are drawn: an array to draw from, and an oracle to tell what exists. */
struct pool {
    struct route *at;
    size_t n, cap;
    struct oracle *now;
};

static void pool_add(struct pool *p, const struct route *r)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 1024;
        p->at = x_realloc(p->at, p->cap * sizeof *p->at);
    }
    p->at[p->n++] = *r;
    oracle_create_route(p->now, r);
}

static void draw_change(struct random *r, struct pool *p, struct buf *out)
{
    uint32_t dice = random_below(r, 100);
    struct route route;
    size_t i;

    if (p->n < 16 || dice == 0) {
        do
            random_route(r, &route);
        while (oracle_find(p->now, route.destination, route.mask) != NULL);
        pool_add(p, &route);
        put_line(out, "create", &route, true);
        return;
    }
    i = random_below(r, (uint32_t)p->n);
    if (dice == 1) {
        put_line(out, "delete", &p->at[i], false);
        oracle_delete_route(p->now, &p->at[i]);
        p->at[i] = p->at[--p->n];
        return;
    }
    random_value(r, &p->at[i]);
    put_line(out, "update", &p->at[i], true);
}

static int by_key(const void *a, const void *b)
{
    const struct route *x = a, *y = b;

    if (x->destination != y->destination)
        return x->destination < y->destination ? -1 : 1;
    return (int)x->mask - (int)y->mask;
}

static void pool_fill(struct pool *p, const struct oracle *table)
{
    const struct route *route;

    *p = (struct pool){.now = oracle_create()};
    for (size_t at = 0; (route = oracle_next(table, &at)) != NULL;)
        pool_add(p, route);
    if (p->n > 1)
        qsort(p->at, p->n, sizeof *p->at, by_key);
}

static void pool_finish(struct pool *p)
{
    oracle_destroy(p->now);
    free(p->at);
}

void generate_changes(struct random *r, const struct oracle *table, size_t changes, struct buf *out)
{
    struct pool p;

    pool_fill(&p, table);
    for (size_t i = 0; i < changes; i++)
        draw_change(r, &p, out);
    pool_finish(&p);
}

/* The entries of an ARP table while changes are drawn. */
struct arp_pool {
    uint64_t *at;
    size_t n, cap;
    struct arp *now;
};

static void arp_pool_add(struct arp_pool *p, const struct neighbour *n)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 256;
        p->at = x_realloc(p->at, p->cap * sizeof *p->at);
    }
    p->at[p->n++] = n->mac;
    arp_add(p->now, n);
}

static int by_mac(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void arp_pool_fill(struct arp_pool *p, const struct arp *table)
{
    const struct neighbour *n;

    *p = (struct arp_pool){.now = arp_create()};
    for (size_t at = 0; (n = arp_next(table, &at)) != NULL;)
        arp_pool_add(p, n);
    if (p->n > 1)
        qsort(p->at, p->n, sizeof *p->at, by_mac);
}

static void arp_pool_finish(struct arp_pool *p)
{
    arp_destroy(p->now);
    free(p->at);
}

#define MAC_LAST 0xffffffffffffu

uint32_t generate_address(uint64_t mac)
{
    return (uint32_t)((mac * 0xc2b2ae3d27d4eb4fu) >> 24);
}

/* An entry of its own MAC, every other time the one behind the last; added to the pool, and its
 * line behind the verb. */
static void draw_neighbour(struct random *r, struct arp_pool *p, const char *verb, struct buf *out)
{
    struct neighbour n = {.known = true};
    char line[36];

    n.mac =
        p->n > 0 && random_below(r, 2) ? (p->at[p->n - 1] + 1) & MAC_LAST : random_next(r) >> 16;
    while (arp_find(p->now, n.mac) != NULL)
        n.mac = random_next(r) >> 16;
    n.ip = generate_address(n.mac);
    arp_pool_add(p, &n);
    neighbour_format(&n, line);
    buf_printf(out, "%s%s\n", verb, line);
}

void generate_arp(struct random *r, size_t rows, struct buf *out)
{
    struct arp_pool p = {.now = arp_create()};

    while (p.n < rows)
        draw_neighbour(r, &p, "", out);
    arp_pool_finish(&p);
}

static void draw_arp_change(struct random *r, struct arp_pool *p, struct buf *out)
{
    uint32_t i;
    char mac[18];

    if (p->n < 8 || random_below(r, 10) < 6 - (p->n > 200)) {
        draw_neighbour(r, p, "arp add ", out);
        return;
    }
    i = random_below(r, (uint32_t)p->n);
    mac_format(p->at[i], mac);
    buf_printf(out, "arp delete %s\n", mac);
    arp_remove(p->now, p->at[i]);
    p->at[i] = p->at[--p->n];
}

void generate_additions(struct random *r, const struct oracle *tables, size_t changes,
                        struct buf *out)
{
    struct arp_pool p;

    arp_pool_fill(&p, oracle_arp(tables));
    for (size_t i = 0; i < changes; i++)
        draw_neighbour(r, &p, "arp add ", out);
    arp_pool_finish(&p);
}

void generate_churn(struct random *r, const struct oracle *tables, size_t changes, struct buf *out)
{
    struct arp_pool p;

    arp_pool_fill(&p, oracle_arp(tables));
    for (size_t i = 0; i < changes; i++)
        draw_arp_change(r, &p, out);
    arp_pool_finish(&p);
}

void generate_mixed(struct random *r, const struct oracle *tables, size_t changes, struct buf *out)
{
    struct arp_pool neighbours;
    struct pool routes;

    pool_fill(&routes, tables);
    arp_pool_fill(&neighbours, oracle_arp(tables));
    for (size_t i = 0; i < changes; i++) {
        uint32_t dice = random_below(r, 400);
        if (dice == 0) {
            buf_adds(out, "flush\n");
            oracle_clear(routes.now);
            arp_destroy(neighbours.now);
            neighbours.now = arp_create();
            routes.n = neighbours.n = 0;
        } else if (dice <= 160) {
            draw_arp_change(r, &neighbours, out);
        } else {
            draw_change(r, &routes, out);
        }
    }
    pool_finish(&routes);
    arp_pool_finish(&neighbours);
}
