/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void report_init(struct report *r, enum report_format format, const struct requirements *q,
                 FILE *out)
{
    const char *term = getenv("TERM");
    bool terminal = isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;

    *r = (struct report){
        .format = format,
        .requirements = q,
        .out = out,
        .colours = terminal && getenv("NO_COLOR") == NULL,
        .progress = terminal,
        .cases = json_array(),
    };
}

void report_finish(struct report *r)
{
    json_decref(r->start);
    json_decref(r->cases);
    *r = (struct report){0};
}

const char *report_text(json_t *event, const char *member)
{
    const char *text = json_string_value(json_object_get(event, member));

    return text ? text : "";
}

void report_tell(struct report *r, json_t *event)
{
    const char *kind = report_text(event, "event");

    if (strcmp(kind, "start") == 0)
        r->start = json_incref(event);
    if (strcmp(kind, "case") == 0)
        json_array_append(r->cases, event);
    if (r->format == REPORT_PRETTY) {
        report_pretty(r, event);
    } else if (r->format == REPORT_TAP) {
        report_tap(r, event);
    } else {
        json_dumpf(event, r->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
        fputc('\n', r->out);
    }
    fflush(r->out);
}

static void print_lines(const struct report *r, json_t *lines, const char *prefix,
                        const char *indent)
{
    size_t i;
    json_t *line;

    json_array_foreach(lines, i, line)
        fprintf(r->out, "%s%s%s\n", prefix, indent, json_string_value(line));
}

void report_explain(const struct report *r, json_t *event, const char *prefix)
{
    const struct requirement *q = requirement_find(r->requirements, report_text(event, "id"));
    json_t *transcript = json_object_get(event, "transcript");
    json_int_t left_out = json_integer_value(json_object_get(event, "transcript_left_out"));

    fprintf(r->out, "%s%s\n", prefix, report_text(event, "message"));
    if (q != NULL)
        fprintf(r->out, "%s%s (%s, %s): %s\n", prefix, q->id, level_name(q->level), q->subject,
                q->sentence);
    if (*report_text(event, "step") != '\0')
        fprintf(r->out, "%s%s:%d: %s\n", prefix, report_text(event, "file"),
                (int)json_integer_value(json_object_get(event, "line")),
                report_text(event, "step"));
    if (*report_text(event, "values") != '\0')
        fprintf(r->out, "%swith %s\n", prefix, report_text(event, "values"));
    print_lines(r, json_object_get(event, "detail"), prefix, "  ");
    if (json_array_size(transcript) > 0) {
        fprintf(r->out,
                "%stranscript (seconds, who, > asked, < answered, 2 standard error, ! signal)%s\n",
                prefix, left_out > 0 ? ", its end:" : ":");
        print_lines(r, transcript, prefix, "  ");
    }
    fprintf(r->out, "%srepeat: %s --only '%s'\n", prefix, report_text(r->start, "repeat"),
            report_text(event, "only"));
}

void report_wrappers(const struct report *r, json_t *start, const char *prefix)
{
    const char *server = report_text(start, "wrap_server");
    const char *client = report_text(start, "wrap_client");

    if (*server != '\0')
        fprintf(r->out, "%sservers under: %s\n", prefix, server);
    if (*client != '\0')
        fprintf(r->out, "%sclients under: %s\n", prefix, client);
}

/* What came of the wrapped processes: one that was killed tells of no leak. */
static void print_wrapped(const struct report *r, json_t *end, const char *prefix)
{
    json_int_t wrapped = json_integer_value(json_object_get(end, "wrapped"));
    json_int_t judged = json_integer_value(json_object_get(end, "judged"));

    if (wrapped > 0)
        fprintf(r->out,
                "%s%lld processes ran wrapped; %lld of them were killed: no leak evidence\n",
                prefix, (long long)wrapped, (long long)(wrapped - judged));
}

static double seconds_of(json_t *event)
{
    return json_number_value(json_object_get(event, "seconds"));
}

static void print_chapters(const struct report *r, const char *prefix)
{
    json_t *sums = json_object(), *event, *sum;
    const char *chapter;
    size_t i;

    json_array_foreach(r->cases, i, event)
    {
        const char *name = report_text(event, "case");
        char *key = x_strndup(name, strcspn(name, "/"));
        json_object_set_new(
            sums, key,
            json_real(json_number_value(json_object_get(sums, key)) + seconds_of(event)));
        free(key);
    }
    fprintf(r->out, "%stime of the cases:", prefix);
    json_object_foreach(sums, chapter, sum)
        fprintf(r->out, " %s %.1f s", chapter, json_number_value(sum));
    fputc('\n', r->out);
    json_decref(sums);
}

static void print_times(const struct report *r, const char *prefix)
{
    json_t *event, *slowest[3] = {NULL};
    size_t i;

    print_chapters(r, prefix);
    json_array_foreach(r->cases, i, event)
    {
        json_t *at = event;
        for (size_t k = 0; k < LENGTH(slowest); k++) {
            if (slowest[k] != NULL && seconds_of(slowest[k]) >= seconds_of(at))
                continue;
            json_t *lower = slowest[k];
            slowest[k] = at;
            at = lower;
            if (at == NULL)
                break;
        }
    }
    fprintf(r->out, "%sslowest:", prefix);
    for (size_t k = 0; k < LENGTH(slowest) && slowest[k] != NULL; k++)
        fprintf(r->out, " %s %.1f s", report_text(slowest[k], "case"), seconds_of(slowest[k]));
    fputc('\n', r->out);
}

void report_close(const struct report *r, json_t *e, const char *prefix)
{
    const char *verdict;
    json_t *n;

    fprintf(r->out, "%sverdicts:", prefix);
    json_object_foreach(json_object_get(e, "counts"), verdict, n)
        fprintf(r->out, " %s %d", verdict, (int)json_integer_value(n));
    fprintf(r->out, "\n%s%s\n", prefix, report_text(e, "reason"));
    print_wrapped(r, e, prefix);
    print_times(r, prefix);
    fprintf(r->out, "%sran %.1f s with seed %s\n", prefix,
            json_number_value(json_object_get(e, "seconds")), report_text(r->start, "seed"));
    fprintf(r->out, "%d passed, %d failed, %d skipped\n",
            (int)json_integer_value(json_object_get(e, "passed")),
            (int)json_integer_value(json_object_get(e, "failed")),
            (int)json_integer_value(json_object_get(e, "skipped")));
}
