/* SPDX-License-Identifier: MIT
 *
 * One HTML file that needs nothing else: the run, its tiers, each failure with all that explains
 * it, then what was weak, left out, or held.
 */
#include "escape.h"
#include "report_text.h"

#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
    "body { font: 15px/1.45 sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em }\n"
    "table { border-collapse: collapse; margin: 1em 0 }\n"
    "td, th { border: 1px solid #ccc; padding: .2em .6em; text-align: left; vertical-align: top }\n"
    "pre { background: #f4f4f4; padding: .6em; overflow-x: auto; font-size: 13px }\n"
    "blockquote { border-left: 3px solid #ccc; margin: .5em 0; padding-left: .8em }\n"
    "details { margin: .6em 0 } summary { cursor: pointer }\n"
    ".passed { color: #1a7f37 } .failed { color: #b42318 } .skipped { color: #666 }\n"
    "</style>\n";

static void add_row(struct buf *b, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    buf_printf(b, "<tr><th>%s</th><td>", name);
    xml_add(b, value);
    buf_adds(b, "</td></tr>\n");
}

static void add_pre(struct buf *b, const json_t *lines)
{
    if (json_array_size(lines) == 0)
        return;
    buf_adds(b, "<pre>");
    for (size_t i = 0; i < json_array_size(lines); i++) {
        xml_add(b, json_string_value(json_array_get(lines, i)));
        buf_adds(b, "\n");
    }
    buf_adds(b, "</pre>\n");
}

static void add_facts(struct buf *b, const json_t *start)
{
    static const char *const names[][2] = {{"suite", "suite"},
                                           {"requirements", "spec_digest"},
                                           {"manifest", "manifest"},
                                           {"profile", "profile"},
                                           {"built by", "build"},
                                           {"kernel", "kernel"},
                                           {"sandbox", "sandbox"},
                                           {"servers under", "wrap_server"},
                                           {"clients under", "wrap_client"},
                                           {"seed", "seed"},
                                           {"began", "began"}};
    char *features = report_join(json_object_get(start, "features"));

    buf_adds(b, "<table>\n");
    add_row(b, "claims", features);
    for (size_t i = 0; i < LENGTH(names); i++)
        add_row(b, names[i][0], event_text(start, names[i][1]));
    buf_adds(b, "</table>\n");
    free(features);
    if (json_array_size(json_object_get(start, "build_said")) > 0)
        buf_adds(b, "<p>The build said:</p>\n");
    add_pre(b, json_object_get(start, "build_said"));
}

static void add_tiers(struct buf *b, const json_t *end)
{
    const char *name;
    json_t *n;

    if (json_object_get(end, "tiers") == NULL)
        return;
    buf_adds(b, "<table>\n<tr><th>tier</th><th>passed</th><th>failed</th><th>skipped</th></tr>\n");
    json_object_foreach(json_object_get(end, "tiers"), name, n) buf_printf(
        b,
        "<tr><td>%s</td><td class=\"passed\">%d</td><td class=\"failed\">%d</td>"
        "<td class=\"skipped\">%d</td></tr>\n",
        name, event_count(n, "passed"), event_count(n, "failed"), event_count(n, "skipped"));
    buf_adds(b, "</table>\n");
}

static void add_paragraph(struct buf *b, const char *text)
{
    buf_adds(b, "<p>");
    xml_add(b, text);
    buf_adds(b, "</p>\n");
}

static void add_title(struct buf *b, const json_t *e)
{
    enum verdict v = event_verdict(e);

    buf_printf(b, "<summary><b class=\"%s\">%s</b> ", standing_name(verdict_standing(v)),
               verdict_name(v));
    xml_add(b, event_text(e, "id"));
    buf_adds(b, *event_text(e, "id") ? " " : "");
    xml_add(b, event_text(e, "case"));
    buf_adds(b, ": ");
    xml_add(b, event_text(e, "title"));
    buf_adds(b, "</summary>\n");
}

static void add_requirement(struct buf *b, const json_t *e)
{
    if (*event_text(e, "id") == '\0')
        return;
    char *who = x_printf("%s (%s, %s): ", event_text(e, "id"), event_text(e, "level"),
                         event_text(e, "class"));
    buf_adds(b, "<blockquote>");
    xml_add(b, who);
    xml_add(b, event_text(e, "sentence"));
    buf_adds(b, "</blockquote>\n");
    free(who);
}

static void add_step(struct buf *b, const json_t *e)
{
    if (*event_text(e, "step") == '\0')
        return;
    char *line = x_printf("%s:%d: %s%s%s", event_text(e, "file"), event_count(e, "line"),
                          event_text(e, "step"), *event_text(e, "values") ? "   with " : "",
                          event_text(e, "values"));
    buf_adds(b, "<p><code>");
    xml_add(b, line);
    buf_adds(b, "</code></p>\n");
    free(line);
}

/* Everything that explains a case. */
static void add_case(struct buf *b, const struct report *r, const json_t *e)
{
    const json_t *transcript = json_object_get(e, "transcript");
    char *repeat = report_repeat(r, e);

    buf_adds(b, "<details open>\n");
    add_title(b, e);
    add_paragraph(b, event_text(e, "message"));
    add_requirement(b, e);
    add_step(b, e);
    add_pre(b, json_object_get(e, "detail"));
    if (json_array_size(transcript) > 0) {
        buf_printf(b, "<details>\n<summary>Transcript%s</summary>\n",
                   event_count(e, "transcript_left_out") > 0 ? ", its end" : "");
        add_pre(b, transcript);
        buf_adds(b, "</details>\n");
    }
    buf_adds(b, "<p>Repeat it:</p>\n<pre>");
    xml_add(b, repeat);
    buf_adds(b, "</pre>\n</details>\n");
    free(repeat);
}

static void add_found(struct buf *b, const struct report *r)
{
    for (size_t i = 0; i < json_array_size(r->cases); i++) {
        const json_t *e = json_array_get(r->cases, i);
        enum verdict v = event_verdict(e);
        if (verdict_standing(v) == FAILED || v == VERDICT_WEAK)
            add_case(b, r, e);
    }
}

/* The other cases of one standing, a line each, folded. */
static void add_others(struct buf *b, const struct report *r, enum standing standing,
                       const char *title)
{
    struct buf rows = {0};
    int n = 0;

    for (size_t i = 0; i < json_array_size(r->cases); i++) {
        const json_t *e = json_array_get(r->cases, i);
        enum verdict v = event_verdict(e);
        if (verdict_standing(v) != standing || v == VERDICT_WEAK)
            continue;
        n++;
        buf_printf(&rows, "<tr><td>%s</td><td>", verdict_name(v));
        xml_add(&rows, event_text(e, "case"));
        buf_adds(&rows, "</td><td>");
        xml_add(&rows, event_text(e, standing == SKIPPED ? "message" : "title"));
        buf_adds(&rows, "</td></tr>\n");
    }
    if (n > 0)
        buf_printf(b, "<details>\n<summary>%d %s</summary>\n<table>\n%s</table>\n</details>\n", n,
                   title, rows.data);
    buf_finish(&rows);
}

void report_html(struct report *r, json_t *event)
{
    struct buf b = {0};

    if (!event_is(event, "end"))
        return;
    buf_printf(&b, "%s<title>", head);
    xml_add(&b, event_text(r->start, "iut"));
    buf_printf(&b, "</title>\n</head>\n<body>\n<h1>%s",
               report_of_platform(r) ? "What an RTM rests on: " : "RTM conformance of ");
    xml_add(&b, event_text(r->start, "iut"));
    buf_printf(&b, "</h1>\n<p><b>%d passed, %d failed, %d skipped</b> in %.1f s: ",
               event_count(event, "passed"), event_count(event, "failed"),
               event_count(event, "skipped"), json_number_value(json_object_get(event, "seconds")));
    xml_add(&b, event_text(event, "reason"));
    buf_adds(&b, "</p>\n");
    add_tiers(&b, event);
    add_facts(&b, r->start);
    add_found(&b, r);
    add_others(&b, r, SKIPPED, "skipped");
    add_others(&b, r, PASSED, "passed");
    buf_adds(&b, "</body>\n</html>\n");
    fwrite(b.data, 1, b.len, r->out);
    buf_finish(&b);
}
