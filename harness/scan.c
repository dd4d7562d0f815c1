/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct source *s, const char *start, size_t len)
{
    if (len > 0 && start[len - 1] == '\r')
        len--;
    s->lines = x_realloc(s->lines, (size_t)(s->count + 1) * sizeof *s->lines);
    s->lines[s->count++] = x_strndup(start, len);
}

/* What keeps a line from being text, or NULL. Reports are JSON, which is UTF-8. */
static const char *judge_line(const char *start, size_t len)
{
    json_t *text;

    if (memchr(start, '\0', len) != NULL)
        return "holds a NUL byte; expected text";
    text = json_stringn(start, len);
    json_decref(text);
    return text == NULL ? "holds bytes that are not UTF-8; expected text" : NULL;
}

int source_read(struct source *s, const char *path, const char *shown_as, struct diag *d)
{
    struct buf text = {0};
    int lost = 0;

    *s = (struct source){.name = x_strdup(shown_as)};
    if (file_read(path, &text) < 0) {
        diag_add(d, shown_as, 1, 1, "cannot be read: %s", strerror(errno));
        buf_finish(&text);
        return -1;
    }
    for (size_t at = 0; at < text.len;) {
        char *start = text.data + at, *end = memchr(start, '\n', text.len - at);
        size_t len = end ? (size_t)(end - start) : text.len - at;
        const char *wrong = judge_line(start, len);
        if (wrong != NULL) {
            diag_add(d, shown_as, s->count + 1, 1, "%s", wrong);
            lost = -1;
        }
        add_line(s, start, len);
        at += len + 1;
    }
    buf_finish(&text);
    return lost;
}

void source_finish(struct source *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->lines[i]);
    free(s->lines);
    free(s->name);
    *s = (struct source){0};
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies a quoted part to word; returns what follows the closing quote, NULL if there is none. */
static const char *scan_quoted(const char *p, struct buf *word)
{
    for (p++; *p != '"'; p++) {
        if (*p == '\0')
            return NULL;
        if (p[0] == '\\' && p[1] == '"')
            p++;
        buf_add(word, p, 1);
    }
    return p + 1;
}

int scan_line(const struct source *s, int number, struct tokens *out, struct diag *d)
{
    const char *line = s->lines[number - 1], *p = line;

    *out = (struct tokens){0};
    for (;;) {
        struct buf word = {0};
        struct token t = {0};
        while (blank(*p))
            p++;
        if (*p == '\0' || *p == '#')
            return 0;
        t.column = (int)(p - line) + 1;
        while (*p != '\0' && !blank(*p)) {
            const char *quote = p;
            if (*p != '"') {
                buf_add(&word, p++, 1);
                continue;
            }
            t.quoted = true;
            p = scan_quoted(p, &word);
            if (p == NULL) {
                diag_add(d, s->name, number, (int)(quote - line) + 1,
                         "this quote is never closed; expected another \" on the line");
                buf_finish(&word);
                tokens_finish(out);
                return -1;
            }
        }
        t.text = buf_take(&word);
        out->at = x_realloc(out->at, (out->n + 1) * sizeof *out->at);
        out->at[out->n++] = t;
    }
}

void tokens_finish(struct tokens *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->at[i].text);
    free(t->at);
    *t = (struct tokens){0};
}
