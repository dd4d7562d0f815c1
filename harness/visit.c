/* SPDX-License-Identifier: MIT */
#include "visit.h"

#include "bounds.h"
#include "compare.h"
#include "lookup.h"
#include "probe.h"
#include "tell.h"
#include "visit_claim.h"
#include "visit_page.h"
#include "visit_place.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char change_advice[] =
    "the patterns expect, done and refused to what was printed above, and the order of send "
    "and expect";

/* The text of the expect with which the dialogue did not come on, or NULL. */
static const char *expected(const struct dialogue *d, const struct ask *ask)
{
    return ask->move < d->move_n && d->moves[ask->move].expect != NULL
               ? pattern_text(d->moves[ask->move].expect)
               : NULL;
}

/* Whether the first problem explains this one: it is of the same dialogue or with the same expect.
 */
static bool is_known(struct visit *v, const struct dialogue *d, const struct ask *ask, bool before)
{
    const char *now = expected(d, ask);

    if (v->cause == NULL)
        v->mistake = now;
    return before || (v->mistake != NULL && now != NULL && strcmp(v->mistake, now) == 0);
}

/* How an answer was understood. */
static void explain(const struct dialogue *d, const struct ask *ask, char *out, size_t size)
{
    if (ask->silent)
        snprintf(out, size, "it said nothing of it; the table decides (silent = yes)");
    else if (ask->refused || d->done != NULL)
        snprintf(out, size, "\"%s\" matches %s", ask->closing, ask->refused ? "refused" : "done");
    else
        snprintf(out, size, "its prompt or silence ended it");
}

/* Asks once; wanted: it has to be accepted. Whether it was, or had not to be. */
static bool try(struct visit *v, struct actor *a, struct ask *ask, bool wanted)
{
    const struct dialogue *d = &a->program->ask[ask->op];
    bool *failed = &v->failed[a->is_server][ask->op], before = *failed;
    char fine[700];

    if (!dialogue_asks(d))
        return false;
    visit_begin(v, "[%s.%s]", a->is_server ? "server" : "client", operation_name(ask->op));
    int result = actor_ask(v->w, a, ask);
    if (result == 0 && ask->refused && wanted)
        result = world_fail(v->w, VERDICT_BROKEN,
                            "\"%s\" matches refused, and nothing is wrong with "
                            "what was asked",
                            ask->closing);
    explain(d, ask, fine, sizeof fine);
    bool known = result < 0 && is_known(v, d, ask, before);
    bool well = visit_finish(v, result, fine, change_advice, known);
    *failed = *failed || !well;
    if (!well)
        visit_start_anew(v);
    return well;
}

/* Whether there is a route; a server that cannot make one is asked for what it has to refuse. */
static bool has_routes(const struct visit *v)
{
    return oracle_count(v->want) > 0;
}

/* gateway: NULL for a delete. */
static void change(struct visit *v, enum operation op, const char *prefix, const char *gateway,
                   const char *oif)
{
    unsigned longest = v->w->manifest->limits.longest_oif;
    struct ask ask = {.op = op,
                      .prefix = prefix,
                      .gateway = gateway,
                      .oif = longest > 0 && strlen(oif) > longest ? "eth0" : oif};
    bool wanted = op == ASK_CREATE || has_routes(v);
    struct route r;

    if (!try(v, v->s, &ask, wanted) || !wanted)
        return;
    if (op == ASK_DELETE)
        route_parse_prefix(prefix, &r);
    else
        route_parse(prefix, gateway, ask.oif, &r);
    if (op == ASK_CREATE)
        oracle_create_route(v->want, &r);
    else if (op == ASK_UPDATE)
        oracle_update_route(v->want, &r);
    else
        oracle_delete_route(v->want, &r);
}

static void refuse(struct visit *v, enum operation op, const char *prefix)
{
    struct ask ask = {.op = op, .prefix = prefix, .gateway = "192.0.2.1", .oif = "eth0"};

    try(v, v->s, &ask, false);
}

/* op: ASK_TABLE or ASK_ARP; what: of the table. */
static void try_table(struct visit *v, struct actor *a, enum operation op,
                      const struct oracle *want, const char *what)
{
    bool *failed = &v->failed[a->is_server][op];
    const char *advice =
        "row (or added, updated, deleted) to the lines above; begin, done and prompt to where the "
        "table begins and ends; more to what stands between its pages";

    visit_begin(v, "[%s.%s]: %s", a->is_server ? "server" : "client", operation_name(op), what);
    if (a->program->ask[op].observe == OBSERVE_NONE) {
        visit_finish(v, 0,
                     "nothing shows it (observe = none): what looks at it will be UNSUPPORTED", "",
                     false);
        return;
    }
    int result = compare_with(v->w, a, want, false, "what was created");
    visit_show_detail(v);
    bool known = *failed || (!a->is_server && v->failed[true][op]);
    if (visit_finish(v, result, "its rows are what was created", advice, known))
        return;
    *failed = true;
    visit_start_anew(v);
}

static void try_tables(struct visit *v, const char *what)
{
    struct actor *const both[] = {v->s, v->a};

    for (size_t i = 0; i < LENGTH(both); i++) {
        if (both[i] == NULL || (what != NULL && v->failed[both[i]->is_server][ASK_TABLE]))
            continue;
        if (v->failed[true][ASK_CREATE]) {
            visit_begin(v, "[%s.table]", both[i]->is_server ? "server" : "client");
            visit_leave_out(v);
        } else {
            try_table(v, both[i], ASK_TABLE, v->want, what ? what : "the table that it shows");
        }
    }
}

/* A table of more than a page. */
static void try_pages(struct visit *v)
{
    if (v->failed[true][ASK_CREATE] || !dialogue_asks(&v->s->program->ask[ASK_CREATE]))
        return;
    if (visit_create_page(v))
        try_tables(v, "a table of 26 routes");
}

/* The longest mask and the shortest one, which may be left out of a row, or have a word for it. A
 * program that refuses one is judged in a run. */
static void try_ends(struct visit *v)
{
    static const char *const ends[] = {"10.50.0.1/32", "0.0.0.0/0"};
    bool made = false;

    for (size_t i = 0; i < LENGTH(ends) && !v->failed[true][ASK_CREATE]; i++) {
        struct ask ask = {
            .op = ASK_CREATE, .prefix = ends[i], .gateway = "192.0.2.3", .oif = "eth0"};
        struct route r;
        if (!try(v, v->s, &ask, false) || ask.refused)
            continue;
        route_parse(ends[i], ask.gateway, ask.oif, &r);
        oracle_create_route(v->want, &r);
        made = true;
    }
    if (made)
        try_tables(v, "with 10.50.0.1/32 and 0.0.0.0/0");
}

/* What the server sends to who connects, and of each change, read as [record] says. */
static void try_record(struct visit *v, const char *what)
{
    if (v->w->manifest->record.line == 0 || v->failed[true][ASK_CREATE] || v->unread || !v->there)
        return;
    visit_begin(v, "[record]: %s", what);
    if (v->probe == NULL)
        v->probe = probe_connect(v->w, "P", v->s->socket, NULL);
    int result = v->probe != NULL ? tell_follow(v->w, v->probe, v->want) : -1;
    visit_show_detail(v);
    v->unread = !visit_finish(v, result, "it is what was done",
                              "size, the offsets, widths and formats of the fields, and what "
                              "stands in op, to the bytes above",
                              false);
    if (v->unread)
        visit_start_anew(v);
}

static struct actor *start(struct visit *v, bool server, const char *socket)
{
    struct actor *a = actor_create(v->w, server ? "S" : "A", server, socket);

    visit_begin(v, "[%s] is started", server ? "server" : "client");
    return visit_finish(
               v, actor_start(v->w, a), "it is ready",
               "command; ready or prompt to what was printed above; terminal = yes if nothing was",
               false)
               ? a
               : NULL;
}

static void quit(struct visit *v, struct actor *a)
{
    if (a == NULL || !actor_runs(a))
        return;
    visit_begin(v, "[%s] is told to quit", a->is_server ? "server" : "client");
    int result = actor_quit(v->w, a);
    char *end = actor_runs(a) ? x_strdup("nothing") : actor_describe_end(a);
    if (result == 0 && !actor_ended_well(a))
        result = world_fail(v->w, VERDICT_BROKEN, "it ended with %s", end);
    v->untidy = v->untidy || a->status != 0;
    visit_finish(v, result, end, "quit, or [server.quit] and [client.quit]", false);
    free(end);
}

/* What it finds for an address of the only route. */
static void try_lookup(struct visit *v, struct actor *a, const char *address)
{
    if (!has_routes(v))
        return;
    visit_begin(v, "[%s.lookup]: what it finds", a->is_server ? "server" : "client");
    visit_finish(v, lookup_check(v->w, a, address, "10.20.0.0/16"), "it is 10.20.0.0/16",
                 "row to the line above, with dest and mask of the route that was found",
                 v->failed[true][ASK_CREATE]);
}

/* Those that change nothing. */
static void try_others(struct visit *v, struct actor *a)
{
    static const enum operation others[] = {ASK_LOOKUP, ASK_DIGEST, ASK_CLIENTS, ASK_STATUS,
                                            ASK_MESSAGES};

    for (size_t i = 0; i < LENGTH(others); i++) {
        struct ask ask = {.op = others[i], .address = "10.20.1.1"};
        if (try(v, a, &ask, true) && others[i] == ASK_LOOKUP)
            try_lookup(v, a, ask.address);
    }
}

/* The names of all objects, with blanks before them; the caller's. */
static char *list_objects(void)
{
    DIR *d = opendir("/dev/shm");
    struct buf names = {0};

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            buf_printf(&names, " /%s", e->d_name);
    if (d != NULL)
        closedir(d);
    return names.len ? buf_take(&names) : x_strdup(" none");
}

/* The object of an entry that the server was told of. */
static void try_object(struct visit *v, const struct neighbour *n)
{
    const struct objects *o = &v->w->manifest->objects;
    char *name = objects_name(o, n->mac), *there = list_objects(), fine[160];
    uint32_t ip = 0;

    visit_begin(v, "[shm]: %s", name);
    char *why = objects_read(o, n->mac, &ip);
    int result = why == NULL && ip == n->ip ? 0 : -1;
    if (why != NULL)
        world_fail(v->w, VERDICT_BROKEN, "%s; the objects there:%s", why, there);
    else if (result < 0)
        world_fail(v->w, VERDICT_BROKEN, "%s holds %u.%u.%u.%u; it was told 10.1.1.1", name,
                   ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    snprintf(fine, sizeof fine, "%s holds 10.1.1.1", name);
    visit_finish(v, result, fine,
                 "name, separator and letters to the names above; value to how the address is kept "
                 "there",
                 false);
    free(why);
    free(there);
    free(name);
}

static void try_arp_tables(struct visit *v, const struct ask *added)
{
    struct oracle *want = oracle_create();
    const struct route *r;
    struct neighbour n;

    for (size_t at = 0; (r = oracle_next(v->want, &at)) != NULL;)
        oracle_create_route(want, r);
    neighbour_parse(added->mac, added->address, &n);
    oracle_add_neighbour(want, &n);
    if (v->w->manifest->objects.per_mac)
        try_object(v, &n);
    try_table(v, v->s, ASK_ARP, want, "the table that it shows");
    if (v->a != NULL)
        try_table(v, v->a, ASK_ARP, want, "the table that it shows");
    oracle_destroy(want);
}

static void try_arp(struct visit *v)
{
    bool letters = !v->w->manifest->limits.no_letters;
    struct ask add = {.op = ASK_ARP_ADD,
                      .mac = letters ? "01:00:5e:01:01:01" : "01:00:50:01:01:01",
                      .address = "10.1.1.1"};
    struct ask remove = {.op = ASK_ARP_DELETE, .mac = add.mac};

    if (!try(v, v->s, &add, true))
        return;
    if (manifest_claims(v->w->manifest, "mac"))
        try_arp_tables(v, &add);
    try(v, v->s, &remove, true);
}

static void try_flush(struct visit *v)
{
    struct ask flush = {.op = ASK_FLUSH};

    if (!try(v, v->s, &flush, true))
        return;
    oracle_clear(v->want);
    try_tables(v, "the table after a flush");
    if (v->w->manifest->record.mark[RECORD_FLUSH] != NULL && v->probe != NULL)
        try_record(v, "what it sends of a flush");
}

static void try_all(struct visit *v)
{
    change(v, ASK_CREATE, "10.20.0.0/16", "192.0.2.1", "Gi0/1-x.20");
    try_tables(v, NULL);
    try_record(v, "what the server sends to who connects");
    change(v, ASK_UPDATE, "10.20.0.0/16", "198.51.100.200", "eth9");
    if (has_routes(v))
        try_tables(v, "the table after an update");
    try_others(v, v->s);
    if (v->a != NULL)
        try_others(v, v->a);
    change(v, ASK_DELETE, "10.20.0.0/16", NULL, "");
    try_tables(v, "the table after a delete");
    try_record(v, "what it sends of an update and a delete");
    try_arp(v);
    try_pages(v);
    try_record(v, "what it sends of 26 routes");
    try_ends(v);
    try_flush(v);
    refuse(v, ASK_DELETE, "10.30.0.0/16"); /* there is none */
    if (v->s->spent)
        visit_start_anew(v);
    refuse(v, ASK_CREATE, "10.30.0.0/99"); /* no mask */
}

static void sum_up(const struct visit *v)
{
    printf("\n%d problem%s", v->problems, v->problems == 1 ? "" : "s");
    if (v->follow > 0)
        printf("; %d more may follow from %.*s: mend that first", v->follow, visit_cause_length(v),
               v->cause);
    printf("\n");
}

int visit_programs(struct world *w)
{
    struct visit v = {.w = w, .want = oracle_create()};
    char *socket = bounds_socket(w, "S");

    v.s = start(&v, true, socket);
    v.there = v.s != NULL && visit_socket(&v);
    v.a = v.s ? start(&v, false, socket) : NULL;
    if (v.s != NULL)
        try_all(&v);
    visit_signals(&v);
    quit(&v, v.a);
    quit(&v, v.s);
    if (v.there && v.a != NULL && !actor_runs(v.s))
        visit_unanswered(&v, socket);
    visit_tidy(&v);
    sum_up(&v);
    oracle_destroy(v.want);
    free(socket);
    free(v.name);
    free(v.cause);
    return v.problems;
}
