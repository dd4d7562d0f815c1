/* SPDX-License-Identifier: MIT */
/*
 * The table against a naive model: an array that is searched from end to end.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "core/digest.h"
#include "core/table.h"

enum { MODEL = 600 };

struct model {
    struct route routes[MODEL];
    int count;
};

static uint32_t state = 12345;

static uint32_t number(uint32_t below)
{
    state = state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)(state >> 4) * below) >> 28);
}

/* Few distinct bits, so that prefixes nest, collide and share branches often. */
static struct route random_route(void)
{
    struct route route = {0};
    uint32_t bits =
        number(4) << 30 | number(8) << 20 | number(4) << 14 | number(8) << 5 | number(4);

    route.prefix.mask = (uint8_t)number(33);
    route.prefix.address = bits & mask_bits(route.prefix.mask);
    route.gateway = number(1u << 28);
    snprintf(route.oif, sizeof(route.oif), "eth%u.%u", number(3), number(20));
    return route;
}

static int model_find(const struct model *model, struct prefix prefix)
{
    for (int i = 0; i < model->count; i++)
        if (model->routes[i].prefix.address == prefix.address &&
            model->routes[i].prefix.mask == prefix.mask)
            return i;
    return -1;
}

static bool same(const struct route *a, const struct route *b)
{
    return a->prefix.address == b->prefix.address && a->prefix.mask == b->prefix.mask &&
           a->gateway == b->gateway && memcmp(a->oif, b->oif, OIF_SIZE) == 0;
}

static int by_order(const void *a, const void *b)
{
    const struct route *left = a, *right = b;

    if (left->prefix.address != right->prefix.address)
        return left->prefix.address < right->prefix.address ? -1 : 1;
    return left->prefix.mask - right->prefix.mask;
}

/* One random operation on both; they have to agree on its outcome. */
static bool step(struct table *table, struct model *model)
{
    struct route route = random_route();
    int at = model_find(model, route.prefix), got, operation = (int)number(3);

    errno = 0;
    if (operation == 0) {
        if (model->count == MODEL)
            return true;
        got = table_add(table, &route);
        if (at < 0)
            model->routes[model->count++] = route;
        return at < 0 ? got == 0 : got == -1 && errno == EEXIST;
    }
    if (operation == 1) {
        got = table_replace(table, &route);
        if (at >= 0)
            model->routes[at] = route;
    } else {
        got = table_remove(table, route.prefix);
        if (at >= 0)
            model->routes[at] = model->routes[--model->count];
    }
    return at >= 0 ? got == 0 : got == -1 && errno == ENOENT;
}

static bool walk_agrees(const struct table *table, struct model *model)
{
    struct table_cursor cursor;
    struct route route;
    char line[ROUTE_LINE];
    uint64_t digest = 0;

    qsort(model->routes, (size_t)model->count, sizeof(struct route), by_order);
    table_seek(&cursor, table, (struct prefix){0}, true);
    for (int i = 0; i < model->count; i++) {
        if (!table_next(&cursor, &route) || !same(&route, &model->routes[i]))
            return false;
        digest += digest_bytes(line, route_format(&route, line));
    }
    return !table_next(&cursor, &route) && table_sum(table).digest == digest &&
           table_sum(table).routes == (uint32_t)model->count;
}

static bool match_agrees(const struct table *table, const struct model *model)
{
    struct prefix address = {random_route().prefix.address | number(8), 32};
    struct route route;
    int best = -1;

    for (int i = 0; i < model->count; i++)
        if (prefix_covers(model->routes[i].prefix, address) &&
            (best < 0 || model->routes[i].prefix.mask > model->routes[best].prefix.mask))
            best = i;
    if (!table_match(table, address.address, &route))
        return best < 0;
    return best >= 0 && same(&route, &model->routes[best]);
}

/* The first route at or behind a random prefix; the model is sorted. */
static bool seek_agrees(const struct table *table, const struct model *model)
{
    struct route from = random_route(), route;
    bool inclusive = number(2);
    struct table_cursor cursor;
    int at = 0;

    while (at < model->count && by_order(&model->routes[at], &from) < !inclusive)
        at++;
    table_seek(&cursor, table, from.prefix, inclusive);
    if (!table_next(&cursor, &route))
        return at == model->count;
    return at < model->count && same(&route, &model->routes[at]);
}

static void run_model(int steps)
{
    struct table *table = table_create();
    static struct model model;
    bool agrees = true;

    model.count = 0;
    for (int i = 0; agrees && i < steps; i++) {
        agrees = step(table, &model) && match_agrees(table, &model);
        if (i % 64 == 0)
            agrees = agrees && walk_agrees(table, &model) && seek_agrees(table, &model) &&
                     seek_agrees(table, &model) && seek_agrees(table, &model);
    }
    CHECK(agrees);
    while (model.count > 0)
        CHECK_EQ_INT(table_remove(table, model.routes[--model.count].prefix), 0);
    CHECK(walk_agrees(table, &model));
    table_destroy(table);
}

TEST(a_table_agrees_with_a_naive_model)
{
    run_model(60000);
}

/* Above 4,096 routes descents start from hints; nodes come and go below them. */
TEST(a_big_table_that_churns_keeps_every_route)
{
    struct table *table = table_create();
    struct route route = {.oif = "eth0"}, found;
    int wrong = 0;

    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 20000; i++) {
            route.prefix =
                (struct prefix){i * 2654435761u & mask_bits(8 + i % 25), (uint8_t)(8 + i % 25)};
            route.gateway = i;
            if (table_add(table, &route) == 0 && table_find(table, route.prefix, &found))
                wrong += !same(&route, &found);
            else
                wrong += !table_find(table, route.prefix, &found);
        }
        for (uint32_t i = 0; i < 20000; i++) {
            struct prefix prefix = {i * 2654435761u & mask_bits(8 + i % 25), (uint8_t)(8 + i % 25)};

            if (i % 3 != round && table_find(table, prefix, &found))
                wrong += table_remove(table, prefix) != 0 || table_find(table, prefix, &found);
        }
    }
    CHECK_EQ_INT(wrong, 0);
    table_clear(table);
    CHECK_EQ_INT(table_sum(table).routes, 0);
    CHECK_EQ_INT(table_sum(table).digest, 0);
    table_destroy(table);
}

static struct prefix nested_prefix(uint32_t i)
{
    uint8_t mask = (uint8_t)(20 + i % 4 * 4);

    return (struct prefix){(i / 4 << 12 | (i % 4) * 0x110) & mask_bits(mask), mask};
}

static int walk_length(const struct table *table)
{
    struct table_cursor cursor;
    struct route last, route;
    int count = 0;

    table_seek(&cursor, table, (struct prefix){0}, true);
    for (; table_next(&cursor, &route); last = route, count++)
        if (count > 0 && by_order(&last, &route) >= 0)
            return -1;
    return count;
}

/* Routes and what is near them, that is expected before it is looked up. */
static int missing_after_expect(const struct table *table, uint32_t first)
{
    struct prefix prefixes[TABLE_AHEAD];
    struct route found;
    int missing = 0;

    for (uint32_t i = 0; i < TABLE_AHEAD; i++)
        prefixes[i] = nested_prefix(first + i);
    prefixes[1] = (struct prefix){0};
    prefixes[2] = (struct prefix){UINT32_MAX, 32};
    table_expect(table, prefixes, TABLE_AHEAD);
    for (uint32_t i = 0; i < TABLE_AHEAD; i++)
        missing += !table_find(table, prefixes[i], &found) || found.gateway != first + i;
    return missing;
}

/* Above 262,144 routes the hints are fine ones, below and above the masks of the routes. */
TEST(a_full_table_keeps_every_route)
{
    enum { ROUTES = 280000 };
    struct table *table = table_create();
    struct route route = {.oif = "e"}, found;
    int wrong = 0;

    for (uint32_t i = 0; i < ROUTES; i++) {
        route.prefix = nested_prefix(i);
        route.gateway = i;
        wrong += table_add(table, &route) != 0;
    }
    CHECK_EQ_INT(walk_length(table), ROUTES);
    for (uint32_t i = 0; i < ROUTES; i++)
        wrong += !table_find(table, nested_prefix(i), &found) || found.gateway != i;
    for (uint32_t i = 0; i < ROUTES; i += TABLE_AHEAD)
        wrong += missing_after_expect(table, i) - 2;
    for (uint32_t i = 0; i < ROUTES; i += 2)
        wrong += table_remove(table, nested_prefix(i)) != 0;
    for (uint32_t i = 0; i < ROUTES; i++)
        wrong += table_find(table, nested_prefix(i), &found) != (i % 2 != 0);
    CHECK_EQ_INT(wrong, 0);
    CHECK_EQ_INT(walk_length(table), ROUTES / 2);
    table_destroy(table);
}

TEST(a_walk_goes_on_behind_a_route_that_is_gone)
{
    struct table *table = table_create();
    struct route route = {.oif = "e"};
    struct table_cursor cursor;

    for (uint32_t i = 0; i < 4; i++) {
        route.prefix = (struct prefix){i << 24, 8};
        CHECK_EQ_INT(table_add(table, &route), 0);
    }
    table_seek(&cursor, table, (struct prefix){0}, true);
    CHECK(table_next(&cursor, &route) && table_next(&cursor, &route));
    CHECK_EQ_INT(table_remove(table, route.prefix), 0);
    table_seek(&cursor, table, route.prefix, false);
    CHECK(table_next(&cursor, &route));
    CHECK_EQ_INT(route.prefix.address, 2 << 24);
    table_destroy(table);
}

/* The route /32 of a number, and how often a scan gave it. */
static struct route route_of(uint32_t n)
{
    return (struct route){.prefix = {n * 2654435761u, 32}, .gateway = n, .oif = "e"};
}

TEST(a_scan_gives_each_lasting_route_once_whatever_changes_meanwhile) /* S5 */
{
    enum { ALL = 3000 };
    static int seen[2 * ALL];
    struct table *table = table_create();
    struct route_view got[7];
    struct route route;
    uint32_t at = 0;
    int count, changed = 0;

    for (uint32_t n = 0; n < ALL; n++)
        CHECK(table_add(table, (route = route_of(n), &route)) == 0);
    while ((count = table_scan(table, &at, got, 7)) > 0) {
        for (int i = 0; i < count; i++)
            seen[got[i].hop->gateway]++;
        route = route_of((uint32_t)(changed * 3)); /* every third one goes, and others come */
        CHECK(table_remove(table, route.prefix) == 0);
        route = route_of((uint32_t)(ALL + changed));
        CHECK(table_add(table, &route) == 0);
        route = route_of((uint32_t)(changed * 3 + 1));
        CHECK(table_replace(table, &route) == 0);
        changed++;
    }
    CHECK(changed > 400);
    for (uint32_t n = 0; n < ALL; n++)
        if (n % 3 != 0 || n / 3 >= (uint32_t)changed)
            CHECK_EQ_INT(seen[n], 1);
        else
            CHECK(seen[n] <= 1);
    table_destroy(table);
}

TEST(thousands_of_next_hops_come_and_go)
{
    struct table *table = table_create();
    struct route route = {0}, found;
    int wrong = 0;

    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            memset(route.oif, 0, sizeof(route.oif));
            snprintf(route.oif, sizeof(route.oif), "name-%u-%u", round, i / 2);
            route.gateway = i % 2;
            route.prefix = (struct prefix){i << 8, 24};
            wrong += (round ? table_replace(table, &route) : table_add(table, &route)) != 0;
        }
        for (uint32_t i = 0; i < 5000; i++) {
            char name[OIF_SIZE] = {0};

            snprintf(name, sizeof(name), "name-%u-%u", round, i / 2);
            wrong += !table_find(table, (struct prefix){i << 8, 24}, &found) ||
                     memcmp(found.oif, name, OIF_SIZE) != 0 || found.gateway != i % 2;
        }
    }
    CHECK_EQ_INT(wrong, 0);
    table_destroy(table);
}
