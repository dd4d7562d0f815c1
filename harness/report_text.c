/* SPDX-License-Identifier: MIT */
#include "report_text.h"

#include <stdlib.h>
#include <string.h>

#define MOST_FAILURES 20 /* that are listed once more */

char *report_join(const json_t *texts)
{
    struct buf b = {0};

    for (size_t i = 0; i < json_array_size(texts); i++)
        buf_printf(&b, "%s%s", i ? " " : "", json_string_value(json_array_get(texts, i)));
    return buf_take(&b);
}

void report_lines(const struct report *r, const json_t *lines, const char *prefix)
{
    for (size_t i = 0; i < json_array_size(lines); i++)
        fprintf(r->out, "%s%s\n", prefix, json_string_value(json_array_get(lines, i)));
}

char *report_repeat(const struct report *r, const json_t *event)
{
    struct buf b = {0};

    buf_printf(&b, "%s --only ", event_text(r->start, "repeat"));
    buf_add_quoted(&b, event_text(event, "only"));
    return buf_take(&b);
}

bool report_of_platform(const struct report *r)
{
    return json_is_true(json_object_get(r->start, "platform"));
}

static void open_platform(const struct report *r, const char *prefix)
{
    const json_t *e = r->start;

    fprintf(r->out, "%splatform: %s; sandbox for cases: %s; %d checks\n", prefix,
            event_text(e, "iut"), event_text(e, "sandbox"), event_count(e, "cases"));
}

/* What it does not write to {log} is nobody's finding. */
static void print_wrapper(const struct report *r, const char *prefix, const char *who,
                          const char *command)
{
    fprintf(r->out, "%s%s under: %s%s\n", prefix, who, command,
            strstr(command, "{log}") != NULL ? "" : "; without {log} nothing that it finds counts");
}

static void open_run(const struct report *r, const char *prefix)
{
    const json_t *e = r->start;
    char *features = report_join(json_object_get(e, "features"));

    fprintf(r->out,
            "%sIUT: %s; claims %s; kernel %s; sandbox: %s; seed %s; %d case%s, %d at a time\n",
            prefix, event_text(e, "iut"), features, event_text(e, "kernel"),
            event_text(e, "sandbox"), event_text(e, "seed"), event_count(e, "cases"),
            event_count(e, "cases") == 1 ? "" : "s", event_count(e, "jobs"));
    if (*event_text(e, "build") != '\0') {
        char *indented = x_printf("%s  ", prefix);
        fprintf(r->out, "%sbuilt by: %s\n", prefix, event_text(e, "build"));
        report_lines(r, json_object_get(e, "build_said"), indented);
        free(indented);
    }
    if (*event_text(e, "profile") != '\0')
        fprintf(r->out, "%sprofile: %s\n", prefix, event_text(e, "profile"));
    if (event_count(e, "slowness") > 0)
        fprintf(r->out,
                "%sthis machine took %d %% of the usual time for a piece of work: deadlines are so "
                "much longer\n",
                prefix, event_count(e, "slowness"));
    if (*event_text(e, "wrap_server") != '\0')
        print_wrapper(r, prefix, "servers", event_text(e, "wrap_server"));
    if (*event_text(e, "wrap_client") != '\0')
        print_wrapper(r, prefix, "clients", event_text(e, "wrap_client"));
    free(features);
}

void report_open(const struct report *r, const char *prefix)
{
    fprintf(r->out, "%s%s, %s (requirements %s)\n", prefix, event_text(r->start, "suite"),
            event_text(r->start, "spec"), event_text(r->start, "spec_digest"));
    if (report_of_platform(r))
        open_platform(r, prefix);
    else
        open_run(r, prefix);
}

static void explain_what(const struct report *r, const json_t *event, const char *prefix)
{
    fprintf(r->out, "%s%s\n", prefix, event_text(event, "message"));
    if (*event_text(event, "id") != '\0')
        fprintf(r->out, "%s%s (%s, %s): %s\n", prefix, event_text(event, "id"),
                event_text(event, "level"), event_text(event, "class"),
                event_text(event, "sentence"));
    if (*event_text(event, "step") != '\0')
        fprintf(r->out, "%s%s:%d: %s\n", prefix, event_text(event, "file"),
                event_count(event, "line"), event_text(event, "step"));
    if (*event_text(event, "values") != '\0')
        fprintf(r->out, "%swith %s\n", prefix, event_text(event, "values"));
}

void report_explain(const struct report *r, const json_t *event, const char *prefix)
{
    const json_t *transcript = json_object_get(event, "transcript");
    char *indented = x_printf("%s  ", prefix), *repeat = report_repeat(r, event);

    explain_what(r, event, prefix);
    report_lines(r, json_object_get(event, "detail"), indented);
    if (json_array_size(transcript) > 0)
        fprintf(r->out,
                "%stranscript (seconds, who, > asked, < answered, 2 standard error, ! signal)%s\n",
                prefix, event_count(event, "transcript_left_out") > 0 ? ", its end:" : ":");
    report_lines(r, transcript, indented);
    fprintf(r->out, "%srepeat: %s\n", prefix, repeat);
    free(repeat);
    free(indented);
}

static double seconds_of(const json_t *event)
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
        const char *name = event_text(event, "case");
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
        fprintf(r->out, " %s %.1f s", event_text(slowest[k], "case"), seconds_of(slowest[k]));
    fputc('\n', r->out);
}

/* What came of the wrapped processes: one that was killed tells of no leak. */
static void print_wrapped(const struct report *r, const json_t *end, const char *prefix)
{
    int wrapped = event_count(end, "wrapped");

    if (wrapped > 0)
        fprintf(r->out, "%s%d processes ran wrapped; %d of them were killed: no leak evidence\n",
                prefix, wrapped, wrapped - event_count(end, "judged"));
}

/* The numbers of each tier. */
static void print_tiers(const struct report *r, const json_t *end, const char *prefix)
{
    const char *name;
    json_t *n;

    json_object_foreach(json_object_get(end, "tiers"), name, n)
        fprintf(r->out, "%s%-16s%d passed, %d failed, %d skipped\n", prefix, name,
                event_count(n, "passed"), event_count(n, "failed"), event_count(n, "skipped"));
}

static int by_case(const void *a, const void *b)
{
    return strverscmp(event_text(*(json_t *const *)a, "case"),
                      event_text(*(json_t *const *)b, "case"));
}

/* The failures once more, a line each, in the order of the chapters: the basics first. */
static void print_failures(const struct report *r, const char *prefix)
{
    size_t n = 0, i;
    json_t *event, **failed = x_calloc(json_array_size(r->cases) + 1, sizeof *failed);

    json_array_foreach(r->cases, i, event) if (verdict_standing(event_verdict(event)) == FAILED)
        failed[n++] = event;
    qsort(failed, n, sizeof *failed, by_case);
    if (n > 0)
        fprintf(r->out, "%sfailed:\n", prefix);
    for (i = 0; i < n && i < MOST_FAILURES; i++)
        fprintf(r->out, "%s  %-10s %-7s %s\n", prefix, verdict_name(event_verdict(failed[i])),
                *event_text(failed[i], "id") != '\0' ? event_text(failed[i], "id") : "-",
                event_text(failed[i], "case"));
    if (n > i)
        fprintf(r->out, "%s  and %zu more\n", prefix, n - i);
    free(failed);
}

void report_close(const struct report *r, const json_t *e, const char *prefix)
{
    const char *verdict;
    json_t *n;

    fprintf(r->out, "%sverdicts:", prefix);
    json_object_foreach(json_object_get(e, "counts"), verdict, n)
        fprintf(r->out, " %s %d", verdict, (int)json_integer_value(n));
    fprintf(r->out, "\n%s%s\n", prefix, event_text(e, "reason"));
    print_tiers(r, e, prefix);
    print_wrapped(r, e, prefix);
    print_times(r, prefix);
    fprintf(r->out, "%sran %.1f s", prefix, json_number_value(json_object_get(e, "seconds")));
    if (!report_of_platform(r))
        fprintf(r->out, " with seed %s", event_text(r->start, "seed"));
    fputc('\n', r->out);
    print_failures(r, prefix);
    fprintf(r->out, "%d passed, %d failed, %d skipped\n", event_count(e, "passed"),
            event_count(e, "failed"), event_count(e, "skipped"));
}
