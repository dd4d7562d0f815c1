/* SPDX-License-Identifier: MIT */
#include "converse.h"

#include "doing.h"
#include "excess.h"
#include "feed.h"
#include "network.h"
#include "prompt.h"
#include "queue.h"
#include "quiet.h"
#include "renew.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MOST 1048576 /* bytes of lines that are kept; who prints more is out of its mind */
#define ROWS_TOLD 8       /* of an answer, in the transcript */

static void note(struct world *w, struct actor *a, const char *line, size_t len)
{
    doing_note(a, line, len, true);
    world_tell(w, "%s < %.*s", a->name, (int)len, line);
    if (a->said.len > SAID_MOST)
        return;
    buf_add(&a->said, line, len);
    buf_adds(&a->said, "\n");
}

void converse_note(struct world *w, struct actor *a, const char *line, size_t len)
{
    excess_count(w, a, len, false);
    note(w, a, line, len);
}

const struct dialogue *converse_dialogue(const struct actor *a, const struct ask *ask)
{
    return &a->program->ask[ask->recovering ? ASK_RECOVER : ask->op];
}

void converse_note_row(struct world *w, struct actor *a, size_t *shown, const char *line,
                       size_t len)
{
    doing_note(a, line, len, true);
    if (*shown < ROWS_TOLD)
        world_tell(w, "%s < %.*s", a->name, (int)len, line);
    else if (*shown == ROWS_TOLD)
        world_tell(w, "%s < ... and more rows", a->name);
    ++*shown;
}

void converse_say(struct world *w, struct actor *a, const char *text, bool key)
{
    world_tell(w, "%s > %s%s", a->name, text, key ? " (key)" : "");
    doing_note(a, text, strlen(text), false);
    buf_adds(&a->to_say, text);
    buf_adds(&a->to_say, key ? "" : "\n");
    quiet_broken(w, a, false);
}

bool converse_turn_page(struct world *w, struct actor *a, const struct dialogue *d,
                        const char *line, size_t len)
{
    if (!pattern_match(d->more, line, len))
        return false;
    converse_note(w, a, line, len);
    if (a->in >= 0)
        converse_say(w, a, d->more_answer ? d->more_answer : "", d->more_key);
    return true;
}

void converse_make_moves(struct world *w, struct actor *a, struct ask *ask)
{
    const struct dialogue *d = converse_dialogue(a, ask);
    const struct values v = {ask->prefix, ask->gateway, ask->oif, ask->address,
                             ask->mac,    ask->file,    ask->line};

    for (; ask->move < d->move_n && d->moves[ask->move].send != NULL; ask->move++) {
        char *line = dialogue_fill(d->moves[ask->move].send, &v);
        converse_say(w, a, line, false);
        free(line);
    }
}

void converse_recover(struct world *w, struct actor *a, struct ask *ask)
{
    ask->recovering = true;
    ask->move = 0;
    converse_make_moves(w, a, ask);
    ask->answered = a->program->prompt == NULL && ask->move == converse_dialogue(a, ask)->move_n;
}

/* The outcome is known. Where there is a prompt, the program is asked nothing before it is back
 * there; that it asks for a field again only silence tells, see hear_silence(). */
static void settle(struct world *w, struct actor *a, struct ask *ask)
{
    bool recovers = ask->refused && dialogue_asks(&a->program->ask[ASK_RECOVER]);

    ask->settled = true;
    ask->move =
        converse_dialogue(a, ask)->move_n; /* a field that is asked for again gets no value */
    if (ask->refused && a->program->fresh)
        renew_later(a);
    if (a->spent || (a->program->prompt == NULL && !recovers))
        ask->answered = true;
    else if (a->program->prompt == NULL)
        converse_recover(w, a, ask);
}

static void close_answer(struct world *w, struct actor *a, struct ask *ask, const char *line,
                         size_t len)
{
    if (ask->more > 0) {
        ask->more--;
        return;
    }
    if (len >= sizeof ask->closing)
        len = sizeof ask->closing - 1;
    memcpy(ask->closing, line, len);
    ask->closing[len] = '\0';
    settle(w, a, ask);
}

/* What the program has to print before the next move; NULL if there is none. */
static struct pattern *next_expected(const struct actor *a, const struct ask *ask)
{
    const struct dialogue *d = converse_dialogue(a, ask);

    return ask->move < d->move_n ? d->moves[ask->move].expect : NULL;
}

/* It has printed that, on this line. */
static void go_on(struct world *w, struct actor *a, struct ask *ask, const char *line, size_t len)
{
    ask->move++;
    ask->followed = true;
    ask->back = ask->over = false;
    converse_note(w, a, line, len);
    converse_make_moves(w, a, ask);
    if (ask->recovering && ask->move == converse_dialogue(a, ask)->move_n)
        ask->answered = a->program->prompt == NULL;
}

/* What the program waits with for the next move; true if the line is that. */
static bool hear_expected(struct world *w, struct actor *a, struct ask *ask, const char *line,
                          size_t len)
{
    if (!pattern_match(next_expected(a, ask), line, len))
        return false;
    go_on(w, a, ask, line, len);
    return true;
}

/* It is back at its prompt. With no outcome so far that may be one from before the question: then
 * only silence tells. */
static void come_back(struct actor *a, struct ask *ask)
{
    a->ready = a->ready || a->program->ready == NULL;
    if (ask == NULL)
        return;
    ask->back = true;
    ask->over = ask->move == converse_dialogue(a, ask)->move_n;
    ask->answered = ask->settled || (ask->rows > 0 && converse_dialogue(a, ask)->done == NULL);
}

/* The last line of a table may have no end of its own: its prompt stands behind it. Where words of
 * the prompt itself may look so, it counts only once nothing else comes. */
static void keep_front(const struct actor *a, struct ask *ask, const char *line, size_t len)
{
    const struct dialogue *d = converse_dialogue(a, ask);

    len = prompt_front(a, line, len);
    if (!ask->settled && d->row != NULL && len < sizeof ask->front &&
        (pattern_match(d->done, line, len) || pattern_match(d->refused, line, len)))
        snprintf(ask->front, sizeof ask->front, "%.*s", (int)len, line);
}

static bool hear_prompt(struct actor *a, struct ask *ask, const char *line, size_t len)
{
    if (!pattern_match(a->program->prompt, line, len)) {
        a->behind_prompt = a->behind_prompt || (ask != NULL && ask->over && ask->followed);
        return false;
    }
    if (ask != NULL && *a->prompt_tail == '\0')
        keep_front(a, ask, line, len);
    come_back(a, ask);
    return true;
}

/* A line that the last question does not read; behind: its answer is over. */
static void offer_beside(const struct actor *a, bool behind, const char *line, size_t len)
{
    const struct ask *ask = a->asking;

    if (ask != NULL && ask->beside != NULL && !ask->refused)
        ask->beside(ask->ctx, behind, line, len);
}

/* A line that is no answer: its prompt, or something else that it says. */
static void hear_other(struct actor *a, struct ask *ask, const char *line, size_t len)
{
    if (!hear_prompt(a, ask, line, len))
        view_overlook(a, line, len);
}

/* A line while a question is open. */
static void hear_answer(struct world *w, struct actor *a, struct ask *ask, const char *line,
                        size_t len)
{
    const struct dialogue *d = converse_dialogue(a, ask);
    bool moved = hear_expected(w, a, ask, line, len);

    ask->heard += len;
    if (moved)
        return;
    bool noted = ask->settled || ask->move < d->move_n;
    if (!noted && converse_turn_page(w, a, d, line, len))
        return;
    if (noted)
        converse_note(w, a, line, len);
    if (ask->settled) {
        offer_beside(a, true, line, len);
        hear_other(a, ask, line, len);
        return;
    }
    ask->refused = pattern_match(d->refused, line, len);
    if (ask->move < d->move_n && !ask->refused) {
        hear_other(a, ask, line, len);
        return;
    }
    bool fits = ask->row == NULL || ask->row(ask->ctx, line, len);
    bool closing = ask->refused || pattern_match(d->done, line, len);
    if (!noted && (closing || ask->row == NULL))
        converse_note(w, a, line, len);
    else if (!noted)
        converse_note_row(w, a, &ask->shown, line, len);
    if (closing) {
        close_answer(w, a, ask, line, len);
        return;
    }
    if (!fits && ask->strays++ == 0)
        snprintf(ask->stray, sizeof ask->stray, "%.*s", (int)len, line);
    if (d->done == NULL && pattern_match(d->row, line, len))
        ask->rows++;
    else if (!fits || ask->row == NULL)
        hear_other(a, ask, line, len);
    else
        hear_prompt(a, ask, line, len);
}

bool converse_hear_front(struct world *w, struct actor *a, struct ask *ask)
{
    char front[sizeof ask->front];

    snprintf(front, sizeof front, "%s", ask->front);
    ask->front[0] = '\0';
    if (front[0] == '\0' || ask->move < converse_dialogue(a, ask)->move_n)
        return false;
    hear_answer(w, a, ask, front, strlen(front));
    ask->answered = ask->settled;
    return true;
}

/* A line that belongs to no question. On the line protocol it must not look like an answer (CON-1).
 */
static void hear_unasked(struct world *w, struct actor *a, const char *line, size_t len)
{
    const struct dialogue *d = &a->program->ask[ASK_LINE];

    converse_note(w, a, line, len);
    view_overlook(a, line, len);
    offer_beside(a, true, line, len);
    if (manifest_claims(w->manifest, "console") && !a->expected_to_end && a->console == NULL &&
        (pattern_match(d->done, line, len) || pattern_match(d->refused, line, len)))
        world_fail_for(w, "CON-1", "%s gives an answer that nobody has asked for: %.*s", a->name,
                       (int)(len < 200 ? len : 200), line);
}

/* The answer of a load that runs beside other questions. Its refusal can be told from theirs only
 * when none of them is open. */
static bool hear_load(struct world *w, struct actor *a, const char *line, size_t len)
{
    const struct dialogue *d = &a->program->ask[ASK_LOAD];
    bool open = a->asking != NULL && !a->asking->answered;

    a->load_refused = !open && pattern_match(d->refused, line, len);
    if (!a->load_refused && !pattern_match(d->done, line, len))
        return false;
    converse_note(w, a, line, len);
    a->loading = false;
    a->load_us = now_us() - a->load_us;
    return true;
}

/* The question that is open, or NULL. */
static struct ask *open_question(const struct actor *a)
{
    return a->asking != NULL && !a->asking->answered ? a->asking : NULL;
}

/* A notice that would answer the open question. */
static void keep_noticed(const struct actor *a, const char *line, size_t len)
{
    struct ask *ask = open_question(a);
    const struct dialogue *d = ask != NULL ? converse_dialogue(a, ask) : NULL;

    if (d != NULL && (pattern_match(d->done, line, len) || pattern_match(d->refused, line, len)))
        snprintf(ask->noticed, sizeof ask->noticed, "%.*s", (int)len, line);
}

/* What the program says by itself: that it is ready, a notice, a table; true if nothing else. */
static bool hear_itself(struct world *w, struct actor *a, const char *line, size_t len)
{
    if (!a->ready && pattern_match(a->program->ready, line, len)) {
        a->ready = true;
        if (!view_hear(w, a, line, len)) /* it may begin a table */
            converse_note(w, a, line, len);
        return true;
    }
    if (pattern_match(a->program->notice, line, len)) {
        excess_count(w, a, len, true);
        note(w, a, line, len);
        view_hear_notice(a, line, len);
        offer_beside(a, false, line, len);
        keep_noticed(a, line, len);
        return true;
    }
    return view_hear(w, a, line, len);
}

/* What the next line is to answer, or NULL. */
static const struct dialogue *open_dialogue(const struct actor *a)
{
    if (a->feed != NULL)
        return feed_dialogue(a);
    if (a->asking != NULL && !a->asking->answered)
        return converse_dialogue(a, a->asking);
    return a->loading ? &a->program->ask[ASK_LOAD] : NULL;
}

/* What the next move waits for, with a notice behind it; cut: or what may become one. Its bytes, or
 * 0 if the line is none. */
static size_t hear_field(struct world *w, struct actor *a, const char *line, size_t len, bool cut)
{
    struct ask *ask = open_question(a);
    size_t head = ask == NULL ? 0 : prompt_before_notice(a, next_expected(a, ask), line, len, cut);

    if (head > 0)
        go_on(w, a, ask, line, head);
    return head;
}

/* Whether the prompt of head bytes is one to which the program may have come back. */
static bool is_back(const struct actor *a, const char *line, size_t len, size_t head)
{
    const struct ask *ask = open_question(a);

    return head > 0 &&
           (ask == NULL || !prompt_is_field(&a->program->ask[ask->op], line, len, head));
}

/* A line with nothing in front of a prompt that is a line of its own. */
static void hear_piece(struct world *w, struct actor *a, const char *line, size_t len)
{
    size_t field = hear_field(w, a, line, len, false);
    size_t head = field > 0 ? 0 : prompt_before(a, open_dialogue(a), line, len);
    bool back = is_back(a, line, len, head);

    prompt_learn(a, NULL, line, head);
    if (head > 0 && a->feed == NULL)
        converse_note(w, a, line, head);
    head += field;
    line += head;
    len -= head;
    if (!a->ready)
        network_learn_port(a->places, a->program->listening, line, len);
    if (hear_itself(w, a, line, len)) {
        if (back) /* nothing but what nobody asked for is behind the last one */
            come_back(a, open_question(a));
        return;
    }
    if (a->feed != NULL)
        feed_hear(w, a, line, len);
    else if (a->loading && hear_load(w, a, line, len))
        return;
    else if (a->asking == NULL || a->asking->answered)
        hear_prompt(a, NULL, line, len), hear_unasked(w, a, line, len);
    else
        hear_answer(w, a, a->asking, line, len);
}

/* What stands in front of prompts and is known there, a line each. Where what is left begins. */
static size_t hear_fronts(struct world *w, struct actor *a, const char *text, size_t len)
{
    size_t at = 0, next, front;

    while ((front = prompt_split(a, open_dialogue(a), text + at, len - at, &next)) > 0) {
        hear_piece(w, a, text + at, front);
        at += next;
    }
    return at;
}

static void hear_line(struct world *w, struct actor *a, const char *line, size_t len)
{
    size_t at = hear_fronts(w, a, line, len);

    hear_piece(w, a, line + at, len - at);
}

/* Whether it is showing what was asked for: all moves are made, and nothing has ended it. */
static bool is_showing(const struct actor *a, const struct ask *ask)
{
    return ask != NULL && !ask->settled && ask->move == converse_dialogue(a, ask)->move_n;
}

/* The dialogue of the table that it is showing, or NULL. */
static const struct dialogue *shown(const struct actor *a, const struct ask *ask)
{
    return is_showing(a, ask) && converse_dialogue(a, ask)->row ? converse_dialogue(a, ask) : NULL;
}

bool converse_is_open(const struct actor *a, const struct ask *ask)
{
    const struct dialogue *d = shown(a, ask);
    const char *line = a->heard.data;
    size_t len = a->heard.len;

    if (len == 0 || d == NULL || (ask->cut && pattern_may_match(a->program->notice, line, len)))
        return false;
    return !dialogue_knows(d, line, len) && !pattern_match(a->program->notice, line, len) &&
           !pattern_match(a->program->prompt, line, len);
}

/* Where the unfinished line ends in a prompt that is known whole, what is in front is heard. */
static void hear_front(struct world *w, struct actor *a, const char *rest, size_t len)
{
    const struct dialogue *d = shown(a, open_question(a));
    size_t front = prompt_front(a, rest, len);

    if (front > 0 && *a->prompt_tail != '\0')
        hear_piece(w, a, rest, front);
    else if (front > 0 && prompt_hides_row(a, d, rest, front))
        world_fail(w, VERDICT_BROKEN,
                   "%s prints \"%.*s\", and [%s] has prompt = \"%s\": it has to match the whole of "
                   "a prompt where one stands behind a row",
                   a->name, (int)len, rest, a->is_server ? "server" : "client",
                   pattern_text(a->program->prompt));
}

/* The unfinished line may be a prompt; true if it is. */
static bool hear_waiting(struct world *w, struct actor *a, const char *rest, size_t len)
{
    hear_front(w, a, rest, len);
    return hear_prompt(a, open_question(a), rest, len);
}

/* The unfinished line: nothing of it is an outcome yet, but it may be a prompt. True if it is. */
static bool hear_rest(struct world *w, struct actor *a, const char *rest, size_t len)
{
    struct ask *ask = open_question(a);

    if (ask != NULL && hear_expected(w, a, ask, rest, len))
        return true;
    if (is_showing(a, ask) && converse_turn_page(w, a, converse_dialogue(a, ask), rest, len))
        return true;
    bool ready = !a->ready && pattern_match(a->program->ready, rest, len);
    a->ready = a->ready || ready;
    if (ready && pattern_match(a->program->notice, rest, len))
        return false; /* no prompt: its end is still to come */
    bool known =
        view_hear_question(w, a, rest, len) || ready ||
        (!prompt_is_within_row(a, shown(a, ask), rest, len) && hear_waiting(w, a, rest, len));
    if (known)
        converse_note(w, a, rest, len);
    return known;
}

static void hear_lines(struct world *w, struct actor *a)
{
    char *end, *line = a->heard.data;
    size_t left = a->heard.len;

    while ((end = memchr(line + a->scanned, '\n', left - a->scanned)) != NULL) {
        size_t len = (size_t)(end - line);
        a->scanned = 0;
        hear_line(w, a, line, len > 0 && line[len - 1] == '\r' ? len - 1 : len);
        left -= len + 1;
        line = end + 1;
    }
    a->scanned = left;
    buf_consume(&a->heard, a->heard.len - left);
}

/* A prompt with the beginning of a notice behind it, the rest of which is still to come. True if it
 * is: the prompt counts. */
static bool hear_cut(struct world *w, struct actor *a, struct ask *ask)
{
    const char *line = a->heard.data;
    size_t len = a->heard.len, field = hear_field(w, a, line, len, true);
    size_t head = field > 0 ? field : prompt_before_notice(a, a->program->prompt, line, len, true);

    if (field == 0 && !is_back(a, line, len, head))
        return false;
    if (field == 0) {
        converse_note(w, a, line, head);
        come_back(a, ask);
        ask->cut = true;
    }
    buf_consume(&a->heard, head);
    a->scanned -= head;
    return true;
}

void converse_end_line(struct world *w, struct actor *a, struct ask *ask)
{
    if (a->heard.len == 0 || hear_cut(w, a, ask) || converse_is_open(a, ask))
        return;
    char *line = x_strndup(a->heard.data, a->heard.len);

    buf_finish(&a->heard);
    a->scanned = 0;
    if (hear_waiting(w, a, line, strlen(line)))
        converse_note(w, a, line, strlen(line));
    else
        hear_line(w, a, line, strlen(line));
    free(line);
}

/* The same of the unfinished line, where it stays. */
static void hear_rest_fronts(struct world *w, struct actor *a)
{
    if (a->heard.len == 0)
        return;
    prompt_learn(a, open_dialogue(a), a->heard.data, a->heard.len);
    size_t heard = hear_fronts(w, a, a->heard.data, a->heard.len);
    buf_consume(&a->heard, heard);
    a->scanned -= a->scanned < heard ? a->scanned : heard;
}

void converse_hear(struct world *w, struct actor *a)
{
    hear_lines(w, a);
    hear_rest_fronts(w, a);
    if (a->heard.len > 0 && hear_rest(w, a, a->heard.data, a->heard.len)) {
        buf_finish(&a->heard);
        a->scanned = 0;
    }
    excess_check(w, a);
}
