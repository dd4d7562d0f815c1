/* SPDX-License-Identifier: MIT */
#include "renew.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int put_route(struct world *w, struct actor *a, const struct route *r)
{
    char prefix[24], gateway[16];
    struct ask ask = {.op = ASK_CREATE, .prefix = prefix, .gateway = gateway, .oif = r->oif};
    uint32_t d = r->destination, g = r->gateway;

    snprintf(prefix, sizeof prefix, "%u.%u.%u.%u/%u", d >> 24, d >> 16 & 255, d >> 8 & 255, d & 255,
             r->mask);
    snprintf(gateway, sizeof gateway, "%u.%u.%u.%u", g >> 24, g >> 16 & 255, g >> 8 & 255, g & 255);
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    return ask.refused ? world_fail(w, VERDICT_FAIL,
                                    "%s refuses in a fresh process what it had accepted: %s",
                                    a->name, ask.closing)
                       : 0;
}

static int put_table(struct world *w, struct actor *a, const struct oracle *table)
{
    const struct route *r;

    for (size_t at = 0; (r = oracle_next(table, &at)) != NULL;)
        if (put_route(w, a, r) < 0)
            return -1;
    return 0;
}

void renew_later(struct actor *a)
{
    const struct route *r;

    a->spent = true;
    oracle_destroy(a->before);
    a->before = NULL;
    if (a->oracle == NULL || arp_count(oracle_arp(a->oracle)) > 0)
        return;
    a->before = oracle_create();
    for (size_t at = 0; (r = oracle_next(a->oracle, &at)) != NULL;)
        oracle_create_route(a->before, r);
}

int renew(struct world *w, struct actor *a)
{
    struct oracle *now = a->oracle;
    int result = -1;

    for (size_t i = 0; i < w->actor_count; i++)
        if (!w->actors[i]->is_server && actor_runs(w->actors[i]))
            return world_fail(
                w, VERDICT_UNSUPPORTED,
                "a refusal has left %s in a state of no use (fresh = yes), and clients "
                "are connected",
                a->name);
    if (a->before == NULL)
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "a refusal has left %s in a state of no use (fresh = yes), and its table "
                          "is more than routes",
                          a->name);
    world_tell(w, "a fresh process for %s", a->name);
    if (actor_signal(w, a, SIGKILL) < 0 || actor_wait_end(w, a) < 0)
        return -1;
    unlink(a->socket);
    a->oracle = oracle_create();
    if (actor_start(w, a) == 0)
        result = put_table(w, a, a->before);
    oracle_destroy(a->oracle);
    a->oracle = now;
    return result;
}
