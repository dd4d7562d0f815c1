/* SPDX-License-Identifier: MIT */
#include "dump.h"

#include "misread.h"
#include "quiet.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND_MS 500 /* for which the end of a table is waited for that was taken to be whole */

struct reading {
    const struct world *world;
    bool lenient; /* its rows are not held to chapter 7 */
    struct dump *dump;
    const struct dialogue *dialogue;
    struct route last;
};

/* A row that is no entry; the first one is told. */
static void note_unreadable(struct dump *d, char *why, const char *line, size_t len)
{
    if (d->unreadable++ == 0)
        snprintf(d->sample, sizeof d->sample, "%s; the row: %.*s", why, (int)len, line);
    free(why);
}

/* The same where its pattern may be at fault for one row, and not for another. */
static void note_blank(struct dump *d, char *const value[4], const char *line, size_t len)
{
    bool has_dest = blank_has_digit(value[0]);
    struct blank b = {.kind = has_dest ? BLANK_NO_MASK : BLANK_NO_DEST};

    if (has_dest && blank_has_digit(value[1]))
        return;
    if (address_parse(value[has_dest ? 0 : 2], has_dest ? &b.dest : &b.gateway))
        blanks_add(&d->blanks, &b, line, len);
}

/* Whether some server has exactly that route. */
static bool is_known(const struct world *w, const struct route *r)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->oracle != NULL && oracle_has(w->actors[i]->oracle, r))
            return true;
    return false;
}

/* A row of no route that some server has: groups may have taken the wrong words. */
static void note_other(struct dump *d, char *const value[4], const char *line, size_t len)
{
    struct blank b = {.kind = BLANK_OTHER};
    bool read = address_parse(value[0], &b.dest) && address_parse(value[2], &b.gateway);

    if (blanks_are_full(&d->blanks, BLANK_OTHER))
        return;
    if (!read)
        b.dest = b.gateway = 0;
    b.took = x_printf("%s/%s %s %s", value[0], value[1], value[2], value[3]);
    blanks_add(&d->blanks, &b, line, len);
    free(b.took);
}

/* A route but for what stands as its oif, which the pattern may have cut. */
static void note_oif(const struct reading *reading, char *const value[4], size_t at,
                     const char *line, size_t len)
{
    struct route r;
    bool form;
    char *wrong = misread_route(value[0], value[1], value[2], "any", &r, &form);

    if (wrong == NULL)
        blanks_add(&reading->dump->blanks,
                   &(struct blank){.kind = BLANK_OIF,
                                   .log = reading->dialogue->observe == OBSERVE_LOG,
                                   .dest = r.destination,
                                   .mask = r.mask,
                                   .gateway = r.gateway,
                                   .took = value[3],
                                   .at = at},
                   line, len);
    free(wrong);
}

/* A line that is no row, and may have to be one. */
static void note_stray(struct dump *d, const char *line, size_t len)
{
    misread_note(d->stray, false, line, len);
    if (misread_holds_address(line, len))
        blanks_add(&d->blanks, &(struct blank){.kind = BLANK_LINE}, line, len);
}

const struct blank *dump_find_blank(const struct world *w, const struct dump *d,
                                    const struct route *r)
{
    bool anew = oracle_find(d->table, r->destination, r->mask) != NULL;

    if (manifest_claims(w->manifest, "console"))
        return NULL;
    const struct blank *found = blanks_find(&d->blanks, r, anew);
    return found == NULL && d->beside != NULL ? blanks_find(d->beside, r, anew) : found;
}

const struct blank *dump_find_arp_blank(const struct world *w, const struct dump *d,
                                        const struct neighbour *n)
{
    if (manifest_claims(w->manifest, "console"))
        return NULL;
    const struct blank *found = blanks_find_neighbour(&d->arp_blanks, n);
    return found == NULL && d->arp_beside != NULL ? blanks_find_neighbour(d->arp_beside, n) : found;
}

/* at: where the oif stands in the line. */
static void add_row(struct reading *r, char *const value[4], size_t at, const char *line,
                    size_t len)
{
    struct route route;
    bool form;
    char *wrong = misread_route(value[0], value[1], value[2], value[3], &route, &form);

    if (wrong != NULL) {
        r->dump->misread += form;
        if (r->lenient && !form)
            note_oif(r, value, at, line, len);
        note_blank(r->dump, value, line, len);
        if (r->lenient)
            note_other(r->dump, value, line, len);
        note_unreadable(r->dump, wrong, line, len);
        return;
    }
    bool known = r->lenient && is_known(r->world, &route);
    r->dump->right += known;
    if (r->lenient && !known) {
        note_oif(r, value, at, line, len);
        note_other(r->dump, value, line, len);
    }
    bool before = oracle_count(r->dump->table) == 0 || r->last.destination < route.destination ||
                  (r->last.destination == route.destination && r->last.mask < route.mask);
    r->dump->ordered = r->dump->ordered && before;
    if (oracle_create_route(r->dump->table, &route) != NULL)
        r->dump->repeated++;
    r->last = route;
}

static bool read_row(void *ctx, const char *line, size_t len)
{
    struct reading *r = ctx;
    struct pattern *row = r->dialogue->row;
    char dest[40], mask[24], gateway[40] = "", oif[80] = "";

    if (!pattern_match(row, line, len)) {
        if (!pattern_match(r->dialogue->done, line, len))
            note_stray(r->dump, line, len);
        return false;
    }
    dialogue_read_prefix(r->dialogue, row, line, dest, mask);
    pattern_group(row, line, "gateway", gateway, sizeof gateway);
    pattern_group(row, line, "oif", oif, sizeof oif);
    add_row(r, (char *[]){dest, mask, gateway, oif}, pattern_group_at(row, "oif"), line, len);
    return true;
}

/* A line in the answer that was not to be read, or one behind it. */
static void read_beside(void *ctx, bool behind, const char *line, size_t len)
{
    struct reading *r = ctx;
    bool may_be = r->lenient && (!behind || r->dialogue->done != NULL);

    if (may_be && pattern_match(r->dialogue->row, line, len))
        blanks_note(&r->dump->blanks, behind ? BLANK_BEHIND : BLANK_NOTICE, false, line, len);
}

static void read_shown(void *ctx, char *const value[4], size_t at, const char *line)
{
    add_row(ctx, value, at, line, strlen(line));
}

struct arp_reading {
    struct dump *dump;
    struct reading *routes; /* whose rows may come late */
    const struct objects *objects;
    struct pattern *row, *done;
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

/* The objects of MACs that a server does not show; not those that it found at its start. */
static void look_for_leftovers(const struct world *w, const struct actor *a, struct dump *d)
{
    const struct objects *o = &w->manifest->objects;
    struct arp *list = objects_list(o, sandbox_owner(w->sandbox));
    const struct neighbour *n;

    for (size_t at = 0; (n = arp_next(list, &at)) != NULL;)
        if (arp_find(oracle_arp(d->table), n->mac) == NULL &&
            (a->found == NULL || arp_find(a->found, n->mac) == NULL)) {
            char *name = objects_name(o, n->mac);
            note_object(d, x_printf("the object %s is there, and its MAC is not shown", name));
            free(name);
        }
    arp_destroy(list);
}

static bool leftovers_count(const struct world *w, const struct actor *a)
{
    bool count = a->is_server && w->manifest->objects.per_mac;

    for (size_t i = 0; i < w->actor_count; i++)
        count = count && (w->actors[i] == a || !w->actors[i]->is_server);
    return count;
}

static void add_arp_row(struct arp_reading *r, const char *mac, const char *ip, const char *line,
                        size_t len)
{
    struct neighbour n;
    char *wrong = misread_neighbour(mac, *ip == '\0' && r->objects->per_mac ? "-" : ip, &n);

    r->rows++;
    if (wrong != NULL) {
        note_unreadable(r->dump, wrong, line, len);
        return;
    }
    if (r->objects->per_mac)
        read_object(r, &n);
    r->dump->arp_ordered = r->dump->arp_ordered && (r->rows == 1 || r->last < n.mac);
    if (arp_add(oracle_arp(r->dump->table), &n) != NULL)
        r->dump->repeated++;
    r->last = n.mac;
}

static bool read_arp_row(void *ctx, const char *line, size_t len)
{
    struct arp_reading *r = ctx;
    char mac[32] = "", ip[40] = "";

    if (!pattern_match(r->row, line, len)) {
        if (!pattern_match(r->done, line, len))
            misread_note(r->dump->arp_stray, true, line, len);
        read_beside(r->routes, true, line, len);
        return false;
    }
    pattern_group(r->row, line, "mac", mac, sizeof mac);
    pattern_group(r->row, line, "ip", ip, sizeof ip);
    add_arp_row(r, mac, ip, line, len);
    return true;
}

static void read_arp_beside(void *ctx, bool behind, const char *line, size_t len)
{
    struct arp_reading *r = ctx;

    if ((!behind || r->done != NULL) && pattern_match(r->row, line, len))
        blanks_note(&r->dump->arp_blanks, behind ? BLANK_BEHIND : BLANK_NOTICE, true, line, len);
    else
        read_beside(r->routes, behind, line, len);
}

static void read_arp_shown(void *ctx, char *const value[4], size_t at, const char *line)
{
    (void)at;
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

/* Whose rows chapter 7 has is held to them; where others show lines and not one row, row may be at
 * fault. */
static void forget_stray(const struct world *w, char *stray, size_t rows)
{
    if (rows > 0 || manifest_claims(w->manifest, "console"))
        *stray = '\0';
}

/* The same of the ARP table, where a line with a MAC that no row has may be an entry of its own,
 * whatever the other lines are. */
static void weigh_arp_stray(const struct world *w, struct dump *d, size_t rows)
{
    uint64_t mac;

    d->arp_skips = !manifest_claims(w->manifest, "console") &&
                   misread_holds_mac(d->arp_stray, strlen(d->arp_stray), &mac) &&
                   arp_find(oracle_arp(d->table), mac) == NULL;
    if (!d->arp_skips)
        forget_stray(w, d->arp_stray, rows);
}

/* Whether it lacks a route of some server for which something stands there. */
static bool is_unread(const struct world *w, const struct dump *d)
{
    const struct route *r;

    for (size_t i = 0; i < w->actor_count; i++)
        for (size_t at = 0;
             w->actors[i]->oracle != NULL && (r = oracle_next(w->actors[i]->oracle, &at)) != NULL;)
            if (!oracle_has(d->table, r) && dump_find_blank(w, d, r) != NULL)
                return true;
    return false;
}

/* The same of ARP entries. */
static bool is_arp_unread(const struct world *w, const struct dump *d)
{
    const struct neighbour *n;

    for (size_t i = 0; i < w->actor_count; i++)
        for (size_t at = 0; w->actors[i]->oracle != NULL &&
                            (n = arp_next(oracle_arp(w->actors[i]->oracle), &at)) != NULL;)
            if (arp_find(oracle_arp(d->table), n->mac) == NULL &&
                dump_find_arp_blank(w, d, n) != NULL)
                return true;
    return false;
}

/* CON-21: as many rows as the closing line counts, if it does. Its groups are those of the last
 * match. Where something is shown that was not read, what lacks decides. */
static int check_count(struct world *w, struct actor *a, struct dump *d, bool arp, size_t rows,
                       const char *closing)
{
    struct pattern *done = a->program->ask[arp ? ASK_ARP : ASK_TABLE].done;
    const char *stray = arp ? d->arp_stray : d->stray;
    char count[24];

    if (!pattern_group(done, closing, arp ? "macs" : "routes", count, sizeof count) ||
        strtoull(count, NULL, 10) == rows)
        return 0;
    bool more = strtoull(count, NULL, 10) > rows;
    if (more)
        dump_hear_behind(w, a, d);
    if (more && (arp ? is_arp_unread(w, d) : is_unread(w, d)))
        return 0;
    if (*stray != '\0')
        return blank_fail_stray(w, a, arp ? ASK_ARP : ASK_TABLE, stray);
    return world_fail_for(w, "CON-21", "%s shows %zu rows and then says: %s", a->name, rows,
                          closing);
}

static struct reading begin_reading(const struct world *w, const struct actor *a, struct dump *d)
{
    return (struct reading){.world = w,
                            .lenient = !manifest_claims(w->manifest, "console"),
                            .dump = d,
                            .dialogue = &a->program->ask[ASK_TABLE]};
}

static struct arp_reading begin_arp(const struct world *w, const struct actor *a, struct dump *d,
                                    struct reading *routes)
{
    return (struct arp_reading){.dump = d,
                                .routes = routes,
                                .objects = &w->manifest->objects,
                                .row = a->program->ask[ASK_ARP].row,
                                .done = a->program->ask[ASK_ARP].done};
}

/* Hears until nothing more comes, or for BEHIND_MS; what comes is beside the answer of that
 * question. Whatever else happens meanwhile, it is known already that the tables differ. */
static void hear_behind(struct world *w, struct actor *a, struct ask *ask)
{
    int64_t step = world_begin_answer(w), until = now_ms() + BEHIND_MS;

    ask->settled = ask->answered = true;
    a->asking = ask;
    while (actor_runs(a) && now_ms() < until && quiet_wait(w, a) > 0)
        continue;
    a->asking = NULL;
    world_end_answer(w, step);
    if (!world_goes_on(w))
        world_retract(w);
}

void dump_hear_behind(struct world *w, struct actor *a, struct dump *d)
{
    struct reading routes = begin_reading(w, a, d);
    struct arp_reading arp = begin_arp(w, a, d, &routes);
    struct ask ask = {.op = ASK_ARP, .beside = read_arp_beside, .ctx = &arp};

    if (routes.lenient && (routes.dialogue->done != NULL || arp.done != NULL))
        hear_behind(w, a, &ask);
}

static int read_arp_rows(struct world *w, struct actor *a, struct dump *d, struct reading *routes)
{
    struct arp_reading r = begin_arp(w, a, d, routes);
    struct ask ask = {.op = ASK_ARP, .row = read_arp_row, .beside = read_arp_beside, .ctx = &r};

    int result = a->arp_view != NULL ? view_read(w, a, a->arp_view, read_arp_shown, &r)
                                     : actor_ask(w, a, &ask);
    if (a->arp_view != NULL) {
        snprintf(d->arp_stray, sizeof d->arp_stray, "%s", view_stray(a->arp_view));
        d->arp_beside = view_beside(a->arp_view);
    }
    weigh_arp_stray(w, d, r.rows);
    if (result < 0 || a->arp_view != NULL)
        return result;
    if (ask.refused)
        return world_fail(w, VERDICT_FAIL, "%s refuses to show its ARP table: %s", a->name,
                          ask.closing);
    if (!pattern_match(r.done, ask.closing, strlen(ask.closing)))
        return 0;
    pattern_group(r.done, ask.closing, "state", d->arp_state, sizeof d->arp_state);
    return check_count(w, a, d, true, r.rows, ask.closing);
}

static int read_arp(struct world *w, struct actor *a, struct dump *d, struct reading *routes)
{
    int result = read_arp_rows(w, a, d, routes);

    if (result == 0 && leftovers_count(w, a))
        look_for_leftovers(w, a, d);
    return result;
}

int dump_read(struct world *w, struct actor *a, struct dump *d)
{
    struct pattern *done = a->program->ask[ASK_TABLE].done;
    struct reading r = begin_reading(w, a, d);
    struct ask ask = {.op = ASK_TABLE, .row = read_row, .beside = read_beside, .ctx = &r};

    *d = (struct dump){.table = oracle_create(), .ordered = true, .arp_ordered = true};
    oracle_reserve(d->table, most_routes(w));
    int result = a->routes_view != NULL ? view_read(w, a, a->routes_view, read_shown, &r)
                                        : actor_ask(w, a, &ask);
    size_t rows = oracle_count(d->table) + d->repeated + d->unreadable;
    if (a->routes_view != NULL) {
        note_stray(d, view_stray(a->routes_view), strlen(view_stray(a->routes_view)));
        d->beside = view_beside(a->routes_view);
    }
    forget_stray(w, d->stray, rows);
    if (d->right > 0 && view_log(a->routes_view) == NULL)
        blanks_forget(&d->blanks, BLANK_OTHER); /* the same groups have read rows rightly */
    if (result < 0)
        return -1;
    if (ask.refused)
        return world_fail(w, VERDICT_FAIL, "%s refuses to show its table: %s", a->name,
                          ask.closing);
    if (a->routes_view == NULL && pattern_match(done, ask.closing, strlen(ask.closing))) {
        pattern_group(done, ask.closing, "state", d->state, sizeof d->state);
        if (check_count(w, a, d, false, rows, ask.closing) < 0)
            return -1;
    }
    return manifest_claims(w->manifest, "mac") ? read_arp(w, a, d, &r) : 0;
}

void dump_finish(struct dump *d)
{
    oracle_destroy(d->table);
    d->table = NULL;
    blanks_finish(&d->blanks);
    blanks_finish(&d->arp_blanks);
}
