/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "run.h"

#include <errno.h>
#include <string.h>

/* The file as it is read. */
struct reader {
    struct stream *stream;
    const char *name; /* as it is shown */
    int line;
    json_t *seen; /* the names of the cases so far */
    struct diag *diag;
};

static int refuse(const struct reader *r, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(const struct reader *r, int column, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    diag_add(r->diag, r->name, r->line, column, "%s", text.data);
    buf_finish(&text);
    return -1;
}

/* Every case is of one tier, where there are tiers. */
static bool tiers_add_up(const struct stream *s, const int sums[STANDING_COUNT])
{
    json_t *tiers = json_object_get(s->end, "tiers"), *tier;
    int found[STANDING_COUNT] = {0};
    const char *name;

    json_object_foreach(tiers, name, tier)
    {
        for (int k = 0; k < STANDING_COUNT; k++)
            found[k] += event_count(tier, standing_name((enum standing)k));
    }
    return tiers == NULL || memcmp(found, sums, sizeof found) == 0;
}

/* The counts of the last line against the cases that were read. */
static int check_counts(const struct reader *r)
{
    const struct stream *s = r->stream;
    int counts[VERDICT_COUNT] = {0}, sums[STANDING_COUNT] = {0};
    size_t i;
    json_t *e;

    json_array_foreach(s->cases, i, e)
    {
        counts[event_verdict(e)]++;
        sums[verdict_standing(event_verdict(e))]++;
    }
    for (int v = 0; v < VERDICT_COUNT; v++) {
        int told = event_count(json_object_get(s->end, "counts"), verdict_name((enum verdict)v));
        if (told != counts[v])
            return refuse(r, 1, "the closing record counts %d %s, but %d were read: lines are lost",
                          told, verdict_name((enum verdict)v), counts[v]);
    }
    for (int k = 0; k < STANDING_COUNT; k++) {
        const char *name = standing_name((enum standing)k);
        if (event_count(s->end, name) != sums[k])
            return refuse(r, 1, "the closing record says %d %s, but its verdicts come to %d",
                          event_count(s->end, name), name, sums[k]);
    }
    if (!tiers_add_up(s, sums))
        return refuse(r, 1, "the tiers of the closing record do not come to its cases");
    if (event_count(s->end, "exit") > EXIT_UNDECIDED ||
        (event_count(s->end, "exit") == EXIT_CONFORMS && sums[FAILED] > 0))
        return refuse(r, 1, "the closing record says exit status %d, but %d failed",
                      event_count(s->end, "exit"), sums[FAILED]);
    return 0;
}

static int take_end(const struct reader *r)
{
    const struct stream *s = r->stream;
    int read = (int)json_array_size(s->cases), all = event_count(s->start, "cases");

    if (event_count(s->end, "events") != r->line)
        return refuse(r, 1, "the closing record counts %d events, but %d were read: lines are lost",
                      event_count(s->end, "events"), r->line);
    if (read > all || (read < all && event_count(s->end, "exit") != EXIT_UNDECIDED))
        return refuse(r, 1, "%d cases were announced, and %d told", all, read);
    return check_counts(r);
}

static int take_case(struct reader *r, json_t *event)
{
    const char *name = event_text(event, "case");

    if (json_object_get(r->seen, name) != NULL)
        return refuse(r, 1, "the case %s for the second time", name);
    json_object_set_new(r->seen, name, json_true());
    json_array_append(r->stream->cases, event);
    return 0;
}

static int take_start(struct reader *r, json_t *event)
{
    if (event_count(event, "stream") != STREAM_VERSION)
        return refuse(r, 1, "a stream of version %d; this rtmtest reads version %d",
                      event_count(event, "stream"), STREAM_VERSION);
    r->stream->start = json_incref(event);
    return 0;
}

/* Puts an event in its place. */
static int take(struct reader *r, json_t *event)
{
    struct stream *s = r->stream;
    struct buf why = {0};

    if (!event_check(event, &why)) {
        refuse(r, 1, "%s", why.data);
        buf_finish(&why);
        return -1;
    }
    if ((s->start == NULL) != event_is(event, "start"))
        return refuse(r, 1,
                      s->start == NULL ? "expected the event start first"
                                       : "the event start for the second time");
    if (s->end != NULL)
        return refuse(r, 1, "an event behind the end");
    if (event_is(event, "start"))
        return take_start(r, event);
    if (event_is(event, "case"))
        return take_case(r, event);
    s->end = json_incref(event);
    return take_end(r);
}

static int read_line(struct reader *r, const char *text, size_t len)
{
    json_error_t error;
    json_t *event = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    int result;

    if (event == NULL)
        return refuse(r, error.column > 0 ? error.column : 1, "expected an event, as JSON: %s",
                      error.text);
    result = take(r, event);
    json_decref(event);
    return result;
}

static int read_lines(struct reader *r, const struct buf *text)
{
    const char *at = text->data, *past = at + text->len;

    while (at < past) {
        const char *end = memchr(at, '\n', (size_t)(past - at));
        r->line++;
        if (end == NULL)
            return refuse(r, 1, "the line is cut off: the run ended before its report was whole");
        if (read_line(r, at, (size_t)(end - at)) < 0)
            return -1;
        at = end + 1;
    }
    if (r->stream->end != NULL)
        return 0;
    return refuse(r, 1,
                  "no closing record: the run ended after %zu of %d cases; run it again to the end",
                  json_array_size(r->stream->cases), event_count(r->stream->start, "cases"));
}

int stream_read(struct stream *s, const char *path, struct diag *d)
{
    bool standard = strcmp(path, "-") == 0;
    struct reader r = {.stream = s, .name = standard ? "standard input" : path, .diag = d};
    struct buf text = {0};
    int result = -1;

    *s = (struct stream){.cases = json_array()};
    r.seen = json_object();
    if (file_read(standard ? "/dev/stdin" : path, &text) < 0) {
        r.line = 1;
        refuse(&r, 1, "cannot be read: %s", strerror(errno));
    } else if (text.len == 0) {
        r.line = 1;
        refuse(&r, 1, "empty; expected the events of a run: rtmtest run --report ndjson=FILE");
    } else {
        result = read_lines(&r, &text);
    }
    buf_finish(&text);
    json_decref(r.seen);
    return result;
}

void stream_finish(struct stream *s)
{
    json_decref(s->start);
    json_decref(s->cases);
    json_decref(s->end);
    *s = (struct stream){0};
}

json_t *stream_case(const struct stream *s, const char *name)
{
    json_t *e;
    size_t i;

    json_array_foreach(s->cases, i, e)
    {
        if (strcmp(event_text(e, "case"), name) == 0)
            return e;
    }
    return NULL;
}
