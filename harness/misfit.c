/* SPDX-License-Identifier: MIT */
#include "misfit.h"

#include "doing.h"
#include "misread.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>

#define OBJECTS_LOOKED 8 /* one says what all are */

/* Whose rows chapter 7 has is held to them. */
static bool is_free(const struct world *w)
{
    return !manifest_claims(w->manifest, "console");
}

/* Something lacks of a log: all of it was taken to be gone by what one entry told. */
static bool fail_emptied(struct world *w, const struct actor *a, const struct view *v,
                         enum operation op)
{
    const struct changelog *log = view_log(v);
    const char *line = log != NULL && is_free(w) ? changelog_emptied_by(log) : NULL;

    if (line != NULL)
        world_fail(w, VERDICT_BROKEN,
                   "%s shows \"%s\", which emptied of [%s.%s] takes as the end of all; it has to "
                   "match no line that tells of one",
                   a->name, line, a->is_server ? "server" : "client", operation_name(op));
    return line != NULL;
}

/* The route lacks. */
static bool fail_route(struct world *w, const struct actor *a, const struct dump *d,
                       const struct route *r)
{
    const struct blank *blank = dump_find_blank(w, d, r);

    if (blank != NULL)
        blank_fail(w, a, ASK_TABLE, blank);
    return blank != NULL || fail_emptied(w, a, a->routes_view, ASK_TABLE);
}

/* The entry lacks, or has another address. */
static bool fail_neighbour(struct world *w, const struct actor *a, const struct dump *d,
                           const struct neighbour *n)
{
    const struct blank *blank = dump_find_arp_blank(w, d, n);

    if (blank != NULL)
        blank_fail(w, a, ASK_ARP, blank);
    return blank != NULL || fail_emptied(w, a, a->arp_view, ASK_ARP);
}

/* The same: its object may be something else in shared memory. */
static bool fail_object(struct world *w, const struct actor *a, const struct neighbour *n)
{
    const struct objects *o = &w->manifest->objects;
    char *why = o->per_mac && n->known ? objects_explain(o, n->mac, n->ip) : NULL;
    bool told = why != NULL;

    if (told)
        world_fail(w, VERDICT_BROKEN, "%s has an entry that [shm] does not read: %s", a->name, why);
    free(why);
    return told;
}

/* A log keeps the route, behind a line that may tell its end. Where a group took a part of a value
 * that says more. */
static bool fail_kept_route(struct world *w, const struct actor *a, const struct route *r)
{
    const struct changelog *log = view_log(a->routes_view);
    bool told = log == NULL || !is_free(w) || dialogue_cut(&a->program->ask[ASK_TABLE]) != NULL;
    const struct blank *end = told ? NULL : changelog_end_of_route(log, r);
    char text[72];

    if (end == NULL)
        return false;
    route_format(r, text);
    text[strcspn(text, " ")] = '\0';
    blank_fail_stays(w, a, ASK_TABLE, end, text);
    return true;
}

static bool fail_kept_neighbour(struct world *w, const struct actor *a, const struct neighbour *n)
{
    const struct changelog *log = view_log(a->arp_view);
    bool told = log == NULL || !is_free(w) || dialogue_cut(&a->program->ask[ASK_ARP]) != NULL;
    const struct blank *end = told ? NULL : changelog_end_of_neighbour(log, n);
    char text[18];

    if (end == NULL)
        return false;
    mac_format(n->mac, text);
    blank_fail_stays(w, a, ASK_ARP, end, text);
    return true;
}

static bool has_neighbour(const struct dump *d, const struct neighbour *n)
{
    const struct neighbour *got = arp_find(oracle_arp(d->table), n->mac);

    return got != NULL && got->known == n->known && got->ip == n->ip;
}

/* Whether one of those that lack is shown. */
static bool is_shown(struct world *w, const struct actor *a, const struct dump *d,
                     const struct oracle *want)
{
    const struct route *r;
    const struct neighbour *n;
    size_t looked = 0;

    for (size_t at = 0; (r = oracle_next(want, &at)) != NULL;)
        if (!oracle_has(d->table, r) && fail_route(w, a, d, r))
            return true;
    for (size_t at = 0; (n = arp_next(oracle_arp(want), &at)) != NULL;)
        if (!has_neighbour(d, n) &&
            (fail_neighbour(w, a, d, n) || (looked++ < OBJECTS_LOOKED && fail_object(w, a, n))))
            return true;
    return false;
}

/* Whether one that should be gone is said to be. */
static bool is_kept(struct world *w, const struct actor *a, const struct dump *d,
                    const struct oracle *want)
{
    const struct route *r;
    const struct neighbour *n;

    for (size_t at = 0; (r = oracle_next(d->table, &at)) != NULL;)
        if (oracle_find(want, r->destination, r->mask) == NULL && fail_kept_route(w, a, r))
            return true;
    for (size_t at = 0; (n = arp_next(oracle_arp(d->table), &at)) != NULL;)
        if (arp_find(oracle_arp(want), n->mac) == NULL && fail_kept_neighbour(w, a, n))
            return true;
    return false;
}

/* Whether rows are shown, and not one could be read. */
static bool is_misread(const struct world *w, const struct dump *d)
{
    return is_free(w) && d->misread > 0 && oracle_count(d->table) == 0;
}

/* Whether the ARP table has a line that is to be a row: there have to be some, and not one was
 * understood; or it has a MAC that no row has, and that MAC is missing, or nothing else differs. */
static bool is_arp_misread(const struct dump *d, const struct oracle *want)
{
    struct buf ignored = {0};
    uint64_t mac;

    if (d->arp_stray[0] == '\0' || !d->arp_skips)
        return d->arp_stray[0] != '\0' && arp_count(oracle_arp(want)) > 0;
    bool alone = oracle_diff(want, d->table, 0, &ignored) == 0 && d->objects_wrong == 0;
    buf_finish(&ignored);
    return alone || (misread_holds_mac(d->arp_stray, strlen(d->arp_stray), &mac) &&
                     arp_find(oracle_arp(want), mac) != NULL);
}

/* Whether not one row was understood, and there have to be routes, or ARP entries. */
static bool is_unread(struct world *w, const struct actor *a, const struct dump *d, bool routes,
                      bool arp)
{
    if (routes && is_misread(w, d))
        world_fail(w, VERDICT_BROKEN,
                   "no row of the table of %s is understood by row of [%s.table]: %s", a->name,
                   a->is_server ? "server" : "client", d->sample);
    else if (routes && d->stray[0] != '\0')
        blank_fail_stray(w, a, ASK_TABLE, d->stray);
    else if (arp && d->arp_stray[0] != '\0')
        blank_fail_stray(w, a, ASK_ARP, d->arp_stray);
    return w->outcome.verdict == VERDICT_BROKEN;
}

/* Whether it waits for an answer that it never gets, and says nothing of its table before. */
static bool is_asking(struct world *w, const struct actor *a)
{
    if (a->routes_view == NULL || a->heard.len == 0 || !is_free(w) || !doing_awaits_line(a))
        return false;
    world_fail(w, VERDICT_BROKEN,
               "%s stops at \"%.*s\" and reads its console: question of [%s.table] has to match "
               "that where it asks whether to show it, prompt of [%s] where it waits for a command",
               a->name, (int)(a->heard.len < 200 ? a->heard.len : 200), a->heard.data,
               a->is_server ? "server" : "client", a->is_server ? "server" : "client");
    return true;
}

bool misfit_explains(struct world *w, struct actor *a, struct dump *d, const struct oracle *want)
{
    if (is_shown(w, a, d, want) || is_kept(w, a, d, want))
        return true;
    size_t before = d->blanks.n + d->arp_blanks.n;
    dump_hear_behind(w, a, d);
    return (d->blanks.n + d->arp_blanks.n > before && is_shown(w, a, d, want)) ||
           is_unread(w, a, d, oracle_count(want) > 0, is_arp_misread(d, want)) || is_asking(w, a);
}

bool misfit_explains_route(struct world *w, const struct actor *a, const struct dump *d,
                           const struct route *r, bool gone)
{
    if (gone)
        return fail_route(w, a, d, r) || fail_kept_route(w, a, r);
    return fail_route(w, a, d, r) || is_unread(w, a, d, true, false);
}

bool misfit_explains_neighbour(struct world *w, const struct actor *a, const struct dump *d,
                               const struct neighbour *n, bool gone)
{
    if (gone)
        return fail_kept_neighbour(w, a, n);
    return fail_neighbour(w, a, d, n) || fail_object(w, a, n) ||
           is_unread(w, a, d, false, !d->arp_skips);
}
