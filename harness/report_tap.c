/* SPDX-License-Identifier: MIT
 *
 * TAP 14, for programs that read it (https://testanything.org/tap-version-14-specification.html).
 * What a reader should know stands in comments.
 */
#include "report_text.h"

static void print_start(const struct report *r, json_t *e)
{
    fprintf(r->out, "TAP version 14\n1..%d\n", event_count(e, "cases"));
    report_open(r, "# ");
}

/* A description must not hold a # that would begin a directive. */
static void print_escaped(const struct report *r, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', r->out);
        fputc(*text, r->out);
    }
}

static void print_case(const struct report *r, json_t *e)
{
    enum verdict v = event_verdict(e);
    bool known = v == VERDICT_XFAIL, skipped = verdict_standing(v) == SKIPPED && !known;
    bool ok = verdict_standing(v) == PASSED || skipped;

    fprintf(r->out, "%s %zu - ", ok ? "ok" : "not ok", json_array_size(r->cases));
    print_escaped(r, event_text(e, "case"));
    fprintf(r->out, ": ");
    print_escaped(r, event_text(e, "title"));
    if (skipped || known)
        fprintf(r->out, " # %s %s", known ? "TODO" : "SKIP", event_text(e, "message"));
    fputc('\n', r->out);
    report_lines(r, json_object_get(e, "notes"), "# note: ");
    if (v == VERDICT_PASS)
        return;
    fprintf(r->out, "# %s %s\n", verdict_name(v), event_text(e, "id"));
    if (!skipped && !known)
        report_explain(r, e, "# ");
}

static void print_end(const struct report *r, json_t *e)
{
    if (json_array_size(r->cases) < (size_t)event_count(r->start, "cases"))
        fprintf(r->out, "Bail out! %s\n", event_text(e, "reason"));
    report_close(r, e, "# ");
}

void report_tap(struct report *r, json_t *event)
{
    if (event_is(event, "start"))
        print_start(r, event);
    else if (event_is(event, "case"))
        print_case(r, event);
    else
        print_end(r, event);
}
