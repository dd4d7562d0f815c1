/* SPDX-License-Identifier: MIT
 *
 * Markdown for a pull request or a teacher (GitHub's dialect): a summary, each failure with its
 * requirement, what differed and the command that repeats it, then what was weak or left out.
 */
#include "escape.h"
#include "report_text.h"

#include <stdlib.h>
#include <string.h>

static void add_row(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, "| %s | ", name);
    markdown_add(b, value);
    buf_adds(b, " |\n");
}

/* What only a run of scenarios has. */
static void add_run(struct buf *b, const json_t *start)
{
    char *features = report_join(json_object_get(start, "features"));

    add_row(b, "implementation", event_text(start, "iut"));
    add_row(b, "manifest", event_text(start, "manifest"));
    add_row(b, "claims", features);
    if (*event_text(start, "build") != '\0')
        add_row(b, "built by", event_text(start, "build"));
    if (*event_text(start, "profile") != '\0')
        add_row(b, "profile", event_text(start, "profile"));
    add_row(b, "kernel", event_text(start, "kernel"));
    if (*event_text(start, "wrap_server") != '\0')
        add_row(b, "servers under", event_text(start, "wrap_server"));
    if (*event_text(start, "wrap_client") != '\0')
        add_row(b, "clients under", event_text(start, "wrap_client"));
    add_row(b, "seed", event_text(start, "seed"));
    if (*event_text(start, "baseline") != '\0')
        add_row(b, "known failures", event_text(start, "baseline"));
    free(features);
}

static void add_facts(struct buf *b, const struct report *r)
{
    const json_t *start = r->start;
    char *spec = x_printf("%s, requirements %s", event_text(start, "spec"),
                          event_text(start, "spec_digest"));

    buf_adds(b, "| run | |\n| --- | --- |\n");
    add_row(b, "suite", event_text(start, "suite"));
    add_row(b, "spec", spec);
    add_row(b, "sandbox", event_text(start, "sandbox"));
    add_row(b, "began", event_text(start, "began"));
    if (!report_of_platform(r))
        add_run(b, start);
    free(spec);
}

static void add_counts(struct buf *b, const json_t *end)
{
    buf_adds(b, "\n| verdict | cases | counts as |\n| --- | ---: | --- |\n");
    for (int v = 0; v < VERDICT_COUNT; v++) {
        const char *name = verdict_name((enum verdict)v);
        int n = event_count(json_object_get(end, "counts"), name);
        if (n > 0)
            buf_printf(b, "| %s | %d | %s |\n", name, n,
                       standing_name(verdict_standing((enum verdict)v)));
    }
}

static void add_tiers(struct buf *b, const json_t *end)
{
    const char *name;
    json_t *n;

    if (json_object_get(end, "tiers") != NULL)
        buf_adds(b, "\n| tier | passed | failed | skipped |\n| --- | ---: | ---: | ---: |\n");
    json_object_foreach(json_object_get(end, "tiers"), name, n)
        buf_printf(b, "| %s | %d | %d | %d |\n", name, event_count(n, "passed"),
                   event_count(n, "failed"), event_count(n, "skipped"));
}

static void add_lines(struct buf *b, const json_t *lines, const char *prefix)
{
    for (size_t i = 0; i < json_array_size(lines); i++)
        buf_printf(b, "%s%s\n", prefix, json_string_value(json_array_get(lines, i)));
}

/* What was found, as code: it may quote what a program said. */
static void add_finding(struct buf *b, const json_t *e)
{
    struct buf text = {0};

    buf_printf(&text, "%s\n", event_text(e, "message"));
    if (*event_text(e, "step") != '\0')
        buf_printf(&text, "%s:%d: %s\n", event_text(e, "file"), event_count(e, "line"),
                   event_text(e, "step"));
    if (*event_text(e, "values") != '\0')
        buf_printf(&text, "with %s\n", event_text(e, "values"));
    add_lines(&text, json_object_get(e, "detail"), "  ");
    markdown_add_code(b, "text", text.data);
    buf_finish(&text);
}

static void add_transcript(struct buf *b, const json_t *e)
{
    struct buf text = {0};

    add_lines(&text, json_object_get(e, "transcript"), "");
    if (text.len > 0) {
        buf_printf(b, "\n<details><summary>Transcript%s</summary>\n\n",
                   event_count(e, "transcript_left_out") > 0 ? ", its end" : "");
        markdown_add_code(b, "text", text.data);
        buf_adds(b, "\n</details>\n");
    }
    buf_finish(&text);
}

static void add_case(struct buf *b, const struct report *r, const json_t *e)
{
    char *repeat = report_repeat(r, e);

    buf_printf(b, "\n### %s ", event_text(e, "verdict"));
    markdown_add(b, event_text(e, "id"));
    buf_adds(b, *event_text(e, "id") ? " " : "");
    markdown_add(b, event_text(e, "case"));
    buf_adds(b, ": ");
    markdown_add(b, event_text(e, "title"));
    buf_adds(b, "\n\n");
    if (*event_text(e, "id") != '\0') {
        char *who = x_printf("%s, %s", event_text(e, "level"), event_text(e, "class"));
        buf_adds(b, "> **");
        markdown_add(b, event_text(e, "id"));
        buf_adds(b, "** (");
        markdown_add(b, who);
        buf_adds(b, "): ");
        free(who);
        markdown_add(b, event_text(e, "sentence"));
        buf_adds(b, "\n\n");
    }
    add_finding(b, e);
    buf_adds(b, "\nRepeat it:\n\n");
    markdown_add_code(b, "sh", repeat);
    add_transcript(b, e);
    free(repeat);
}

static bool weak(enum verdict v)
{
    return v == VERDICT_WEAK;
}

static bool failed(enum verdict v)
{
    return verdict_standing(v) == FAILED;
}

/* The cases whose verdict is wanted, in full. */
static void add_section(struct buf *b, const struct report *r, const char *title,
                        bool (*wanted)(enum verdict v))
{
    bool begun = false;

    for (size_t i = 0; i < json_array_size(r->cases); i++) {
        const json_t *e = json_array_get(r->cases, i);
        if (!wanted(event_verdict(e)))
            continue;
        if (!begun)
            buf_printf(b, "\n## %s\n", title);
        begun = true;
        add_case(b, r, e);
    }
}

static void add_skipped(struct buf *b, const struct report *r)
{
    bool begun = false;

    for (size_t i = 0; i < json_array_size(r->cases); i++) {
        const json_t *e = json_array_get(r->cases, i);
        if (verdict_standing(event_verdict(e)) != SKIPPED)
            continue;
        if (!begun)
            buf_adds(b, "\n## Skipped\n\n| verdict | case | why |\n| --- | --- | --- |\n");
        begun = true;
        buf_printf(b, "| %s | ", event_text(e, "verdict"));
        markdown_add(b, event_text(e, "case"));
        buf_adds(b, " | ");
        markdown_add(b, event_text(e, "message"));
        buf_adds(b, " |\n");
    }
}

static void add_notes(struct buf *b, const struct report *r)
{
    bool begun = false;

    for (size_t i = 0; i < json_array_size(r->cases); i++) {
        const json_t *e = json_array_get(r->cases, i), *notes = json_object_get(e, "notes");
        for (size_t k = 0; k < json_array_size(notes); k++) {
            buf_printf(b, "%s- ", begun ? "" : "\n## Notes\n\n");
            begun = true;
            markdown_add(b, event_text(e, "case"));
            buf_adds(b, ": ");
            markdown_add(b, json_string_value(json_array_get(notes, k)));
            buf_adds(b, "\n");
        }
    }
}

void report_markdown(struct report *r, json_t *event)
{
    struct buf b = {0};

    if (!event_is(event, "end"))
        return;
    buf_adds(&b, report_of_platform(r) ? "# What an RTM rests on: " : "# RTM conformance of ");
    markdown_add(&b, event_text(r->start, "iut"));
    buf_printf(&b,
               "\n\n**%d passed, %d failed, %d skipped** in %.1f s: ", event_count(event, "passed"),
               event_count(event, "failed"), event_count(event, "skipped"),
               json_number_value(json_object_get(event, "seconds")));
    markdown_add(&b, event_text(event, "reason"));
    buf_adds(&b, "\n\n");
    add_facts(&b, r);
    add_counts(&b, event);
    add_tiers(&b, event);
    add_section(&b, r, "Failures", failed);
    add_section(&b, r, "Weak: a SHOULD is missed", weak);
    add_skipped(&b, r);
    add_notes(&b, r);
    fwrite(b.data, 1, b.len, r->out);
    buf_finish(&b);
}
