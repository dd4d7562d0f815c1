/* SPDX-License-Identifier: MIT */
#include "difference.h"

#include <stdlib.h>
#include <string.h>

/* What a run says of a requirement, the better the lower. */
enum state { HOLDS, MISSED, UNCHECKED, UNDECIDED, FAILS };

static const char *const states[] = {"holds", "missed", "unchecked", "undecided", "fails"};
static const char *const changes[CHANGE_COUNT] = {"newly_failing", "newly_passing", "changed",
                                                  "added", "removed"};

static void raise_state(json_t *all, const char *id, enum state s)
{
    const json_t *now = json_object_get(all, id);

    if (*id != '\0' && (now == NULL || json_integer_value(now) < s))
        json_object_set_new(all, id, json_integer(s));
}

/* The verdict of the run itself, whatever a baseline made of it. */
static enum verdict bare_verdict(const json_t *event)
{
    enum verdict v;

    return verdict_find(event_text(event, "found"), &v) ? v : event_verdict(event);
}

/* What the verdict of a case says of the requirement that broke, or of all that it checks. */
static void judge(json_t *all, const json_t *event)
{
    enum verdict v = bare_verdict(event);
    const char *broke = event_text(event, "id");
    const json_t *cites = json_object_get(event, "cites");
    bool held = v == VERDICT_PASS || v == VERDICT_WEAK;

    for (size_t i = 0; i < json_array_size(cites); i++) {
        const char *id = json_string_value(json_array_get(cites, i));
        if (held && strcmp(id, broke) != 0)
            raise_state(all, id, HOLDS);
        if (v == VERDICT_BROKEN || v == VERDICT_UNRESOLVED)
            raise_state(all, id, UNDECIDED);
    }
    if (v == VERDICT_FAIL)
        raise_state(all, broke, FAILS);
    if (v == VERDICT_WEAK)
        raise_state(all, broke, MISSED);
}

/* The states of the requirements in a run, by id; the caller's. */
static json_t *judge_all(const struct stream *s)
{
    json_t *all = json_object(), *e;
    size_t i;

    json_array_foreach(s->cases, i, e) judge(all, e);
    return all;
}

static enum state state_of(const json_t *all, const char *id)
{
    const json_t *state = json_object_get(all, id);

    return state ? (enum state)json_integer_value(state) : UNCHECKED;
}

/* What a run of some cases says nothing of is no change. */
static bool is_whole(const struct stream *s)
{
    return json_is_true(json_object_get(s->start, "whole"));
}

static void add_requirement(struct difference *d, const char *id, enum state a, enum state b)
{
    enum change kind = b == FAILS ? NEWLY_FAILING : b == HOLDS ? NEWLY_PASSING : CHANGED;

    if (a == b || (a == UNCHECKED && b != FAILS && !is_whole(d->from)) ||
        (b == UNCHECKED && !is_whole(d->to)))
        return;
    json_array_append_new(d->requirements[kind], json_pack("{s:s, s:s, s:s}", "requirement", id,
                                                           "from", states[a], "to", states[b]));
    d->worse = d->worse || b == FAILS || (a == HOLDS && b != HOLDS);
}

static void find_requirements(struct difference *d)
{
    json_t *from = judge_all(d->from), *to = judge_all(d->to), *state;
    const char *id;

    json_object_foreach(from, id, state)
        add_requirement(d, id, state_of(from, id), state_of(to, id));
    json_object_foreach(to, id, state)
    {
        if (json_object_get(from, id) == NULL)
            add_requirement(d, id, UNCHECKED, state_of(to, id));
    }
    json_decref(from);
    json_decref(to);
}

/* "FAIL SYN-2", and of a case that a run does not have "-". */
static json_t *result(const json_t *event)
{
    const char *id = event_text(event, "id");

    if (event == NULL)
        return json_string("-");
    return json_sprintf("%s%s%s", event_text(event, "verdict"), *id ? " " : "", id);
}

static void add_case(struct difference *d, enum change kind, const json_t *a, const json_t *b)
{
    const json_t *one = b ? b : a;
    json_t *change = json_pack("{s:s, s:s, s:o, s:o}", "case", event_text(one, "case"), "title",
                               event_text(one, "title"), "from", result(a), "to", result(b));

    if (b != NULL && *event_text(b, "message") != '\0')
        event_set(change, "message", event_text(b, "message"));
    json_array_append_new(d->cases[kind], change);
}

static void compare(struct difference *d, const json_t *a, const json_t *b)
{
    enum standing before = verdict_standing(event_verdict(a));
    enum standing after = verdict_standing(event_verdict(b));

    if (before != FAILED && after == FAILED)
        add_case(d, NEWLY_FAILING, a, b);
    else if (before != PASSED && after == PASSED)
        add_case(d, NEWLY_PASSING, a, b);
    else if (event_verdict(a) != event_verdict(b) ||
             strcmp(event_text(a, "id"), event_text(b, "id")) != 0)
        add_case(d, CHANGED, a, b);
    d->worse = d->worse || (before != FAILED && after == FAILED);
}

static void find_cases(struct difference *d)
{
    const json_t *other;
    json_t *e;
    size_t i;

    json_array_foreach(d->from->cases, i, e)
    {
        other = stream_case(d->to, event_text(e, "case"));
        if (other != NULL)
            compare(d, e, other);
        else if (is_whole(d->to))
            add_case(d, REMOVED, e, NULL);
    }
    json_array_foreach(d->to->cases, i, e)
    {
        bool failed = verdict_standing(event_verdict(e)) == FAILED;
        if (stream_case(d->from, event_text(e, "case")) != NULL)
            continue;
        if (failed || is_whole(d->from))
            add_case(d, ADDED, NULL, e);
        d->worse = d->worse || failed;
    }
}

static int by_name(const void *a, const void *b)
{
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = strcmp(event_text(one, "case"), event_text(other, "case"));

    return order ? order : strcmp(event_text(one, "requirement"), event_text(other, "requirement"));
}

/* The changes in the order of their names, whatever that of the runs; frees the array. */
static json_t *sort(json_t *changed)
{
    size_t n = json_array_size(changed);
    json_t **at = x_calloc(n, sizeof *at), *sorted = json_array();

    for (size_t i = 0; i < n; i++)
        at[i] = json_array_get(changed, i);
    qsort(at, n, sizeof *at, by_name);
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, at[i]);
    free(at);
    json_decref(changed);
    return sorted;
}

void difference_find(struct difference *d, const struct stream *from, const struct stream *to)
{
    *d = (struct difference){.from = from, .to = to};
    for (int k = 0; k < CHANGE_COUNT; k++) {
        d->cases[k] = json_array();
        d->requirements[k] = json_array();
    }
    find_cases(d);
    find_requirements(d);
    for (int k = 0; k < CHANGE_COUNT; k++) {
        d->cases[k] = sort(d->cases[k]);
        d->requirements[k] = sort(d->requirements[k]);
        d->differs = d->differs || json_array_size(d->cases[k]) > 0 ||
                     json_array_size(d->requirements[k]) > 0;
    }
}

void difference_finish(struct difference *d)
{
    for (int k = 0; k < CHANGE_COUNT; k++) {
        json_decref(d->cases[k]);
        json_decref(d->requirements[k]);
    }
    *d = (struct difference){0};
}

static void print_run(const char *label, const struct stream *s, FILE *out)
{
    fprintf(out, "%s %s; %s, %s (requirements %s); began %s; %s%d passed, %d failed, %d skipped\n",
            label, event_text(s->start, "iut"), event_text(s->start, "suite"),
            event_text(s->start, "spec"), event_text(s->start, "spec_digest"),
            event_text(s->start, "began"),
            is_whole(s) ? "" : "some cases only: ", event_count(s->end, "passed"),
            event_count(s->end, "failed"), event_count(s->end, "skipped"));
}

static void print_change(const json_t *c, FILE *out)
{
    const char *id = event_text(c, "requirement");

    fprintf(out, "  %s: %s -> %s", *id ? id : event_text(c, "case"), event_text(c, "from"),
            event_text(c, "to"));
    if (*event_text(c, "message") != '\0')
        fprintf(out, ": %s", event_text(c, "message"));
    fputc('\n', out);
}

static void print_changes(json_t *const *all, const char *what, FILE *out)
{
    static const char *const titles[CHANGE_COUNT] = {"newly failing", "newly passing",
                                                     "otherwise changed", "added", "removed"};

    for (int k = 0; k < CHANGE_COUNT; k++) {
        if (json_array_size(all[k]) == 0)
            continue;
        fprintf(out, "%s %s: %zu\n", what, titles[k], json_array_size(all[k]));
        for (size_t i = 0; i < json_array_size(all[k]); i++)
            print_change(json_array_get(all[k], i), out);
    }
}

void difference_print(const struct difference *d, FILE *out)
{
    print_run("-", d->from, out);
    print_run("+", d->to, out);
    print_changes(d->cases, "cases", out);
    print_changes(d->requirements, "requirements", out);
    fputs(d->worse     ? "something got worse\n"
          : d->differs ? "they differ; nothing got worse\n"
                       : "the same verdicts\n",
          out);
}

static json_t *pack(json_t *const *all, int n)
{
    json_t *o = json_object();

    for (int k = 0; k < n; k++)
        json_object_set(o, changes[k], all[k]);
    return o;
}

void difference_print_json(const struct difference *d, FILE *out)
{
    json_t *o = json_pack("{s:O, s:O, s:o, s:o, s:b, s:b}", "from", d->from->start, "to",
                          d->to->start, "cases", pack(d->cases, CHANGE_COUNT), "requirements",
                          pack(d->requirements, ADDED), "differs", d->differs, "worse", d->worse);

    json_dumpf(o, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    fputc('\n', out);
    json_decref(o);
}
