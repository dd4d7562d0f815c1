/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "bounds.h"
#include "budget.h"
#include "converse.h"
#include "doing.h"
#include "quiet.h"
#include "renew.h"
#include "stall.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_MS 600         /* how often who gives no sign is looked at */
#define PROMPT_LOST_MS 1000 /* of silence, where a prompt should be back */

int actor_send(struct world *w, struct actor *a, struct ask *ask)
{
    const struct dialogue *d = &a->program->ask[ask->op];

    if (!dialogue_asks(d))
        return world_fail(w, VERDICT_UNSUPPORTED, "the manifest does not say how to ask %s for %s",
                          a->name, operation_name(ask->op));
    if (a->in < 0)
        return world_fail(w, VERDICT_BROKEN,
                          "the console of %s is closed; nothing can be asked there", a->name);
    if (ask->bytes == NULL) {
        converse_make_moves(w, a, ask);
        return 0;
    }
    world_tell(w, "%s > %zu bytes", a->name, ask->bytes->len);
    buf_add(&a->to_say, ask->bytes->data, ask->bytes->len);
    buf_adds(&a->to_say, "\n");
    ask->move = d->move_n;
    return 0;
}

static int fail_ended(struct world *w, const struct actor *a)
{
    char *end = doing_describe_end(a);

    world_accuse(w, a);
    world_fail(w, VERDICT_FAIL, "%s ended with %s, instead of answering", a->name, end);
    free(end);
    return -1;
}

int answer_fail_open(struct world *w, const struct actor *a, const struct dialogue *d)
{
    const char *who = a->is_server ? "server" : "client";

    world_accuse(w, a);
    return world_timeout_broken(
        w, doing_waits(a),
        "%s stops at \"%s\" within [%s.%s], which is none of its rows%s: more = has to match it "
        "there if it waits for a key, prompt = in [%s] if it waits for a command",
        a->name, doing_last(a), who, operation_name((enum operation)(d - a->program->ask)),
        d->done != NULL ? " and not done" : "", who);
}

/* What would have been the answer was taken for a notice. */
static int fail_noticed(struct world *w, const struct actor *a, const struct ask *ask)
{
    const char *who = a->is_server ? "server" : "client";

    return world_fail(w, VERDICT_BROKEN,
                      "%s printed \"%s\", which done or refused of [%s.%s] matches, and notice of "
                      "[%s] as well; no line may match both",
                      a->name, ask->noticed, who, operation_name(ask->op), who);
}

/* Who claims the line protocol has to answer as chapter 7 says; what others print, only their
 * manifest knows. */
static int fail_unanswered(struct world *w, const struct actor *a, const struct ask *ask)
{
    const struct dialogue *d = converse_dialogue(a, ask);

    if (ask->noticed[0] != '\0')
        return fail_noticed(w, a, ask);
    const char *last = doing_last(a), *op = operation_name(ask->op);
    bool within = ask->move < d->move_n && ask->move > 0;
    bool strange = *last != '\0' && !manifest_claims(w->manifest, "console");

    if (strange && converse_is_open(a, ask))
        return answer_fail_open(w, a, d);
    world_accuse(w, a);
    if (strange && within)
        return world_timeout_broken(
            w, doing_waits(a),
            "%s printed \"%s\" last in its dialogue for %s, which expects \"%s\": no match",
            a->name, last, op, pattern_text(d->moves[ask->move].expect));
    if (within)
        return world_timeout_for(w, "CON-1", "%s did not come to \"%s\" in its dialogue for %s",
                                 a->name, pattern_text(d->moves[ask->move].expect), op);
    if (strange)
        return world_timeout_broken(w, doing_waits(a),
                                    "%s printed \"%s\" last when it was asked for %s, and neither "
                                    "done nor refused of that matches",
                                    a->name, last, op);
    return world_timeout_for(w, "CON-1", "%s gave no answer to its last question", a->name);
}

/* Whether the table is over. Where there is a prompt it is to be back, but it may have been lost in
 * a line with something else. */
static bool is_table_over(const struct actor *a, const struct ask *ask)
{
    return a->program->prompt == NULL || ask->back || now_ms() - a->heard_ms >= PROMPT_LOST_MS;
}

/* Nothing more comes, and nothing that came was an outcome. moved: all moves are made. */
static int take_silence(struct world *w, struct actor *a, struct ask *ask, bool moved)
{
    const struct dialogue *d = converse_dialogue(a, ask);

    if (converse_is_open(a, ask)) {
        if (d->done == NULL && now_ms() - a->heard_ms >= PROMPT_LOST_MS)
            return answer_fail_open(w, a, d);
    } else if (moved && d->done == NULL && d->row != NULL) {
        ask->answered = is_table_over(a, ask);
        if (ask->answered)
            world_note(w,
                       "what %s shows may end with silence, also where it shows nothing: window "
                       "%d ms",
                       a->name, quiet_window(a));
    } else if (d->silent && (moved || ask->back)) {
        ask->silent = ask->answered = true;
        if (ask->over)
            world_note(w, "%s says nothing of some changes before its prompt: its table decides",
                       a->name);
        else
            world_note(w,
                       "%s says nothing of some changes: a window of %d ms, then its table decides",
                       a->name, quiet_window(a));
    } else if (ask->back && ask->noticed[0] != '\0') {
        return fail_noticed(w, a, ask);
    } else if (ask->back && !converse_hear_front(w, a, ask)) {
        return world_fail(w, VERDICT_BROKEN,
                          "%s came back to its prompt, and nothing that it printed matched done or "
                          "refused of %s%s",
                          a->name, operation_name(ask->op),
                          d->row ? "" : "; silent = yes would let the table decide");
    }
    return 0;
}

/* Nothing more comes. What stands on the unfinished line is a line then. */
static int hear_silence(struct world *w, struct actor *a, struct ask *ask)
{
    const struct dialogue *d = converse_dialogue(a, ask);
    bool moved = ask->move == d->move_n;

    converse_end_line(w, a, ask);
    if (ask->answered || !world_goes_on(w))
        return world_goes_on(w) ? 0 : -1;
    if (ask->settled && ask->refused && !ask->back && a->program->prompt != NULL) {
        if (!ask->recovering && dialogue_asks(&a->program->ask[ASK_RECOVER])) {
            converse_recover(w, a, ask);
            return 0;
        }
        return world_fail(w, VERDICT_BROKEN,
                          "%s does not come back to its prompt behind a refusal; the manifest %s "
                          "[%s.recover]",
                          a->name, ask->recovering ? "has the wrong" : "needs fresh = yes or a",
                          a->is_server ? "server" : "client");
    }
    if (ask->settled) {
        ask->answered = moved;
        return 0;
    }
    return take_silence(w, a, ask, moved);
}

/* Whether silence may end the question. */
static bool may_be_silent(const struct actor *a, const struct ask *ask)
{
    const struct dialogue *d = converse_dialogue(a, ask);

    return a->program->terminal || a->program->prompt != NULL || d->silent || d->done == NULL;
}

/* Waits for what comes next: 1 something may have, 0 the actor is quiet, -1 the step is late. */
static int await_sign(struct world *w, struct actor *a, const struct ask *ask)
{
    int next = may_be_silent(a, ask) ? quiet_wait(w, a) : -1;

    if (!may_be_silent(a, ask)) {
        world_pause(w, LOOK_MS);
        next = world_late(w) ? -1 : 1;
    }
    stall_look(w, a);
    return next;
}

static int await_answer(struct world *w, struct actor *a, struct ask *ask)
{
    while (!ask->answered) {
        if (!actor_runs(a) && a->out < 0 && a->err < 0)
            return fail_ended(w, a);
        if (!world_goes_on(w))
            return -1;
        int next = await_sign(w, a, ask);
        if (next < 0)
            return fail_unanswered(w, a, ask);
        if (next == 0 && hear_silence(w, a, ask) < 0)
            return -1;
    }
    return 0;
}

/* It was to be ended, and the scenario asks it all the same; or it ended by itself. */
static int complain_end(struct world *w, struct actor *a)
{
    char *end;

    if (a->expected_to_end)
        return world_fail(w, VERDICT_BROKEN, "%s does not run; nothing can be asked there",
                          a->name);
    end = doing_describe_end(a);
    world_accuse(w, a);
    world_fail(w, VERDICT_FAIL, "%s ended by itself with %s", a->name, end);
    free(end);
    return -1;
}

/* Chapter 7 says which lines an answer has; what other programs print between rows is their own. */
static int check_strays(struct world *w, const struct actor *a, const struct ask *ask)
{
    if (ask->strays == 0 || !manifest_claims(w->manifest, "console"))
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s answers with %zu line%s that %s no row%s, such as: %s",
                      a->name, ask->strays, ask->strays == 1 ? "" : "s",
                      ask->strays == 1 ? "is" : "are", ask->strays == 1 ? "" : "s", ask->stray);
}

int actor_ask(struct world *w, struct actor *a, struct ask *ask)
{
    if (a->feed != NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is being fed; say \"await %s 100%%\" first",
                          a->name, a->name);
    if (!actor_runs(a))
        return complain_end(w, a);
    if (a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is stopped; say \"continue %s\" first", a->name,
                          a->name);
    if (budget_check(w) < 0 || bounds_allow(w, a, ask) < 0 || (a->spent && renew(w, a) < 0))
        return -1;
    a->asking = ask; /* before it is sent: nothing is heard in between */
    if (actor_send(w, a, ask) < 0) {
        a->asking = NULL;
        return -1;
    }
    int64_t step = world_begin_answer(w);
    int result = await_answer(w, a, ask);
    a->asking = NULL;
    world_end_answer(w, step);
    if (result == 0 && !ask->refused)
        a->accepts |= 1U << ask->op;
    return result < 0 ? result : check_strays(w, a, ask);
}
