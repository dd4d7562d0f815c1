/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "misfit.h"
#include "quiet.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 10 /* of a difference */

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
        buf_printf(text, "%zu %s: %s\n", d->unreadable,
                   d->unreadable == 1 ? "row is no entry" : "rows are no entries, such as one",
                   d->sample);
    if (d->objects_wrong > 0)
        buf_printf(text, "%zu objects are not as they have to be, such as: %s\n", d->objects_wrong,
                   d->object_sample);
    if (d->arp_skips)
        buf_printf(text, "a line with a MAC is no row: %s\n", d->arp_stray);
    return differ == 0 && d->objects_wrong == 0 && d->repeated == 0 && d->unreadable == 0 &&
           !d->arp_skips;
}

bool compare_same(const struct dump *d, const struct oracle *want)
{
    struct buf ignored = {0};
    bool equal = same(d, want, &ignored);

    buf_finish(&ignored);
    return equal;
}

/* A program that tells no state is not held to it. */
static bool is_synchronised(const char *state)
{
    return *state == '\0' || strcmp(state, "synchronised") == 0;
}

/* Whether it is one of the states of chapter 7; who claims the line protocol is held to that. */
static bool is_state(const struct world *w, const char *state)
{
    static const char *const states[] = {"", "connecting", "snapshot", "resyncing", "synchronised"};

    for (size_t i = 0; i < LENGTH(states); i++)
        if (strcmp(state, states[i]) == 0)
            return true;
    return manifest_claims(w->manifest, "console");
}

/* The rows are right, and what it says of them is not. */
static int fail_reported(struct world *w, const struct actor *a, const char *who, const char *state)
{
    if (!is_state(w, state))
        return world_fail(
            w, VERDICT_BROKEN,
            "%s shows the table of %s, and the group state takes \"%s\"; it has to be "
            "connecting, snapshot, resyncing or synchronised",
            a->name, who, state);
    return world_fail(w, VERDICT_FAIL,
                      "%s shows the table of %s, but reports another digest or state", a->name,
                      who);
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

static int differs(struct world *w, struct actor *a, const struct oracle *want, const char *who,
                   struct dump *d, struct buf *rows, bool timed)
{
    bool told = misfit_explains(w, a, d, want);

    if (!told && timed)
        world_timeout(w, "the table of %s does not become that of %s", a->name, who);
    else if (!told)
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
        bool apart = !equal && (late || (told && worth > 0));
        if (apart)
            differs(w, a, want, who, &d, &rows, late);
        dump_finish(&d);
        if (apart)
            return -1;
        if (equal && worth > 0 && ready) {
            buf_finish(&rows);
            return 0;
        }
        if (equal && late) {
            buf_finish(&rows);
            return fail_reported(w, a, who, d.state);
        }
        buf_finish(&rows);
        world_pause(w, next_pause(&pause));
    }
}

/* Whether it may show later what it does not show yet: when it pleases, behind a pause where
 * silence ends its table, or once it has made and removed its objects. */
static bool may_be_late(const struct world *w, const struct actor *s)
{
    return s->routes_view != NULL || s->program->ask[ASK_TABLE].done == NULL ||
           w->manifest->objects.per_mac;
}

/* Whether it need not tell of a change that it has made it, or will. */
static bool may_say_nothing(const struct actor *s)
{
    const struct dialogue *ask = s->program->ask;

    return ask[ASK_CREATE].silent || ask[ASK_UPDATE].silent || ask[ASK_DELETE].silent;
}

/* Its prompt may have come before the change: then its table counts once it is quiet. */
static int read_settled(struct world *w, struct actor *s, struct dump *d)
{
    int result = dump_read(w, s, d);

    if (result < 0 || !may_say_nothing(s) || compare_same(d, s->oracle))
        return result;
    dump_finish(d);
    while (quiet_wait(w, s) > 0)
        continue;
    return dump_read(w, s, d);
}

static int check_server(struct world *w, struct actor *s)
{
    struct buf rows = {0};
    struct reported r;
    struct dump d;

    if (may_be_late(w, s))
        return compare_with(w, s, s->oracle, false, "the oracle");
    int result = read_settled(w, s, &d);

    if (result == 0 && d.arp_skips) { /* or it tells what it does, unasked */
        dump_finish(&d);
        return compare_with(w, s, s->oracle, false, "the oracle");
    }
    if (result == 0 && !same(&d, s->oracle, &rows))
        result = differs(w, s, s->oracle, "the oracle", &d, &rows, false);
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
    int result = compare_with(w, a, s->oracle, true, s->name);

    a->settled |= result == 0;
    return result;
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

/* Whether it may be in its first snapshot: it says nothing of its state, and was not seen behind
 * it. */
static bool may_be_on_its_way(const struct actor *a, const struct dump *d)
{
    return *d->state == '\0' && !a->settled;
}

int compare_history(struct world *w, struct actor *a, const struct actor *s)
{
    const struct history *h = oracle_history(s->oracle);
    struct buf rows = {0};
    struct dump d;
    int result = dump_read(w, a, &d);

    if (result < 0 || may_be_on_its_way(a, &d)) {
        dump_finish(&d);
        return result;
    }
    size_t at = find_state(w, h, a->shown, &d);

    if (at == HISTORY_NONE || d.repeated > 0 || d.unreadable > 0) {
        bool older = at == HISTORY_NONE && find_state(w, h, 0, &d) != HISTORY_NONE;
        result = -1;
        if (!misfit_explains(w, a, &d, s->oracle))
            world_fail(w, VERDICT_FAIL, "%s shows a table that %s %s", a->name, s->name,
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
