/* SPDX-License-Identifier: MIT
 *
 * For people: one line a case on a terminal only while it is the latest, failures in full, then the
 * counts.
 */
#include "report_text.h"

#include <stdlib.h>

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

static void print_case(struct report *r, json_t *e)
{
    enum verdict v = event_verdict(e);
    bool failed = verdict_standing(v) == FAILED;

    clear_progress(r);
    if (!report_of_platform(r))
        print_notes(r, e);
    if (v != VERDICT_PASS || report_of_platform(r))
        print_title(r, e, v);
    if (v == VERDICT_WEAK || (failed && v != VERDICT_XPASS))
        report_explain(r, e, "            ");
    else if (v != VERDICT_PASS)
        fprintf(r->out, "            %s\n", event_text(e, "message"));
    if (report_of_platform(r)) /* the limits that were found */
        report_lines(r, json_object_get(e, "notes"), "            ");
    r->failed += failed;
    print_progress(r, e);
}

static void print_end(const struct report *r, json_t *e)
{
    clear_progress(r);
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
