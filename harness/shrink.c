/* SPDX-License-Identifier: MIT */
#include "shrink.h"

#include "interrupt.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    char **at;
    size_t n;
};

struct shrinking {
    struct attempts *attempts;
    const char *class;
    int times, enough; /* runs of a candidate, and how many of them have to fail */
    size_t head;       /* lines of the head: they stay */
    struct lines best;
};

static struct lines split(const char *text)
{
    struct lines l = {0};

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        l.at = x_realloc(l.at, (l.n + 1) * sizeof *l.at);
        l.at[l.n++] = x_strndup(text, len);
        text += len + (text[len] == '\n');
    }
    return l;
}

static char *join(const struct lines *l)
{
    struct buf text = {0};

    for (size_t i = 0; i < l->n; i++)
        buf_printf(&text, "%s\n", l->at[i]);
    return buf_take(&text);
}

static void lines_finish(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i]);
    free(l->at);
    *l = (struct lines){0};
}

static void drop(struct lines *l, size_t i)
{
    free(l->at[i]);
    memmove(l->at + i, l->at + i + 1, (--l->n - i) * sizeof *l->at);
}

/* The line, from 0, that is the first to be complained of in a text that starts "file:line:". */
static size_t first_line(const struct diag *d)
{
    const char *at = d->text.data;

    while (*at != '\0' && (*at != ':' || !isdigit((unsigned char)at[1])))
        at++;
    return *at == '\0' ? 0 : strtoul(at + 1, NULL, 10) - 1;
}

/* Leaves out what makes no sense without the lines that were left out, such as the steps of a
 * client that is not there; the text that can be parsed (the caller's), or NULL if none is left. */
static char *mend(const struct shrinking *s, struct lines *l)
{
    for (;;) {
        char *text = join(l);
        struct suite suite;
        struct diag d = {0};
        bool good = attempt_parse(s->attempts, text, "mended", &suite, &d) == 0;
        size_t line = good ? 0 : first_line(&d);
        suite_finish(&suite);
        diag_finish(&d);
        if (good)
            return text;
        free(text);
        if (line < s->head || line >= l->n)
            return NULL;
        drop(l, line);
    }
}

static bool out_of_time(const struct shrinking *s)
{
    return interrupted() || now_ms() >= s->attempts->until_ms;
}

/* Leaves out the marked lines for good, if what is left still fails. */
static bool leave_out(struct shrinking *s, const bool *marked)
{
    struct lines l = {.at = x_calloc(s->best.n, sizeof *l.at)};
    struct rate rate = {0};

    for (size_t i = 0; i < s->best.n; i++)
        if (!marked[i])
            l.at[l.n++] = x_strdup(s->best.at[i]);
    char *text = out_of_time(s) ? NULL : mend(s, &l);
    if (text != NULL)
        rate = attempt_run(s->attempts, text, s->class, s->times, s->enough);
    free(text);
    bool better = rate.failed >= s->enough && l.n < s->best.n;
    struct lines *worse = better ? &s->best : &l;
    lines_finish(worse);
    if (better)
        s->best = l;
    return better;
}

/* Leaves out stretches of so many lines, from the end on. */
static bool leave_out_stretches(struct shrinking *s, size_t size)
{
    bool any = false;

    for (size_t end = s->best.n; end > s->head && !out_of_time(s);) {
        size_t from = end > s->head + size ? end - size : s->head;
        bool *marked = x_calloc(s->best.n, sizeof *marked);
        for (size_t i = from; i < end; i++)
            marked[i] = true;
        any = leave_out(s, marked) || any;
        free(marked);
        end = from < s->best.n ? from : s->best.n;
    }
    return any;
}

/* Whether a line has the word. */
static bool mentions(const char *line, const char *word, size_t len)
{
    for (const char *at = line; (at = strstr(at, word)) != NULL; at++)
        if ((at == line || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            return true;
    return false;
}

/* The first name in a line, of a client, a file and so on; its length, or 0. The server's would
 * leave nothing. */
static size_t find_name(const char *line, const char **name)
{
    for (const char *at = line; *at != '\0'; at++) {
        size_t len = 1;
        if (!isupper((unsigned char)*at) || (at > line && at[-1] != ' '))
            continue;
        while (isalnum((unsigned char)at[len]))
            len++;
        if (!isdigit((unsigned char)at[len - 1]))
            continue;
        *name = at;
        return len;
    }
    return 0;
}

/* Leaves out all that has to do with one name, for each. */
static bool leave_out_names(struct shrinking *s)
{
    bool any = false;

    for (size_t i = s->best.n; i-- > s->head && !out_of_time(s);) {
        const char *name;
        size_t len = i < s->best.n ? find_name(s->best.at[i], &name) : 0;
        if (len == 0)
            continue;
        char *word = x_strndup(name, len);
        bool *marked = x_calloc(s->best.n, sizeof *marked);
        for (size_t k = s->head; k < s->best.n; k++)
            marked[k] = mentions(s->best.at[k], word, len);
        any = leave_out(s, marked) || any;
        free(marked);
        free(word);
    }
    return any;
}

/* Leaves out two lines at a time, such as "stop C1" and "continue C1": neither may do alone. */
static bool leave_out_pairs(struct shrinking *s)
{
    bool any = false;

    for (size_t i = s->head; i < s->best.n; i++)
        for (size_t k = i + 1; k < s->best.n && !out_of_time(s); k++) {
            bool *marked = x_calloc(s->best.n, sizeof *marked);
            marked[i] = marked[k] = true;
            bool done = leave_out(s, marked);
            free(marked);
            any = any || done;
            if (done)
                k = i;
        }
    return any;
}

static bool is_head(const char *line)
{
    static const char *const words[] = {"title", "needs", "tags", "cost", "deadline"};
    size_t len = strcspn(line, " ");

    for (size_t i = 0; i < LENGTH(words); i++)
        if (strlen(words[i]) == len && strncmp(line, words[i], len) == 0)
            return true;
    return *line == '\0' || *line == '#';
}

/* What always fails has to go on doing so; what fails now and then, six tenths as often at least.
 */
static void set_bar(struct shrinking *s, struct rate rate)
{
    bool always = rate.failed == rate.ran;
    s->times = always ? 4 : 6 * rate.ran / rate.failed;
    s->times = s->times > 40 ? 40 : s->times;
    s->enough =
        always ? s->times : (s->times * rate.failed * 3 + 5 * rate.ran - 1) / (5 * rate.ran);
}

#define PAIRS_BELOW 40 /* lines: pairs of more would take for ever */

char *shrink(struct attempts *t, const char *text, const char *class, struct rate rate)
{
    struct shrinking s = {.attempts = t, .class = class, .best = split(text)};
    bool any;

    set_bar(&s, rate);
    while (s.head < s.best.n && is_head(s.best.at[s.head]))
        s.head++;
    do {
        any = false;
        for (size_t size = (s.best.n - s.head + 1) / 2; size > 0; size /= 2)
            any = leave_out_stretches(&s, size) || any;
        any = leave_out_names(&s) || any;
        if (!any && s.best.n - s.head < PAIRS_BELOW)
            any = leave_out_pairs(&s);
    } while (any && !out_of_time(&s));
    char *smallest = join(&s.best);
    lines_finish(&s.best);
    return smallest;
}
