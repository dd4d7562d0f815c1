/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Tables that look addresses up.
 */
#include "command_list.h"
#include "generate.h"
#include "lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int run_finds(struct world *w, const struct step *s)
{
    return lookup_check(w, world_actor(w, step_word(s, 1)), step_word(s, 5), step_word(s, 3));
}

int run_finds_nothing(struct world *w, const struct step *s)
{
    return lookup_check(w, world_actor(w, step_word(s, 1)), step_word(s, 5), "");
}

/* The prefix that an address finds in the oracle; "" if there is none. */
static void match(const struct oracle *table, uint32_t address, char want[72])
{
    const struct route *found = oracle_lookup(table, address);

    want[0] = '\0';
    if (found == NULL)
        return;
    route_format(found, want);
    *strchr(want, ' ') = '\0';
}

struct lookups {
    const struct oracle *table;
    const struct route *routes; /* some, to draw addresses from */
    size_t routes_n, n;
};

static int look_up_many(struct world *w, struct actor *a, void *arg)
{
    const struct lookups *l = arg;
    struct random r = random_seeded(w->test->name);

    for (size_t i = 0; i < l->n; i++) {
        uint32_t address = (uint32_t)random_next(&r);
        char text[16], want[72];
        if (l->routes_n > 0 && i % 2 == 0) {
            const struct route *near = &l->routes[random_below(&r, (uint32_t)l->routes_n)];
            uint32_t host = near->mask == 0    ? UINT32_MAX
                            : near->mask == 32 ? 0
                                               : UINT32_MAX >> near->mask;
            address = near->destination | (address & host);
        }
        snprintf(text, sizeof text, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
                 address >> 8 & 255, address & 255);
        match(l->table, address, want);
        if (lookup_check(w, a, text, want) < 0)
            return -1;
    }
    return 0;
}

int run_lookups(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, s->words.n - 4));
    struct lookups l = {.table = server->oracle, .n = (size_t)atol(step_word(s, s->words.n - 2))};
    struct route *routes = x_calloc(oracle_count(l.table), sizeof *routes);
    const struct route *route;

    for (size_t at = 0; (route = oracle_next(l.table, &at)) != NULL;)
        routes[l.routes_n++] = *route;
    l.routes = routes;
    int result = world_each(w, s, 1, s->words.n - 6, look_up_many, &l);
    free(routes);
    return result;
}

/* Looks up the addresses that the step names behind "of", each until it finds what the server's
 * oracle does: a client may still be on its way there. */
static int agree_one(struct world *w, struct actor *a, void *arg)
{
    const struct step *s = w->step;
    const struct actor *server = arg;
    size_t i = s->words.n;
    int pause = 0;

    while (strcmp(step_word(s, i - 1), "of") != 0)
        i--;
    while (i < s->words.n) {
        uint32_t address;
        char want[72], got[72];
        if (!address_parse(step_word(s, i), &address))
            return world_fail(w, VERDICT_BROKEN, "%s is no address", step_word(s, i));
        if (lookup_find(w, a, step_word(s, i), got) < 0)
            return -1;
        match(server->oracle, address, want);
        if (strcmp(got, want) == 0)
            i++;
        else if (a->is_server || world_late(w))
            return lookup_check(w, a, step_word(s, i), want);
        else
            world_pause(w, next_pause(&pause));
    }
    return 0;
}

int run_lookups_of(struct world *w, const struct step *s)
{
    size_t with = 2;

    while (strcmp(step_word(s, with), "with") != 0)
        with++;
    return world_each(w, s, 1, with - 1, agree_one, world_actor(w, step_word(s, with + 1)));
}
