/* SPDX-License-Identifier: MIT */
#include "draw_steps.h"
#include "feed.h"

#include <string.h>

/* What is drawn, and how often beside the others. */
static const struct {
    int weight;
    unsigned kind; /* 0: always there */
    bool (*draw)(struct draw *d);
} operations[] = {
    {30, 0, draw_try},
    {4, DRAW_FLUSH, draw_flush},
    {14, DRAW_BURSTS, draw_burst},
    {14, DRAW_BURSTS, draw_await},
    {3, DRAW_LOADS, draw_load},
    {8, DRAW_JOINS, draw_join},
    {6, DRAW_JOINS, draw_return},
    {2, DRAW_JOINS, draw_leave},
    {3, DRAW_JOINS, draw_kill},
    {5, DRAW_STOPS, draw_stop},
    {7, DRAW_STOPS, draw_continue},
    {2, DRAW_STOPS, draw_stop_server},
    {12, DRAW_STOPS, draw_continue_server},
    {2, DRAW_RESTARTS, draw_end_server},
    {12, DRAW_RESTARTS, draw_restart},
    {3, DRAW_PROBES, draw_follower},
    {6, DRAW_PROBES, draw_garbage},
    {24, 0, draw_look},
    {5, DRAW_LOOKUPS, draw_lookups},
    {7, 0, draw_settle},
};

static const struct {
    const char *name;
    enum draw_kind kind;
} kinds[] = {
    {"arp", DRAW_ARP},           {"flush", DRAW_FLUSH},   {"bursts", DRAW_BURSTS},
    {"loads", DRAW_LOADS},       {"joins", DRAW_JOINS},   {"stops", DRAW_STOPS},
    {"restarts", DRAW_RESTARTS}, {"probes", DRAW_PROBES}, {"lookups", DRAW_LOOKUPS},
    {"network", DRAW_NETWORK},
};

const char draw_kinds[] =
    "arp, flush, bursts, loads, joins, stops, restarts, probes, lookups or network";

unsigned draw_kind_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    return 0;
}

const char *draw_kind_name(unsigned kind)
{
    size_t i = 0;

    while (kinds[i].kind != kind)
        i++;
    return kinds[i].name;
}

/* What the manifest does not claim or cannot ask for is left out, too. */
static unsigned find_lacking(const struct manifest *m)
{
    const struct dialogue *s = m->server.ask, *c = m->client.ask;
    unsigned lacking = 0;

    if (!manifest_claims(m, "mac") || !dialogue_asks(&s[ASK_ARP_ADD]) ||
        !dialogue_asks(&s[ASK_ARP_DELETE]))
        lacking |= DRAW_ARP;
    if (!manifest_claims(m, "flush") || !manifest_claims(m, "epochs") ||
        !dialogue_asks(&s[ASK_FLUSH]))
        lacking |= DRAW_FLUSH;
    if (!dialogue_asks(&s[ASK_LOAD]))
        lacking |= DRAW_LOADS;
    if (!manifest_claims(m, "net"))
        lacking |= DRAW_NETWORK;
    if (!dialogue_asks(&s[ASK_LOOKUP]) || !dialogue_asks(&c[ASK_LOOKUP]))
        lacking |= DRAW_LOOKUPS;
    if (!manifest_claims(m, "reconnect"))
        lacking |= DRAW_RESTARTS;
    if (feed_lacking(m) != NULL)
        lacking |= DRAW_BURSTS;
    if (m->own_wire)
        lacking |= DRAW_PROBES;
    return lacking;
}

static void draw_step(struct draw *d)
{
    for (;;) {
        uint32_t total = 0, at;
        size_t i = 0;
        for (size_t k = 0; k < LENGTH(operations); k++)
            total += operations[k].kind & d->o.without ? 0 : (uint32_t)operations[k].weight;
        at = random_below(&d->random, total);
        for (;; i++) {
            if (operations[i].kind & d->o.without)
                continue;
            if (at < (uint32_t)operations[i].weight)
                break;
            at -= (uint32_t)operations[i].weight;
        }
        if (operations[i].draw(d))
            return;
    }
}

static void draw_head(const struct draw *d, uint64_t seed, struct buf *out)
{
    buf_printf(out, "title    drawn with seed %llu\nneeds    routes%s%s%s%s\n",
               (unsigned long long)seed, d->mix.arp ? " mac" : "", d->flushed ? " flush" : "",
               d->o.without & DRAW_NETWORK ? "" : " net", d->garbage ? " pid-namespace" : "");
    if (d->flushed)
        buf_adds(out, "tags     signals\n");
    buf_printf(out, "cost     processes=%d\ndeadline 3s\n\n", d->o.clients + 3);
}

void draw_scenario(uint64_t seed, const struct manifest *m, const struct draw_options *o,
                   struct buf *out)
{
    struct random mixed = {seed}; /* neighbours among the seeds would draw alike */
    struct draw d = {.random = {random_next(&mixed)}, .m = m, .o = *o};

    d.o.without |= find_lacking(m);
    d.mix = (struct change_mix){!(d.o.without & DRAW_ARP), !(d.o.without & DRAW_FLUSH), m->limits};
    if (m->limits.most_clients > 0 && d.o.clients > (int)m->limits.most_clients)
        d.o.clients = (int)m->limits.most_clients;
    d.tables = oracle_create();
    d.server = RUNS;
    if (!(d.o.without & DRAW_NETWORK) &&
        draw_chance(&d, 50)) /* the other half is as good without */
        d.o.without |= DRAW_NETWORK;
    SAY(&d, "server S%s\n", d.o.without & DRAW_NETWORK ? "" : " on the network");
    for (int i = 0; i < d.o.clients; i++)
        if (i == 0 || (d.o.without & DRAW_JOINS) || draw_chance(&d, 50))
            draw_client(&d, i);
    for (int i = 0; i < d.o.steps; i++)
        draw_step(&d);
    while (draw_pick(&d, STOPPED) >= 0)
        draw_continue(&d);
    draw_settle(&d);
    draw_head(&d, seed, out);
    buf_add(out, d.body.data, d.body.len);
    buf_finish(&d.body);
    oracle_destroy(d.tables);
}
