/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Changes that look at a load while it runs.
 */
#include "command_list.h"
#include "question.h"

#include <stdlib.h>
#include <string.h>

/* A load that takes longer than this and leaves a question unanswered until its end is no longer
 * just quick. Measured within one case, from the question to the answers. */
#define LOAD_LONG_US 50000

static int begin(struct world *w, struct actor *a, const char *file)
{
    struct ask ask = {.op = ASK_LOAD, .file = world_file(w, file)->path};

    if (dialogue_asks(&a->program->ask[ASK_LOAD]) &&
        dialogue_line(&a->program->ask[ASK_LOAD]) == NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s loads by a dialogue; nothing can run beside",
                          a->name);
    if (table_read(w, file, a->oracle) < 0 || actor_send(w, a, &ask) < 0)
        return -1;
    a->loading = true;
    a->load_refused = false;
    a->load_us = now_us();
    return 0;
}

static int await_end(struct world *w, struct actor *a)
{
    while (a->loading) {
        if (!actor_runs(a))
            return world_fail(w, VERDICT_FAIL, "%s ended before it answered the load", a->name);
        if (!world_wait(w))
            return world_timeout(w, "%s did not answer the load", a->name);
    }
    if (a->load_refused)
        return world_fail_for(w, "CON-14", "%s refuses the load", a->name);
    return 0;
}

int run_begin_loading(struct world *w, const struct step *s)
{
    return begin(w, world_actor(w, step_word(s, 0)), step_word(s, 3));
}

int run_await_loaded(struct world *w, const struct step *s)
{
    return await_end(w, world_actor(w, step_word(s, 1)));
}

/* Sends load and a second question at once, and waits for the answers of both. */
static int ask_while_loading(struct world *w, struct actor *a, const char *file, struct ask *second)
{
    if (begin(w, a, file) < 0 || actor_ask(w, a, second) < 0)
        return -1;
    if (second->op == ASK_LOAD && !second->refused)
        return 0; /* whichever load was meant: the judge has an answer that is no refusal */
    if (a->loading)
        return await_end(w, a);
    int64_t took = a->load_us; /* set to how long the load took when it was answered */
    if (took > LOAD_LONG_US)
        return world_fail_for(w, "CON-16", "%s answered nothing in the %.2f s that its load took",
                              a->name, (double)took / 1e6);
    return world_fail(w, VERDICT_UNRESOLVED,
                      "the load ended within %.3f s, before %s came to the second question",
                      (double)took / 1e6, a->name);
}

int run_loading_refuses(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    size_t end = s->words.n - 2;
    struct question q;
    int result = -1;

    if (question_read(w, s, 5, end, &q) == 0 &&
        ask_while_loading(w, a, step_word(s, 3), &q.ask) == 0)
        result = question_judge(w, a, &q.ask, step_word(s, end + 1), false);
    question_finish(&q);
    return result;
}

int run_loading_answers(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct ask second = {.op = ASK_LINE, .line = step_word(s, 7)};
    char *why = NULL;
    size_t offset;
    struct pattern *p = pattern_create(step_word(s, 5), &why, &offset);
    int result = -1;

    if (p == NULL)
        world_fail(w, VERDICT_BROKEN, "not a pattern: %s", why);
    else if (ask_while_loading(w, a, step_word(s, 3), &second) == 0)
        result = pattern_match(p, second.closing, strlen(second.closing))
                     ? 0
                     : world_fail(w, VERDICT_FAIL, "%s answers: %s", a->name, second.closing);
    free(why);
    pattern_destroy(p);
    return result;
}
