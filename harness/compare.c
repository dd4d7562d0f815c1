/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 10 /* of a difference */

struct reading {
    struct dump *dump;
    struct pattern *row;
    struct route last;
};

static void add_row(struct reading *r, char *const value[4], const char *line, size_t len)
{
    char prefix[64]; /* what does not fit is none */
    struct route route;
    const char *wrong = "prefix";

    if (strlen(value[0]) + strlen(value[1]) + 2 <= sizeof prefix) {
        strcpy(stpcpy(stpcpy(prefix, value[0]), "/"), value[1]);
        wrong = route_parse(prefix, value[2], value[3], &route);
    }
    if (wrong != NULL) {
        r->dump->unreadable++;
        snprintf(r->dump->sample, sizeof r->dump->sample, "%.*s", (int)len, line);
        return;
    }
    bool before = oracle_count(r->dump->table) == 0 || r->last.destination < route.destination ||
                  (r->last.destination == route.destination && r->last.mask < route.mask);
    r->dump->ordered = r->dump->ordered && before;
    if (oracle_create_route(r->dump->table, &route) != NULL)
        r->dump->repeated++;
    r->last = route;
}

static void read_row(void *ctx, const char *line, size_t len)
{
    struct reading *r = ctx;
    char dest[40] = "", mask[24] = "", gateway[40] = "", oif[80] = "";

    if (!pattern_match(r->row, line, len))
        return;
    pattern_group(r->row, line, "dest", dest, sizeof dest);
    pattern_group(r->row, line, "mask", mask, sizeof mask);
    pattern_group(r->row, line, "gateway", gateway, sizeof gateway);
    pattern_group(r->row, line, "oif", oif, sizeof oif);
    add_row(r, (char *[]){dest, mask, gateway, oif}, line, len);
}

static void read_shown(void *ctx, char *const value[4], const char *line)
{
    add_row(ctx, value, line, strlen(line));
}

struct arp_reading {
    struct dump *dump;
    const struct objects *objects;
    struct pattern *row;
    uint64_t last;
    size_t rows;
};

static void note_object(struct dump *d, char *why)
{
    d->objects_wrong++;
    snprintf(d->object_sample, sizeof d->object_sample, "%s", why);
    free(why);
}

/* Where each MAC has an object, the address of an entry is what that holds, whatever is shown. */
static void read_object(struct arp_reading *r, struct neighbour *n)
{
    const struct neighbour shown = *n;
    char line[36], *why = objects_read(r->objects, n->mac, &n->ip);

    n->known = why == NULL;
    if (why != NULL) {
        note_object(r->dump, why);
        return;
    }
    neighbour_format(&shown, line);
    if (shown.known && shown.ip != n->ip)
        note_object(r->dump,
                    x_printf("it shows %s, and the object holds %u.%u.%u.%u", line, n->ip >> 24,
                             n->ip >> 16 & 255, n->ip >> 8 & 255, n->ip & 255));
}

/* The objects of MACs that a server does not show. Those of one that was killed may stay. */
static void look_for_leftovers(const struct world *w, struct dump *d)
{
    const struct objects *o = &w->manifest->objects;
    struct arp *list = objects_list(o);
    const struct neighbour *n;

    for (size_t at = 0; (n = arp_next(list, &at)) != NULL;)
        if (arp_find(oracle_arp(d->table), n->mac) == NULL) {
            char *name = objects_name(o, n->mac);
            note_object(d, x_printf("the object %s is there, and its MAC is not shown", name));
            free(name);
        }
    arp_destroy(list);
}

static bool leftovers_count(const struct world *w, const struct actor *a)
{
    bool count = a->is_server && w->manifest->objects.per_mac && w->sandbox->namespaces;

    for (size_t i = 0; i < w->actor_count; i++)
        count = count && !(w->actors[i]->is_server && w->actors[i] != a) && !a->killed;
    return count;
}

static void add_arp_row(struct arp_reading *r, const char *mac, const char *ip, const char *line,
                        size_t len)
{
    struct neighbour n;

    r->rows++;
    if (neighbour_parse(mac, *ip == '\0' && r->objects->per_mac ? "-" : ip, &n) != NULL) {
        r->dump->unreadable++;
        snprintf(r->dump->sample, sizeof r->dump->sample, "%.*s", (int)len, line);
        return;
    }
    if (r->objects->per_mac)
        read_object(r, &n);
    r->dump->arp_ordered = r->dump->arp_ordered && (r->rows == 1 || r->last < n.mac);
    if (arp_add(oracle_arp(r->dump->table), &n) != NULL)
        r->dump->repeated++;
    r->last = n.mac;
}

static void read_arp_row(void *ctx, const char *line, size_t len)
{
    struct arp_reading *r = ctx;
    char mac[32] = "", ip[40] = "";

    if (!pattern_match(r->row, line, len))
        return;
    pattern_group(r->row, line, "mac", mac, sizeof mac);
    pattern_group(r->row, line, "ip", ip, sizeof ip);
    add_arp_row(r, mac, ip, line, len);
}

static void read_arp_shown(void *ctx, char *const value[4], const char *line)
{
    add_arp_row(ctx, value[0], value[1], line, strlen(line));
}

/* The most that any server's table holds: room for a dump. */
static size_t most_routes(const struct world *w)
{
    size_t most = 0;

    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->oracle != NULL && oracle_count(w->actors[i]->oracle) > most)
            most = oracle_count(w->actors[i]->oracle);
    return most;
}

/* CON-21: as many rows as the closing line counts, if it does. Its groups are those of the last
 * match. */
static int check_count(struct world *w, struct actor *a, struct pattern *done, const char *group,
                       size_t rows, const char *closing)
{
    char count[24];

    if (!pattern_group(done, closing, group, count, sizeof count) ||
        strtoull(count, NULL, 10) == rows)
        return 0;
    return world_fail_for(w, "CON-21", "%s shows %zu rows and then says: %s", a->name, rows,
                          closing);
}

static int read_arp_rows(struct world *w, struct actor *a, struct dump *d)
{
    struct pattern *done = a->program->ask[ASK_ARP].done;
    struct arp_reading r = {
        .dump = d, .objects = &w->manifest->objects, .row = a->program->ask[ASK_ARP].row};
    struct ask ask = {.op = ASK_ARP, .row = read_arp_row, .ctx = &r};

    if (a->arp_view != NULL)
        return view_read(w, a, a->arp_view, read_arp_shown, &r);
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (ask.refused)
        return world_fail(w, VERDICT_FAIL, "%s refuses to show its ARP table: %s", a->name,
                          ask.closing);
    if (!pattern_match(done, ask.closing, strlen(ask.closing)))
        return 0;
    pattern_group(done, ask.closing, "state", d->arp_state, sizeof d->arp_state);
    return check_count(w, a, done, "macs", r.rows, ask.closing);
}

static int read_arp(struct world *w, struct actor *a, struct dump *d)
{
    int result = read_arp_rows(w, a, d);

    if (result == 0 && leftovers_count(w, a))
        look_for_leftovers(w, d);
    return result;
}

int dump_read(struct world *w, struct actor *a, struct dump *d)
{
    struct pattern *done = a->program->ask[ASK_TABLE].done;
    struct reading r = {.dump = d, .row = a->program->ask[ASK_TABLE].row};
    struct ask ask = {.op = ASK_TABLE, .row = read_row, .ctx = &r};

    *d = (struct dump){.table = oracle_create(), .ordered = true, .arp_ordered = true};
    oracle_reserve(d->table, most_routes(w));
    int result = a->routes_view != NULL ? view_read(w, a, a->routes_view, read_shown, &r)
                                        : actor_ask(w, a, &ask);
    if (result < 0)
        return -1;
    if (ask.refused)
        return world_fail(w, VERDICT_FAIL, "%s refuses to show its table: %s", a->name,
                          ask.closing);
    if (a->routes_view == NULL && pattern_match(done, ask.closing, strlen(ask.closing))) {
        size_t rows = oracle_count(d->table) + d->repeated + d->unreadable;
        pattern_group(done, ask.closing, "state", d->state, sizeof d->state);
        if (check_count(w, a, done, "routes", rows, ask.closing) < 0)
            return -1;
    }
    return manifest_claims(w->manifest, "mac") ? read_arp(w, a, d) : 0;
}

void dump_finish(struct dump *d)
{
    oracle_destroy(d->table);
    d->table = NULL;
}

int digest_read(struct world *w, struct actor *a, struct reported *r)
{
    struct pattern *done = a->program->ask[ASK_DIGEST].done;
    struct ask ask = {.op = ASK_DIGEST};

    memset(r, 0, sizeof *r);
    if (!dialogue_asks(&a->program->ask[ASK_DIGEST]))
        return 0;
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (!pattern_match(done, ask.closing, strlen(ask.closing)))
        return 0;
    pattern_group(done, ask.closing, "seq", r->seq, sizeof r->seq);
    pattern_group(done, ask.closing, "routes", r->routes, sizeof r->routes);
    pattern_group(done, ask.closing, "macs", r->macs, sizeof r->macs);
    pattern_group(done, ask.closing, "digest", r->digest, sizeof r->digest);
    pattern_group(done, ask.closing, "state", r->state, sizeof r->state);
    return 1;
}

/* Whether the dump is the table; if not, puts the difference into text. */
static bool same(const struct dump *d, const struct oracle *want, struct buf *text)
{
    size_t differ = oracle_diff(want, d->table, ROWS_SHOWN, text);

    if (d->repeated > 0)
        buf_printf(text, "%zu rows stand more than once\n", d->repeated);
    if (d->unreadable > 0)
        buf_printf(text, "%zu rows are no entries, such as: %s\n", d->unreadable, d->sample);
    if (d->objects_wrong > 0)
        buf_printf(text, "%zu objects are not as they have to be, such as: %s\n", d->objects_wrong,
                   d->object_sample);
    return differ == 0 && d->objects_wrong == 0 && d->repeated == 0 && d->unreadable == 0;
}

/* A program that tells no state is not held to it. */
static bool is_synchronised(const char *state)
{
    return *state == '\0' || strcmp(state, "synchronised") == 0;
}

/* Whether the digest says that a dump is worth its time. Without one, always. */
static int promising(struct world *w, struct actor *a, const struct oracle *want, bool synchronised,
                     bool *told)
{
    struct reported r;
    int got = digest_read(w, a, &r);

    *told = got == 1 && r.digest[0] != '\0';
    if (got <= 0)
        return got < 0 ? -1 : 1;
    if (synchronised && !is_synchronised(r.state))
        return 0;
    return !*told || strtoull(r.digest, NULL, 16) == oracle_digest(want);
}

static int differs(struct world *w, struct actor *a, const char *who, struct buf *rows, bool timed)
{
    if (timed)
        world_timeout(w, "the table of %s does not become that of %s", a->name, who);
    else
        world_fail(w, VERDICT_FAIL, "the table of %s is not that of %s", a->name, who);
    buf_printf(&w->outcome.detail, "rows of %s with -, of %s with +:\n%s", who, a->name,
               rows->data ? rows->data : "");
    buf_finish(rows);
    return -1;
}

int compare_with(struct world *w, struct actor *a, const struct oracle *want, bool synchronised,
                 const char *who)
{
    int pause = 0, worth;
    bool told = false;

    for (;;) {
        bool late = world_late(w);
        struct buf rows = {0};
        struct dump d;
        worth = promising(w, a, want, synchronised, &told);
        if (worth < 0)
            return -1;
        if (worth == 0 && !late) {
            world_pause(w, next_pause(&pause));
            continue;
        }
        if (dump_read(w, a, &d) < 0) {
            dump_finish(&d);
            return -1;
        }
        bool equal = same(&d, want, &rows), ready = !synchronised || is_synchronised(d.state);
        dump_finish(&d);
        if (equal && worth > 0 && ready) {
            buf_finish(&rows);
            return 0;
        }
        if (equal && late) { /* the rows are right, and what it says of them is not */
            buf_finish(&rows);
            return world_fail(w, VERDICT_FAIL,
                              "%s shows the table of %s, but reports another digest or state",
                              a->name, who);
        }
        if (late || (told && worth > 0 && !equal))
            return differs(w, a, who, &rows, late);
        buf_finish(&rows);
        world_pause(w, next_pause(&pause));
    }
}

static int check_server(struct world *w, struct actor *s)
{
    struct buf rows = {0};
    struct reported r;
    struct dump d;

    /* it shows its table, or makes and removes objects, when it pleases */
    if (s->routes_view != NULL || w->manifest->objects.per_mac)
        return compare_with(w, s, s->oracle, false, "the oracle");
    int result = dump_read(w, s, &d);

    if (result == 0 && !same(&d, s->oracle, &rows))
        result = differs(w, s, "the oracle", &rows, false);
    dump_finish(&d);
    buf_finish(&rows);
    if (result < 0 || digest_read(w, s, &r) <= 0)
        return world_goes_on(w) ? result : -1;
    if (r.digest[0] != '\0' && strtoull(r.digest, NULL, 16) != oracle_digest(s->oracle))
        return world_fail_for(w, "TBL-18",
                              "%s shows the right table and reports digest %s; it is %016llx",
                              s->name, r.digest, (unsigned long long)oracle_digest(s->oracle));
    return 0;
}

int compare_server(struct world *w, struct actor *s)
{
    world_accuse(w, s);
    int result = check_server(w, s);
    world_accuse(w, NULL);
    return result;
}

int compare_client(struct world *w, struct actor *a, struct actor *s)
{
    return compare_with(w, a, s->oracle, true, s->name);
}

/* SYN-7, SES-11: what has not synchronised, or says nothing of it, may show nothing. */
static bool may_be_empty(const char *state)
{
    return *state == '\0' || !is_synchronised(state);
}

/* The state that the dump shows, at or behind from; HISTORY_NONE if it shows none. The two tables
 * are asked for one after the other, and the client may go on between. */
static size_t find_state(const struct world *w, const struct history *h, size_t from,
                         const struct dump *d)
{
    size_t at = history_find_routes(h, from, oracle_digest_routes(d->table)), behind;

    if (at == HISTORY_NONE && oracle_count(d->table) == 0 && may_be_empty(d->state))
        at = from;
    if (at == HISTORY_NONE || !manifest_claims(w->manifest, "mac"))
        return at;
    behind = history_find_macs(h, at, arp_digest(oracle_arp(d->table)));
    if (behind == HISTORY_NONE && arp_count(oracle_arp(d->table)) == 0 &&
        may_be_empty(d->arp_state))
        behind = at;
    return behind;
}

int compare_history(struct world *w, struct actor *a, const struct actor *s)
{
    const struct history *h = oracle_history(s->oracle);
    struct buf rows = {0};
    struct dump d;
    int result = dump_read(w, a, &d);
    size_t at = result == 0 ? find_state(w, h, a->shown, &d) : 0;

    if (result == 0 && (at == HISTORY_NONE || d.repeated > 0 || d.unreadable > 0)) {
        bool older = at == HISTORY_NONE && find_state(w, h, 0, &d) != HISTORY_NONE;
        result = world_fail(w, VERDICT_FAIL, "%s shows a table that %s %s", a->name, s->name,
                            older ? "had before the one that it showed last" : "never had");
        same(&d, s->oracle, &rows);
        buf_printf(&w->outcome.detail, "rows of %s now with -, of %s with +:\n%s", s->name, a->name,
                   rows.data ? rows.data : "");
    }
    if (result == 0)
        a->shown = at;
    buf_finish(&rows);
    dump_finish(&d);
    return result;
}
