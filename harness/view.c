/* SPDX-License-Identifier: MIT */
#include "view.h"

#include "actor.h"
#include "answer.h"
#include "converse.h"
#include "misread.h"
#include "quiet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MS 1000 /* of silence, where a line of a table is to be finished */

struct view {
    const struct dialogue *dialogue;
    bool arp;
    bool open;                  /* a table is being printed: rows go to building */
    bool cut;                   /* silence ended the last one: what follows may be more of it */
    bool over;                  /* done has ended one: what comes is of the next */
    size_t told;                /* lines of the open one, of which the transcript has the first */
    struct buf shown, building; /* rows, as listing_row() has them */
    char stray[120];            /* of the last one, as view_stray() has it */
    struct changelog *log;      /* NULL: it is printed */
    struct blanks beside;       /* lines that may be of the table, and are not in it */
};

struct view *view_create(const struct dialogue *d, bool arp)
{
    if (d->observe == OBSERVE_COMMAND)
        return NULL;
    struct view *v = x_calloc(1, sizeof *v);
    v->dialogue = d;
    v->arp = arp;
    v->log = d->observe == OBSERVE_LOG ? changelog_create(d, arp) : NULL;
    return v;
}

void view_clear(struct view *v)
{
    if (v == NULL)
        return;
    buf_finish(&v->shown);
    buf_finish(&v->building);
    blanks_finish(&v->beside);
    changelog_clear(v->log);
    v->open = v->cut = v->over = false;
}

void view_destroy(struct view *v)
{
    view_clear(v);
    if (v != NULL)
        changelog_destroy(v->log);
    free(v);
}

/* What was printed is whole. */
static void finish_table(struct view *v)
{
    if (!v->open)
        return;
    buf_finish(&v->shown);
    v->shown = v->building;
    v->building = (struct buf){0};
    v->open = false;
}

static void begin_table(struct view *v)
{
    finish_table(v);
    blanks_finish(&v->beside);
    v->open = true;
    v->cut = v->over = false;
    v->told = 0;
    v->stray[0] = '\0';
}

/* The program had paused, and prints more of the table that was taken to be whole. */
static void go_on(struct view *v)
{
    buf_finish(&v->building);
    v->building = v->shown;
    v->shown = (struct buf){0};
    v->open = true;
    v->cut = false;
}

/* Where nothing tells where a table begins, the first line behind the last one does. */
static void begin_beside(struct view *v)
{
    if (v->over && v->dialogue->begin == NULL && v->dialogue->observe == OBSERVE_PRINTED)
        blanks_finish(&v->beside);
    v->over = false;
}

/* A line that may be of the table, and is not in it. */
static void keep_beside(struct view *v, enum blank_kind kind, const char *line, size_t len)
{
    begin_beside(v);
    blanks_note(&v->beside, kind, v->arp, line, len);
}

static void end_table(struct view *v)
{
    const struct dialogue *d = v->dialogue;

    if (d->observe == OBSERVE_PRINTED && d->begin == NULL && !v->cut)
        v->open = true; /* it may have no rows */
    finish_table(v);
    v->cut = false;
    v->over = true;
}

/* The line above a table, or the one below. True if it is one. */
static bool hear_mark(struct view *v, const char *line, size_t len)
{
    const struct dialogue *d = v->dialogue;
    bool done = pattern_match(d->done, line, len);

    if (!done || !v->open) { /* one line may stand above it and below */
        bool begin = pattern_match(d->begin, line, len);
        if (begin)
            begin_table(v);
        if (begin || !done)
            return begin;
    }
    end_table(v);
    return true;
}

static bool hear_printed(struct view *v, const char *line, size_t len)
{
    const struct dialogue *d = v->dialogue;
    bool mark = hear_mark(v, line, len);

    if (!pattern_match(d->row, line, len))
        return mark;
    if (v->cut && !mark)
        go_on(v);
    if (mark || (!v->open && (d->begin != NULL || d->observe == OBSERVE_ASK))) {
        keep_beside(v, BLANK_OUTSIDE, line, len);
        return mark;
    }
    if (!v->open)
        begin_beside(v);
    v->open = true;
    char *row = listing_row(d, v->arp, d->row, line, len);
    buf_adds(&v->building, row);
    free(row);
    return true;
}

/* The question of a program that shows its table when told to; it is answered at once, for nothing
 * else happens in that program before. */
static bool hear_question(struct world *w, struct actor *a, struct view *v, const char *line,
                          size_t len)
{
    if (v == NULL || v->dialogue->observe != OBSERVE_ASK ||
        !pattern_match(v->dialogue->question, line, len))
        return false;
    begin_table(v);
    if (a->in >= 0)
        converse_say(w, a, v->dialogue->answer, false);
    return true;
}

/* The same where it waits between two pages of a table. */
static bool hear_more(struct world *w, struct actor *a, struct view *v, const char *line,
                      size_t len)
{
    if (v == NULL || !(v->open || v->cut) || !converse_turn_page(w, a, v->dialogue, line, len))
        return false;
    if (v->cut)
        go_on(v);
    return true;
}

static bool hear_one(struct world *w, struct actor *a, struct view *v, const char *line, size_t len)
{
    if (v == NULL || v->dialogue->observe == OBSERVE_NONE)
        return false;
    if (hear_question(w, a, v, line, len) || hear_more(w, a, v, line, len))
        return true;
    return v->log != NULL ? changelog_hear(v->log, line, len) : hear_printed(v, line, len);
}

/* A line that no table knows, and that answers nothing. */
static void overlook(struct view *v, const char *line, size_t len)
{
    if (v != NULL && v->log != NULL)
        changelog_overlook(v->log, BLANK_LOG, line, len);
    if (v == NULL || v->log != NULL)
        return;
    if (v->open && v->dialogue->done != NULL)
        misread_note(v->stray, v->arp, line, len);
    if (v->open || (v->dialogue->observe == OBSERVE_PRINTED && v->dialogue->begin == NULL))
        keep_beside(v, BLANK_LINE, line, len);
}

void view_overlook(struct actor *a, const char *line, size_t len)
{
    overlook(a->routes_view, line, len);
    overlook(a->arp_view, line, len);
}

/* A line that notice takes. */
static void hear_notice(struct view *v, const char *line, size_t len)
{
    if (v == NULL)
        return;
    if (v->log != NULL && changelog_knows(v->log, line, len))
        changelog_overlook(v->log, BLANK_NOTICE, line, len);
    if (v->log == NULL && v->open && pattern_match(v->dialogue->row, line, len))
        blanks_note(&v->beside, BLANK_NOTICE, v->arp, line, len);
}

void view_hear_notice(struct actor *a, const char *line, size_t len)
{
    hear_notice(a->routes_view, line, len);
    hear_notice(a->arp_view, line, len);
}

const struct blanks *view_beside(const struct view *v)
{
    return v->log != NULL ? changelog_beside(v->log) : &v->beside;
}

const struct changelog *view_log(const struct view *v)
{
    return v != NULL ? v->log : NULL;
}

const char *view_stray(const struct view *v)
{
    return v->stray;
}

bool view_hear(struct world *w, struct actor *a, const char *line, size_t len)
{
    bool routes = hear_one(w, a, a->routes_view, line, len),
         arp = hear_one(w, a, a->arp_view, line, len);

    struct view *v = routes ? a->routes_view : a->arp_view;
    if (!routes && !arp)
        return false;
    w->printed += len;
    if (v->open) {
        converse_note_row(w, a, &v->told, line, len);
        return true;
    }
    v->told = 0;
    converse_note(w, a, line, len);
    a->idle -= len; /* it is of use */
    return true;
}

bool view_hear_question(struct world *w, struct actor *a, const char *line, size_t len)
{
    return hear_question(w, a, a->routes_view, line, len) ||
           hear_question(w, a, a->arp_view, line, len) ||
           hear_more(w, a, a->routes_view, line, len) || hear_more(w, a, a->arp_view, line, len);
}

/* Waits for the end of what is being printed; without a mark, that is silence. */
static int await_whole(struct world *w, struct actor *a, struct view *v)
{
    while (v->open) {
        if (!actor_runs(a) && a->out < 0)
            break;
        int next = quiet_wait(w, a);
        if (!world_goes_on(w))
            return -1;
        bool waits = v->open && next == 0 && a->heard.len > 0;
        if (next == 1 || (waits && now_ms() - a->heard_ms < OPEN_MS))
            continue;
        if (waits)
            return answer_fail_open(w, a, v->dialogue);
        if (v->open)
            world_note(w, "the table of %s ends with silence: window %d ms", a->name,
                       quiet_window(a));
        v->cut = v->open;
        break;
    }
    finish_table(v);
    return 0;
}

int view_read(struct world *w, struct actor *a, struct view *v, listing_fn *row, void *ctx)
{
    struct buf rows = {0};

    if (v->dialogue->observe == OBSERVE_NONE)
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "nothing shows the %s of %s: the manifest says observe = none",
                          v->arp ? "ARP table" : "table", a->name);
    if (a->stopped)
        return world_fail(w, VERDICT_BROKEN, "%s is stopped; say \"continue %s\" first", a->name,
                          a->name);
    world_note(w, "the %s of %ss is seen by observe = %s", v->arp ? "ARP table" : "table",
               a->is_server ? "server" : "client", observe_name(v->dialogue->observe));
    if (await_whole(w, a, v) < 0)
        return -1;
    if (!actor_runs(a) && a->out < 0) {
        char *end = actor_describe_end(a);
        world_accuse(w, a);
        world_fail(w, VERDICT_FAIL, "%s ended with %s and shows nothing more", a->name, end);
        free(end);
        return -1;
    }
    buf_add(&rows, v->shown.len ? v->shown.data : "", v->shown.len);
    if (v->log != NULL)
        changelog_rows(v->log, &rows);
    listing_give(v->arp, rows.data, row, ctx);
    buf_finish(&rows);
    return 0;
}
