/* SPDX-License-Identifier: MIT
 *
 * TAP 14, for programs that read it (https://testanything.org/tap-version-14-specification.html).
 * What a reader should know stands in comments.
 */
#include "report.h"

#include <string.h>

static void print_start(const struct report *r, json_t *e)
{
    fprintf(r->out,
            "TAP version 14\n1..%d\n# %s, %s\n# IUT: %s; kernel %s; sandbox: %s; seed %s; %d at a "
            "time\n",
            (int)json_integer_value(json_object_get(e, "cases")), report_text(e, "suite"),
            report_text(e, "spec"), report_text(e, "iut"), report_text(e, "kernel"),
            report_text(e, "sandbox"), report_text(e, "seed"),
            (int)json_integer_value(json_object_get(e, "jobs")));
    report_wrappers(r, e, "# ");
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
    const char *verdict = report_text(e, "verdict"), *directive = "";
    bool passed = strcmp(verdict, "PASS") == 0 || strcmp(verdict, "WEAK") == 0;
    bool skipped = strcmp(verdict, "SKIPPED") == 0 || strcmp(verdict, "UNSUPPORTED") == 0;
    bool known = strcmp(verdict, "XFAIL") == 0;
    json_t *note;
    size_t i;

    if (skipped)
        directive = " # SKIP ";
    if (known)
        directive = " # TODO ";
    fprintf(r->out, "%s %zu - ", passed || skipped ? "ok" : "not ok", json_array_size(r->cases));
    print_escaped(r, report_text(e, "case"));
    fprintf(r->out, ": ");
    print_escaped(r, report_text(e, "title"));
    fprintf(r->out, "%s%s\n", directive, skipped || known ? report_text(e, "message") : "");
    json_array_foreach(json_object_get(e, "notes"), i, note)
        fprintf(r->out, "# note: %s\n", json_string_value(note));
    if (strcmp(verdict, "PASS") == 0)
        return;
    fprintf(r->out, "# %s %s\n", verdict, report_text(e, "id"));
    if (!skipped && !known)
        report_explain(r, e, "# ");
}

static void print_end(const struct report *r, json_t *e)
{
    if (json_array_size(r->cases) < (size_t)json_integer_value(json_object_get(r->start, "cases")))
        fprintf(r->out, "Bail out! %s\n", report_text(e, "reason"));
    report_close(r, e, "# ");
}

void report_tap(struct report *r, json_t *event)
{
    const char *kind = report_text(event, "event");

    if (strcmp(kind, "start") == 0)
        print_start(r, event);
    else if (strcmp(kind, "case") == 0)
        print_case(r, event);
    else
        print_end(r, event);
}
