/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Tables.
 */
#include "agent.h"
#include "command_list.h"
#include "compare.h"
#include "generate.h"
#include "misfit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct actor *last_actor(struct world *w, const struct step *s)
{
    return world_actor(w, step_word(s, s->words.n - 1));
}

static int equal_one(struct world *w, struct actor *a, void *arg)
{
    return compare_client(w, a, arg);
}

int run_equal(struct world *w, const struct step *s)
{
    struct actor *server = last_actor(w, s);

    if (compare_server(w, server) < 0)
        return -1;
    return world_each(w, s, 1, s->words.n - 2, equal_one, server);
}

int run_right(struct world *w, const struct step *s)
{
    return compare_server(w, world_actor(w, step_word(s, 1)));
}

static int state_of_one(struct world *w, struct actor *a, void *arg)
{
    return compare_history(w, a, arg);
}

int run_shows_state(struct world *w, const struct step *s)
{
    return world_each(w, s, 1, s->words.n - 4, state_of_one, last_actor(w, s));
}

/* A table that is wanted, and what it is called. */
struct wanted {
    struct oracle *table;
    const char *who;
};

static int show_one(struct world *w, struct actor *a, void *arg)
{
    struct wanted *wanted = arg;

    return compare_with(w, a, wanted->table, oracle_digest(wanted->table) != 0, wanted->who);
}

static int shows(struct world *w, const struct step *s, const char *file)
{
    struct wanted wanted = {oracle_create(), file ? file : "an empty table"};
    int result = file ? table_read(w, file, wanted.table) : 0;

    if (result == 0)
        result = world_each(w, s, 1, s->words.n - 2, show_one, &wanted);
    oracle_destroy(wanted.table);
    return result;
}

int run_shows(struct world *w, const struct step *s)
{
    return shows(w, s, step_word(s, s->words.n - 1));
}

int run_shows_nothing(struct world *w, const struct step *s)
{
    return shows(w, s, NULL);
}

/* Waits until the table has the prefix with a value (want), or has it not (want NULL). */
static int await_route(struct world *w, struct actor *a, const struct route *key,
                       const struct route *want)
{
    int pause = 0;

    for (;;) {
        struct dump d;
        char line[72] = "nothing";
        if (dump_read(w, a, &d) < 0) {
            dump_finish(&d);
            return -1;
        }
        const struct route *got = oracle_find(d.table, key->destination, key->mask);
        bool there = want == NULL ? got == NULL : oracle_has(d.table, want);
        bool done = there && (want != NULL || dump_find_blank(w, &d, key) == NULL);
        bool late = !done && world_late(w);
        if (got != NULL)
            route_format(got, line);
        if (late && !misfit_explains_route(w, a, &d, key, want == NULL))
            world_timeout(w, "%s shows %s for the prefix, and that did not change", a->name, line);
        dump_finish(&d);
        if (done || late)
            return done ? 0 : -1;
        world_pause(w, next_pause(&pause));
    }
}

int run_has(struct world *w, const struct step *s)
{
    struct route want;

    if (route_parse(step_word(s, 3), step_word(s, 4), step_word(s, 5), &want) != NULL)
        return world_fail(w, VERDICT_BROKEN, "chapter 1 knows no such route");
    return await_route(w, world_actor(w, step_word(s, 1)), &want, &want);
}

int run_lacks(struct world *w, const struct step *s)
{
    struct route unwanted = {0};

    if (route_parse_prefix(step_word(s, 3), &unwanted) != NULL)
        return world_fail(w, VERDICT_BROKEN, "chapter 1 knows no such prefix");
    return await_route(w, world_actor(w, step_word(s, 1)), &unwanted, NULL);
}

int run_in_order(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct dump d;

    if (a->program->ask[ASK_TABLE].observe == OBSERVE_LOG)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s shows no rows in an order: it logs changes",
                          a->name);
    int result = dump_read(w, a, &d);
    if (result == 0 && !d.ordered)
        result = world_fail(w, VERDICT_FAIL, "the rows of %s are not in ascending order", a->name);
    dump_finish(&d);
    return result;
}

static int report_one(struct world *w, struct actor *a, void *arg)
{
    struct actor *server = arg;
    struct reported r;
    int pause = 0, told;

    for (;;) {
        told = digest_read(w, a, &r);
        if (told < 0)
            return -1;
        if (told == 0)
            return world_fail(w, VERDICT_UNSUPPORTED, "%s can't be asked for its digest", a->name);
        if (strtoull(r.digest, NULL, 16) == oracle_digest(server->oracle) &&
            (r.routes[0] == '\0' || strtoull(r.routes, NULL, 10) == oracle_count(server->oracle)) &&
            (r.macs[0] == '\0' ||
             strtoull(r.macs, NULL, 10) == arp_count(oracle_arp(server->oracle))))
            return 0;
        if (a->is_server || world_late(w))
            return world_fail(w, VERDICT_FAIL,
                              "%s reports digest %s of %s routes; it is %016llx of %zu", a->name,
                              r.digest, r.routes, (unsigned long long)oracle_digest(server->oracle),
                              oracle_count(server->oracle));
        world_pause(w, next_pause(&pause));
    }
}

int run_reports_digest(struct world *w, const struct step *s)
{
    return world_each(w, s, 1, s->words.n - 5, report_one, last_actor(w, s));
}

static int state_one(struct world *w, struct actor *a, void *arg)
{
    const char *want = arg;
    struct pattern *done = a->program->ask[ASK_STATUS].done;
    char state[32] = "";
    int pause = 0;

    for (;;) {
        struct ask ask = {.op = ASK_STATUS};
        if (actor_ask(w, a, &ask) < 0)
            return -1;
        if (pattern_match(done, ask.closing, strlen(ask.closing)))
            pattern_group(done, ask.closing, "state", state, sizeof state);
        if (strcmp(state, want) == 0)
            return 0;
        if (world_late(w))
            return world_timeout(w, "%s is in state %s and does not come to %s", a->name, state,
                                 want);
        world_pause(w, next_pause(&pause));
    }
}

int run_state(struct world *w, const struct step *s)
{
    return world_each(w, s, 1, s->words.n - 3, state_one, s->words.at[s->words.n - 1].text);
}

/* The rows of the server's list of clients. */
struct listing {
    struct pattern *row;
    long rows, pid_wanted;
    bool pid_found;
};

static bool read_listed(void *ctx, const char *line, size_t len)
{
    struct listing *l = ctx;
    char pid[16] = "";

    if (!pattern_match(l->row, line, len))
        return false;
    l->rows++;
    if (pattern_group(l->row, line, "pid", pid, sizeof pid) && atol(pid) == l->pid_wanted)
        l->pid_found = true;
    return true;
}

static int list(struct world *w, struct actor *a, struct listing *l)
{
    struct ask ask = {.op = ASK_CLIENTS, .row = read_listed, .ctx = l};

    l->row = a->program->ask[ASK_CLIENTS].row;
    l->rows = 0;
    l->pid_found = false;
    return actor_ask(w, a, &ask);
}

int run_lists(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct listing l = {.pid_wanted = -1};
    int pause = 0;

    while (list(w, a, &l) == 0) {
        if (l.rows == atol(step_word(s, 3)))
            return 0;
        if (world_late(w))
            return world_timeout(w, "%s lists %ld clients; expected %s", a->name, l.rows,
                                 step_word(s, 3));
        world_pause(w, next_pause(&pause));
    }
    return -1;
}

/* Whether the server comes to list the pid of the last word, or comes not to. */
static int await_listed(struct world *w, const struct step *s, bool wanted)
{
    struct actor *a = world_actor(w, step_word(s, 1)), *client = last_actor(w, s);
    const char *name = step_word(s, s->words.n - 1);
    struct listing l = {.pid_wanted = client ? client->pid : world_agent(w, name)->pid};
    int pause = 0;

    while (list(w, a, &l) == 0) {
        if (l.pid_found == wanted)
            return 0;
        if (world_late(w))
            return world_timeout(w, "%s %s %s with its pid %ld", a->name,
                                 wanted ? "does not list" : "goes on listing", name, l.pid_wanted);
        world_pause(w, next_pause(&pause));
    }
    return -1;
}

int run_lists_pid(struct world *w, const struct step *s)
{
    return await_listed(w, s, true);
}

int run_lists_pid_not(struct world *w, const struct step *s)
{
    return await_listed(w, s, false);
}
