/* SPDX-License-Identifier: MIT */
#include "view.h"

#include "actor.h"
#include "answer.h"
#include "converse.h"
#include "mask.h"
#include "misread.h"
#include "quiet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MS 1000 /* of silence, where a line of a table is to be finished */
#define VALUES 4     /* of a row: dest mask gateway oif, or mac ip */

/* One entry that a log told of: its key and its row, both as they were written. */
struct entry {
    char *key, *row;
};

struct view {
    const struct dialogue *dialogue;
    bool arp;
    bool open;                  /* a table is being printed: rows go to building */
    bool cut;                   /* silence ended the last one: what follows may be more of it */
    size_t told;                /* lines of the open one, of which the transcript has the first */
    struct buf shown, building; /* rows, as row_of() has them */
    char stray[120];            /* of the last one, as view_stray() has it */
    struct entry *entries;      /* of a log */
    size_t entry_n;
};

struct view *view_create(const struct dialogue *d, bool arp)
{
    if (d->observe == OBSERVE_COMMAND)
        return NULL;
    struct view *v = x_calloc(1, sizeof *v);
    v->dialogue = d;
    v->arp = arp;
    return v;
}

static void drop(struct view *v, size_t i)
{
    free(v->entries[i].key);
    free(v->entries[i].row);
    v->entries[i] = v->entries[--v->entry_n];
}

void view_clear(struct view *v)
{
    if (v == NULL)
        return;
    buf_finish(&v->shown);
    buf_finish(&v->building);
    while (v->entry_n > 0)
        drop(v, v->entry_n - 1);
    v->open = v->cut = false;
}

void view_destroy(struct view *v)
{
    view_clear(v);
    if (v != NULL)
        free(v->entries);
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
    v->open = true;
    v->cut = false;
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

/* The first n values of the last match, a line each; the caller's. */
static char *values_of(const struct view *v, struct pattern *p, const char *line, size_t n)
{
    static const char *const route[VALUES] = {"dest", "mask", "gateway", "oif"},
                             *const entry[VALUES] = {"mac", "ip"};
    const char *const *names = v->arp ? entry : route;
    char value[VALUES][128] = {""};
    struct buf row = {0};

    if (!v->arp) {
        dialogue_read_prefix(v->dialogue, p, line, value[0], value[1]);
        mask_count(value[1]); /* a key is one, however it is written */
    }
    for (size_t i = 0; i < n && names[i] != NULL; i++) {
        if (v->arp || i >= 2)
            pattern_group(p, line, names[i], value[i], sizeof value[i]);
        buf_printf(&row, "%s\n", value[i]);
    }
    return buf_take(&row);
}

/* All of them, where the oif stands in the line, and the line. */
static char *row_of(const struct view *v, struct pattern *p, const char *line, size_t len)
{
    char *values = values_of(v, p, line, VALUES);
    char *row = x_printf("%s%zu\n%.*s\n", values, pattern_group_at(p, "oif"), (int)len, line);

    free(values);
    return row;
}

static bool hear_printed(struct view *v, const char *line, size_t len)
{
    const struct dialogue *d = v->dialogue;

    if (pattern_match(d->begin, line, len)) {
        begin_table(v);
        return true;
    }
    if (pattern_match(d->done, line, len)) {
        if (d->observe == OBSERVE_PRINTED && d->begin == NULL && !v->cut)
            v->open = true; /* it may have no rows */
        finish_table(v);
        v->cut = false;
        return true;
    }
    if (!pattern_match(d->row, line, len))
        return false;
    if (v->cut)
        go_on(v);
    if (!v->open && (d->begin != NULL || d->observe == OBSERVE_ASK))
        return false; /* a row of something else */
    v->open = true;
    char *row = row_of(v, d->row, line, len);
    buf_adds(&v->building, row);
    free(row);
    return true;
}

static size_t find(const struct view *v, const char *key)
{
    size_t i = 0;

    while (i < v->entry_n && strcmp(v->entries[i].key, key) != 0)
        i++;
    return i;
}

static void put(struct view *v, char *key, char *row)
{
    size_t i = find(v, key);

    if (i < v->entry_n)
        drop(v, i);
    v->entries = x_realloc(v->entries, (v->entry_n + 1) * sizeof *v->entries);
    v->entries[v->entry_n++] = (struct entry){key, row};
}

static bool hear_log(struct view *v, const char *line, size_t len)
{
    const struct dialogue *d = v->dialogue;
    size_t of_key = v->arp ? 1 : 2;

    if (pattern_match(d->emptied, line, len)) {
        view_clear(v);
        return true;
    }
    if (pattern_match(d->deleted, line, len)) {
        char *key = values_of(v, d->deleted, line, of_key);
        size_t i = find(v, key);
        free(key);
        if (i < v->entry_n)
            drop(v, i);
        return true;
    }
    struct pattern *p = pattern_match(d->added, line, len)     ? d->added
                        : pattern_match(d->updated, line, len) ? d->updated
                                                               : NULL;
    if (p != NULL)
        put(v, values_of(v, p, line, of_key), row_of(v, p, line, len));
    return p != NULL;
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
    return v->dialogue->observe == OBSERVE_LOG ? hear_log(v, line, len)
                                               : hear_printed(v, line, len);
}

/* A line that no table knows. */
static void note_stray(struct view *v, const char *line, size_t len)
{
    if (v != NULL && v->open && v->dialogue->done != NULL)
        misread_note(v->stray, v->arp, line, len);
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
    if (!routes && !arp) {
        note_stray(a->routes_view, line, len);
        note_stray(a->arp_view, line, len);
        return false;
    }
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

static void give_rows(const struct view *v, char *rows,
                      void (*row)(void *ctx, char *const value[4], size_t at, const char *line),
                      void *ctx)
{
    while (rows != NULL && *rows != '\0') {
        char none[] = "", *value[VALUES] = {none, none, none, none};
        for (size_t i = 0; i < (v->arp ? 2 : VALUES); i++)
            value[i] = strsep(&rows, "\n");
        size_t at = strtoul(strsep(&rows, "\n"), NULL, 10);
        row(ctx, value, at, strsep(&rows, "\n"));
    }
}

int view_read(struct world *w, struct actor *a, struct view *v,
              void (*row)(void *ctx, char *const value[4], size_t at, const char *line), void *ctx)
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
    for (size_t i = 0; i < v->entry_n; i++)
        buf_adds(&rows, v->entries[i].row);
    give_rows(v, rows.data, row, ctx);
    buf_finish(&rows);
    return 0;
}
