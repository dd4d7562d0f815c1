/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Changes: one change, one file, one refusal.
 */
#include "actor.h"
#include "command_list.h"
#include "compare.h"
#include "expand.h"
#include "feed.h"
#include "question.h"
#include "refusal.h"

#include <stdlib.h>

typedef const char *change_fn(struct oracle *o, const struct route *r);

/* Does one change on both sides: the oracle says first what has to come of it. */
static int change_both(struct world *w, struct actor *a, enum operation op, char *const value[3],
                       change_fn *apply)
{
    struct ask ask = {.op = op, .prefix = value[0], .gateway = value[1], .oif = value[2]};
    struct route r = {0};
    const char *refused = op == ASK_DELETE ? route_parse_prefix(value[0], &r)
                                           : route_parse(value[0], value[1], value[2], &r);

    uint64_t before = oracle_digest(a->oracle);

    if (refused == NULL)
        refused = apply(a->oracle, &r);
    if (refused != NULL)
        return world_fail(w, VERDICT_BROKEN,
                          "chapter 1 has this refused as %s; say: expect %s refuses ...", refused,
                          a->name);
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (!ask.refused)
        return ask.silent ? compare_server(w, a) : 0;
    return refusal_fail(w, a, &ask, oracle_digest(a->oracle) != before, "chapter 1 accepts");
}

static int change(struct world *w, const struct step *s, enum operation op, change_fn *apply)
{
    char *value[3] = {NULL, NULL, NULL};
    size_t n = op == ASK_DELETE ? 1 : 3;
    int result = 0;

    for (size_t i = 0; i < n && result == 0; i++) {
        value[i] = expand_names(w, step_word(s, 2 + i));
        result = value[i] ? 0 : -1;
    }
    if (result == 0)
        result = change_both(w, world_actor(w, step_word(s, 0)), op, value, apply);
    for (size_t i = 0; i < n; i++)
        free(value[i]);
    return result;
}

int run_create(struct world *w, const struct step *s)
{
    return change(w, s, ASK_CREATE, oracle_create_route);
}

int run_update(struct world *w, const struct step *s)
{
    return change(w, s, ASK_UPDATE, oracle_update_route);
}

int run_delete(struct world *w, const struct step *s)
{
    return change(w, s, ASK_DELETE, oracle_delete_route);
}

int run_tries(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 0));
    bool fed = feed_lacking(w->manifest) == NULL;
    struct buf line = {0};

    buf_printf(&line, "%s%s", step_word(s, 2), fed ? "\n" : "");
    int result = fed ? feed_start(w, a, &line) : feed_try(w, a, line.data);
    if (fed && result == 0)
        result = feed_wait(w, a, 100);
    buf_finish(&line);
    return result;
}

int run_load(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 0));
    struct ask ask = {.op = ASK_LOAD, .file = world_file(w, step_word(s, 2))->path};

    if (table_read(w, step_word(s, 2), a->oracle) < 0 || actor_ask(w, a, &ask) < 0)
        return -1;
    return ask.refused
               ? world_fail(w, VERDICT_FAIL, "%s refuses the file: %s", a->name, ask.closing)
               : 0;
}

int run_save(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 0));
    struct ask ask = {.op = ASK_SAVE, .file = world_add_file(w, step_word(s, 2))->path};

    if (actor_ask(w, a, &ask) < 0)
        return -1;
    return ask.refused ? world_fail(w, VERDICT_FAIL, "%s does not save: %s", a->name, ask.closing)
                       : 0;
}

int run_expect_refused(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    size_t end = s->words.n - 2;
    struct question q;
    bool loading = a->loading;
    int result = -1;

    if (question_read(w, s, 3, end, &q) == 0 && actor_ask(w, a, &q.ask) == 0)
        result = question_judge(w, a, &q.ask, step_word(s, end + 1), loading && !a->loading);
    question_finish(&q);
    return result;
}
