/* SPDX-License-Identifier: MIT
 *
 * For people: one line a case on a terminal only while it is the latest, failures in full, then
 * what was not asked and why, the notes of cases that did not fail, and the counts.
 */
#include "report_text.h"

#include <stdlib.h>
#include <string.h>

static const char *colour_of(enum verdict v)
{
    if (v == VERDICT_PASS)
        return "\033[32m";
    return v == VERDICT_FAIL || v == VERDICT_XPASS ? "\033[31m" : "\033[33m";
}

static void print_verdict(const struct report *r, enum verdict v)
{
    fprintf(r->out, "%s%-11s%s ", r->colours ? colour_of(v) : "", verdict_name(v),
            r->colours ? "\033[0m" : "");
}

static void clear_progress(const struct report *r)
{
    if (r->progress)
        fputs("\r\033[K", r->out);
}

static void print_progress(const struct report *r, json_t *e)
{
    size_t done = json_array_size(r->cases);
    int all = event_count(r->start, "cases");

    if (r->progress)
        fprintf(r->out, "%zu/%d, %zu failed: %.60s", done, all, r->failed, event_text(e, "case"));
}

static void print_title(const struct report *r, json_t *e, enum verdict v)
{
    print_verdict(r, v);
    fprintf(r->out, "%s%s%s: %s\n", event_text(e, "id"), *event_text(e, "id") ? "  " : "",
            event_text(e, "case"), event_text(e, "title"));
}

static void print_notes(const struct report *r, json_t *e)
{
    char *prefix = x_printf("note        %s: ", event_text(e, "case"));

    report_lines(r, json_object_get(e, "notes"), prefix);
    free(prefix);
}

/* What was not asked: its reasons are told at the end. */
static bool was_left_out(const struct report *r, json_t *e)
{
    enum verdict v = event_verdict(e);

    return !report_of_platform(r) && (v == VERDICT_UNSUPPORTED || v == VERDICT_SKIPPED);
}

static void print_case(struct report *r, json_t *e)
{
    enum verdict v = event_verdict(e);
    bool failed = verdict_standing(v) == FAILED, quiet = v == VERDICT_PASS || was_left_out(r, e);

    clear_progress(r);
    if (!report_of_platform(r) && !quiet)
        print_notes(r, e);
    if (!quiet || report_of_platform(r))
        print_title(r, e, v);
    if (v == VERDICT_WEAK || (failed && v != VERDICT_XPASS))
        report_explain(r, e, "            ");
    else if (!quiet)
        fprintf(r->out, "            %s\n", event_text(e, "message"));
    if (report_of_platform(r)) /* the limits that were found */
        report_lines(r, json_object_get(e, "notes"), "            ");
    r->failed += failed;
    print_progress(r, e);
}

/* One more case of which the text is told, for print_groups. */
static void group(json_t *groups, const char *label, const char *text, const json_t *e)
{
    char *line = x_printf("%s\n%s", label, text);
    json_t *one = json_object_get(groups, line);

    if (one == NULL)
        json_object_set_new(groups, line,
                            json_pack("{s:s, s:s, s:s, s:i}", "label", label, "text", text, "case",
                                      event_text(e, "case"), "n", 1));
    else
        json_object_set_new(one, "n", json_integer(event_count(one, "n") + 1));
    free(line);
}

static int more_first(const void *a, const void *b)
{
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int label = -strcmp(event_text(one, "label"), event_text(other, "label"));
    int n = event_count(other, "n") - event_count(one, "n");

    return label ? label : n ? n : strcmp(event_text(one, "text"), event_text(other, "text"));
}

/* A line for each text: of how many cases, or of which one. */
static void print_groups(const struct report *r, json_t *groups)
{
    size_t n = 0;
    const char *key;
    json_t *one, **at = x_calloc(json_object_size(groups) + 1, sizeof *at);

    json_object_foreach(groups, key, one) at[n++] = one;
    qsort(at, n, sizeof *at, more_first);
    for (size_t i = 0; i < n; i++) {
        fprintf(r->out, "%-11s ", event_text(at[i], "label"));
        if (event_count(at[i], "n") == 1)
            fputs(event_text(at[i], "case"), r->out);
        else
            fprintf(r->out, "%d cases", event_count(at[i], "n"));
        fprintf(r->out, ": %s\n", event_text(at[i], "text"));
    }
    free(at);
}

/* What was not asked, by its reasons, and the notes of cases of which nothing else was told. */
static void print_others(const struct report *r)
{
    size_t i, k;
    json_t *e, *note, *groups = json_object();

    json_array_foreach(r->cases, i, e)
    {
        bool out = was_left_out(r, e);
        if (out)
            group(groups, verdict_name(event_verdict(e)), event_text(e, "message"), e);
        if (out || event_verdict(e) == VERDICT_PASS)
            json_array_foreach(json_object_get(e, "notes"), k, note)
                group(groups, "note", json_string_value(note), e);
    }
    print_groups(r, groups);
    json_decref(groups);
}

static void print_end(const struct report *r, json_t *e)
{
    clear_progress(r);
    if (!report_of_platform(r))
        print_others(r);
    report_close(r, e, "");
}

void report_pretty(struct report *r, json_t *event)
{
    if (event_is(event, "start"))
        report_open(r, "");
    else if (event_is(event, "case"))
        print_case(r, event);
    else
        print_end(r, event);
}
