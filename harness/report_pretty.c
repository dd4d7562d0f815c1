/* SPDX-License-Identifier: MIT
 *
 * For people: one line a case on a terminal only while it is the latest, failures in full, then the
 * counts.
 */
#include "report.h"

#include <string.h>

static const char *colour_of(const char *verdict)
{
    if (strcmp(verdict, "PASS") == 0)
        return "\033[32m";
    if (strcmp(verdict, "FAIL") == 0 || strcmp(verdict, "XPASS") == 0)
        return "\033[31m";
    return "\033[33m";
}

static void print_verdict(const struct report *r, const char *verdict)
{
    fprintf(r->out, "%s%-11s%s ", r->colours ? colour_of(verdict) : "", verdict,
            r->colours ? "\033[0m" : "");
}

static void print_start(const struct report *r, json_t *e)
{
    fprintf(r->out, "%s, %s\nIUT: %s; kernel %s; sandbox: %s; seed %s; %d cases, %d at a time\n",
            report_text(e, "suite"), report_text(e, "spec"), report_text(e, "iut"),
            report_text(e, "kernel"), report_text(e, "sandbox"), report_text(e, "seed"),
            (int)json_integer_value(json_object_get(e, "cases")),
            (int)json_integer_value(json_object_get(e, "jobs")));
    report_wrappers(r, e, "");
}

static void clear_progress(const struct report *r)
{
    if (r->progress)
        fputs("\r\033[K", r->out);
}

static void print_progress(const struct report *r, json_t *e)
{
    size_t done = json_array_size(r->cases);
    int all = (int)json_integer_value(json_object_get(r->start, "cases"));

    if (r->progress)
        fprintf(r->out, "%zu/%d, %zu failed: %.60s", done, all, r->failed, report_text(e, "case"));
}

static void print_case(struct report *r, json_t *e)
{
    const char *verdict = report_text(e, "verdict");
    bool dull = strcmp(verdict, "PASS") == 0;
    json_t *note;
    size_t i;

    clear_progress(r);
    json_array_foreach(json_object_get(e, "notes"), i, note)
        fprintf(r->out, "note        %s: %s\n", report_text(e, "case"), json_string_value(note));
    if (!dull) {
        print_verdict(r, verdict);
        fprintf(r->out, "%s%s%s: %s\n", report_text(e, "id"), *report_text(e, "id") ? "  " : "",
                report_text(e, "case"), report_text(e, "title"));
        bool short_one = strcmp(verdict, "SKIPPED") == 0 || strcmp(verdict, "UNSUPPORTED") == 0 ||
                         strcmp(verdict, "XFAIL") == 0 || strcmp(verdict, "XPASS") == 0;
        if (short_one)
            fprintf(r->out, "            %s\n", report_text(e, "message"));
        else
            report_explain(r, e, "            ");
        r->failed += !short_one && strcmp(verdict, "WEAK") != 0;
    }
    print_progress(r, e);
}

static void print_end(const struct report *r, json_t *e)
{
    clear_progress(r);
    report_close(r, e, "");
}

void report_pretty(struct report *r, json_t *event)
{
    const char *kind = report_text(event, "event");

    if (strcmp(kind, "start") == 0)
        print_start(r, event);
    else if (strcmp(kind, "case") == 0)
        print_case(r, event);
    else
        print_end(r, event);
}
