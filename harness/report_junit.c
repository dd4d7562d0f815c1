/* SPDX-License-Identifier: MIT
 *
 * JUnit XML, as Jenkins, GitLab and GitHub's actions read it: one suite, a test case for each case
 * with its chapter as class. FAIL and XPASS are failures, BROKEN and UNRESOLVED errors. A run that
 * is undecided, though no case says so, has one more test case, itself, which is an error.
 */
#include "escape.h"
#include "report_text.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

static void add_attribute(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, " %s=\"", name);
    xml_add(b, value);
    buf_adds(b, "\"");
}

static double seconds(const json_t *event)
{
    return json_number_value(json_object_get(event, "seconds"));
}

static bool is_error(enum verdict v)
{
    return verdict_standing(v) == FAILED && !verdict_judges(v);
}

static void add_property(struct buf *b, const char *name, const char *value)
{
    buf_adds(b, "      <property");
    add_attribute(b, "name", name);
    add_attribute(b, "value", value);
    buf_adds(b, "/>\n");
}

static void add_properties(struct buf *b, const json_t *start, const json_t *end)
{
    static const char *const names[] = {
        "suite",  "spec",    "spec_digest", "iut",         "manifest", "build", "profile",
        "kernel", "sandbox", "wrap_server", "wrap_client", "seed",     "data",  "repeat"};
    char *features = report_join(json_object_get(start, "features"));
    const char *tier;
    json_t *n;

    buf_adds(b, "    <properties>\n");
    for (size_t i = 0; i < LENGTH(names); i++)
        if (*event_text(start, names[i]) != '\0')
            add_property(b, names[i], event_text(start, names[i]));
    add_property(b, "features", features);
    json_object_foreach(json_object_get(end, "tiers"), tier, n)
    {
        char *name = x_printf("tier.%s", tier);
        char *counts = x_printf("%d passed, %d failed, %d skipped", event_count(n, "passed"),
                                event_count(n, "failed"), event_count(n, "skipped"));
        add_property(b, name, counts);
        free(counts);
        free(name);
    }
    add_property(b, "reason", event_text(end, "reason"));
    buf_adds(b, "    </properties>\n");
    free(features);
}

/* Everything that explains the case, as the element's text. */
static void add_body(struct buf *b, const struct report *r, const json_t *e)
{
    char *text = NULL;
    size_t len = 0;
    struct report into = *r;

    into.out = open_memstream(&text, &len);
    if (into.out == NULL)
        return;
    report_explain(&into, e, "");
    fclose(into.out);
    xml_add(b, text);
    free(text);
}

static void add_failure(struct buf *b, const struct report *r, const json_t *e)
{
    const char *element = is_error(event_verdict(e)) ? "error" : "failure";
    char *type = x_printf("%s%s%s", event_text(e, "verdict"), *event_text(e, "id") ? " " : "",
                          event_text(e, "id"));

    buf_printf(b, "      <%s", element);
    add_attribute(b, "type", type);
    add_attribute(b, "message", event_text(e, "message"));
    buf_adds(b, ">");
    add_body(b, r, e);
    buf_printf(b, "</%s>\n", element);
    free(type);
}

static void add_skipped(struct buf *b, const json_t *e)
{
    char *message = x_printf("%s: %s", event_text(e, "verdict"), event_text(e, "message"));

    buf_adds(b, "      <skipped");
    add_attribute(b, "message", message);
    buf_adds(b, "/>\n");
    free(message);
}

static void add_output(struct buf *b, const struct report *r, const json_t *e)
{
    const json_t *notes = json_object_get(e, "notes");
    bool weak = event_verdict(e) == VERDICT_WEAK;

    if (json_array_size(notes) == 0 && !weak)
        return;
    buf_adds(b, "      <system-out>");
    for (size_t i = 0; i < json_array_size(notes); i++) {
        xml_add(b, json_string_value(json_array_get(notes, i)));
        buf_adds(b, "\n");
    }
    if (weak) {
        buf_adds(b, "WEAK ");
        add_body(b, r, e);
    }
    buf_adds(b, "</system-out>\n");
}

static void add_case(struct buf *b, const struct report *r, const json_t *e)
{
    const char *name = event_text(e, "case"), *slash = strchr(name, '/');
    char *class = x_strndup(name, strcspn(name, "/"));
    char *shown = x_printf("%s: %s", slash ? slash + 1 : name, event_text(e, "title"));
    char number[32];

    buf_adds(b, "    <testcase");
    add_attribute(b, "classname", class);
    add_attribute(b, "name", shown);
    add_attribute(b, "file", event_text(e, "file"));
    snprintf(number, sizeof number, "%.3f", seconds(e));
    add_attribute(b, "time", number);
    buf_adds(b, ">\n");
    if (verdict_standing(event_verdict(e)) == FAILED)
        add_failure(b, r, e);
    if (verdict_standing(event_verdict(e)) == SKIPPED)
        add_skipped(b, e);
    add_output(b, r, e);
    buf_adds(b, "    </testcase>\n");
    free(shown);
    free(class);
}

/* Whether the cases alone would look as if all were well: it was interrupted, or nothing was
 * judged. */
static bool is_error_itself(const struct report *r, const json_t *end)
{
    size_t announced = (size_t)event_count(r->start, "cases");

    return event_count(end, "exit") == EXIT_UNDECIDED &&
           (event_count(end, "failed") == 0 || json_array_size(r->cases) < announced);
}

static void add_itself(struct buf *b, const json_t *end)
{
    buf_adds(b, "    <testcase classname=\"rtmtest\" name=\"the run\" time=\"0.000\">\n"
                "      <error type=\"UNDECIDED\"");
    add_attribute(b, "message", event_text(end, "reason"));
    buf_adds(b, "/>\n    </testcase>\n");
}

static void add_counts(struct buf *b, const struct report *r, const json_t *end)
{
    int errors = 0, itself = is_error_itself(r, end);

    for (size_t i = 0; i < json_array_size(r->cases); i++)
        errors += is_error(event_verdict(json_array_get(r->cases, i)));
    buf_printf(b, " tests=\"%zu\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\"",
               json_array_size(r->cases) + (size_t)itself, event_count(end, "failed") - errors,
               errors + itself, event_count(end, "skipped"), seconds(end));
}

void report_junit(struct report *r, json_t *event)
{
    struct buf b = {0};

    if (!event_is(event, "end"))
        return;
    buf_adds(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_counts(&b, r, event);
    buf_adds(&b, ">\n  <testsuite");
    add_attribute(&b, "name", event_text(r->start, "iut"));
    add_counts(&b, r, event);
    add_attribute(&b, "timestamp", event_text(r->start, "began"));
    buf_adds(&b, ">\n");
    add_properties(&b, r->start, event);
    for (size_t i = 0; i < json_array_size(r->cases); i++)
        add_case(&b, r, json_array_get(r->cases, i));
    if (is_error_itself(r, event))
        add_itself(&b, event);
    buf_adds(&b, "  </testsuite>\n</testsuites>\n");
    fwrite(b.data, 1, b.len, r->out);
    buf_finish(&b);
}
