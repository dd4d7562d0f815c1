/* SPDX-License-Identifier: MIT */
#include "transcript.h"

#include "event.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define MOMENTS 400   /* lines that are kept, */
#define MOMENTS_OF 20 /* and so many at least of each process */
#define SHOWN 40      /* lines of an excerpt */
#define EXCHANGE \
    24 /* lines of a question and its answer, at most, that are folded where they repeat */

/* Makes room for a line: the oldest goes of those who have more than enough. */
static void drop_moment(struct transcript *t)
{
    size_t most = 0, at = 0;

    for (size_t i = 0; i < t->count; i++)
        if (t->moments[i].who > most)
            most = t->moments[i].who;
    size_t *count = x_calloc(most + 1, sizeof *count);
    for (size_t i = 0; i < t->count; i++)
        count[t->moments[i].who]++;
    while (at < t->count && count[t->moments[at].who] <= MOMENTS_OF)
        at++;
    if (at == t->count)
        at = 0;
    free(count);
    free(t->moments[at].text);
    memmove(t->moments + at, t->moments + at + 1, (t->count - at - 1) * sizeof *t->moments);
    t->count--;
    t->dropped++;
}

/* Whether the last n lines are those before them, which may stand for more of the same already. */
static bool is_repeated(const struct transcript *t, size_t n)
{
    const struct moment *last = t->moments + t->count - n, *before = last - n;

    for (size_t i = 0; i < n; i++) {
        bool counts = i == n - 1 && before[i].span == n;
        if (strcmp(last[i].text, before[i].text) != 0 ||
            (before[i].again != last[i].again && !counts))
            return false;
    }
    return before[n - 1].span == 0 || before[n - 1].span == n;
}

/* Questions that are asked again and again would push out all else: what repeats the lines before
 * it is only counted. */
static void fold(struct transcript *t)
{
    for (size_t n = 1; n <= EXCHANGE && 2 * n <= t->count; n++) {
        if (!is_repeated(t, n))
            continue;
        for (size_t i = 0; i < n; i++)
            free(t->moments[--t->count].text);
        struct moment *m = &t->moments[t->count - 1];
        m->span = n;
        m->again++;
        return;
    }
}

void transcript_add(struct transcript *t, int64_t us, size_t who, char *text)
{
    if (t->moments == NULL)
        t->moments = x_calloc(MOMENTS, sizeof *t->moments);
    if (t->count == MOMENTS)
        drop_moment(t);
    t->moments[t->count++] = (struct moment){.us = us, .text = text, .who = who};
    fold(t);
}

static char *describe_moment(const struct moment *m)
{
    struct buf b = {0};

    buf_printf(&b, "%8.3f %s", (double)m->us / 1e6, m->text);
    if (m->again > 0 && m->span > 1)
        buf_printf(&b, "   (these %zu lines again, %d times)", m->span, m->again);
    else if (m->again > 0)
        buf_printf(&b, "   (again, %d times)", m->again);
    return buf_take(&b);
}

/* Picks up to n lines from the end that are not picked yet: of that actor, or 0: of all. Returns
 * how many there were. */
static size_t pick(const struct transcript *t, bool *picked, size_t n, size_t who)
{
    size_t found = 0;

    for (size_t i = t->count; i-- > 0 && found < n;) {
        bool fits = !picked[i] && (who == 0 || t->moments[i].who == who);
        picked[i] = picked[i] || fits;
        found += fits;
    }
    return found;
}

json_t *transcript_excerpt(const struct transcript *t, const size_t *named, size_t n,
                           size_t *left_out)
{
    bool *picked = x_calloc(t->count + 1, sizeof *picked);
    json_t *lines = json_array();
    size_t left = SHOWN;

    for (size_t i = 0; i < n && left > SHOWN / 4; i++)
        left -= pick(t, picked, SHOWN / 4, named[i]);
    pick(t, picked, left, 0);
    for (size_t i = 0; i < t->count; i++) {
        char *line = picked[i] ? describe_moment(&t->moments[i]) : NULL;
        if (line != NULL)
            json_array_append_new(lines, event_string(line));
        free(line);
    }
    free(picked);
    *left_out = t->count + t->dropped - json_array_size(lines);
    return lines;
}

void transcript_write(const struct transcript *t, const char *path)
{
    struct buf text = {0};

    for (size_t i = 0; i < t->count; i++) {
        char *line = describe_moment(&t->moments[i]);
        buf_printf(&text, "%s\n", line);
        free(line);
    }
    file_write(path, text.len ? text.data : "", text.len); /* who wants it sees what is missing */
    buf_finish(&text);
}

void transcript_finish(struct transcript *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->moments[i].text);
    free(t->moments);
    *t = (struct transcript){0};
}
