/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char report_formats[] = "pretty, tap, junit, markdown, html or ndjson";

static const struct {
    const char *name;
    void (*tell)(struct report *r, json_t *event);
} formats[] = {
    {"pretty", report_pretty},     {"tap", report_tap},   {"junit", report_junit},
    {"markdown", report_markdown}, {"html", report_html}, {"ndjson", report_ndjson},
};

static bool find_format(const char *name, size_t len, struct report *report)
{
    for (size_t i = 0; i < LENGTH(formats); i++) {
        if (strlen(formats[i].name) != len || strncmp(formats[i].name, name, len) != 0)
            continue;
        report->tell = formats[i].tell;
        return true;
    }
    return false;
}

/* Takes the message over. */
static int complain(char *message, const char *advice)
{
    fprintf(stderr, "rtmtest: %s; %s\n", message, advice);
    free(message);
    return -1;
}

static int open_out(struct report *report)
{
    const char *term = getenv("TERM");
    bool terminal;

    report->out = report->path == NULL ? stdout : fopen(report->path, "we");
    if (report->out == NULL)
        return complain(x_printf("the report %s: %s", report->path, strerror(errno)),
                        errno == ENOENT ? "make its directory, or name a file in another one"
                                        : "name another file");
    terminal = isatty(fileno(report->out)) && term != NULL && strcmp(term, "dumb") != 0;
    report->progress = terminal;
    report->colours = terminal && getenv("NO_COLOR") == NULL;
    return 0;
}

int reports_add(struct reports *r, const char *request)
{
    static const char help[] = "rtmtest --help shows how";
    size_t len = strcspn(request, "=");
    struct report report = {.path = request[len] == '=' ? request + len + 1 : NULL};

    if (!find_format(request, len, &report))
        return complain(x_printf("expected %s, or FORMAT=FILE, not %s", report_formats, request),
                        help);
    if (report.path != NULL && *report.path == '\0')
        return complain(x_printf("expected a file behind the = of %s", request), help);
    if (report.path != NULL && strcmp(report.path, "-") == 0)
        report.path = NULL;
    if (report.path == NULL && reports_show(r))
        return complain(x_printf("standard output takes one report only; say where %.*s goes: "
                                 "%.*s=FILE",
                                 (int)len, request, (int)len, request),
                        help);
    if (open_out(&report) < 0)
        return -1;
    if (r->cases == NULL)
        r->cases = json_array();
    report.cases = r->cases;
    r->at = x_realloc(r->at, (r->n + 1) * sizeof *r->at);
    r->at[r->n++] = report;
    return 0;
}

bool reports_show(const struct reports *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].path == NULL)
            return true;
    return false;
}

static void flush(struct report *report)
{
    if ((fflush(report->out) != 0 || ferror(report->out)) && report->error == 0)
        report->error = errno;
}

void reports_tell(struct reports *r, json_t *event)
{
    if (event_is(event, "start"))
        r->start = json_incref(event);
    if (event_is(event, "case"))
        json_array_append(r->cases, event);
    for (size_t i = 0; i < r->n; i++) {
        r->at[i].start = r->start;
        r->at[i].tell(&r->at[i], event);
        flush(&r->at[i]);
    }
}

/* Nobody reads a closed pipe: whoever closed it knows. */
static int close_out(struct report *report)
{
    flush(report);
    if (report->path != NULL && fclose(report->out) != 0 && report->error == 0)
        report->error = errno;
    if (report->error == 0 || report->error == EPIPE)
        return 0;
    fprintf(stderr, "rtmtest: the report in %s is not whole: %s\n",
            report->path ? report->path : "standard output", strerror(report->error));
    return -1;
}

int reports_finish(struct reports *r)
{
    int result = 0;

    for (size_t i = 0; i < r->n; i++)
        if (close_out(&r->at[i]) < 0)
            result = -1;
    free(r->at);
    json_decref(r->start);
    json_decref(r->cases);
    *r = (struct reports){0};
    return result;
}

void report_ndjson(struct report *r, json_t *event)
{
    json_dumpf(event, r->out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    fputc('\n', r->out);
}
