/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

/* Takes the first word, rows or row, off a line. */
static void drop_first(struct tokens *t)
{
    free(t->at[0].text);
    memmove(t->at, t->at + 1, --t->n * sizeof *t->at);
}

static void add_row(struct rows *r, struct tokens *t)
{
    r->at = x_realloc(r->at, (r->n + 1) * sizeof *r->at);
    r->at[r->n++] = *t;
    *t = (struct tokens){0};
}

void rows_read(struct rows *r, const struct source *s, struct diag *d)
{
    struct diag ignored = {0}; /* the same lines are read again for each case, and judged there */

    *r = (struct rows){0};
    for (int line = 1; line <= s->count; line++) {
        struct tokens t;
        if (scan_line(s, line, &t, &ignored) < 0 || t.n == 0)
            continue;
        if (strcmp(t.at[0].text, "rows") == 0 && r->columns.n == 0) {
            drop_first(&t);
            r->columns = t;
            continue;
        }
        if (strcmp(t.at[0].text, "row") == 0) {
            drop_first(&t);
            if (t.n == r->columns.n)
                add_row(r, &t);
            else
                diag_add(d, s->name, line, 1, "%zu values for %zu columns", t.n, r->columns.n);
        }
        tokens_finish(&t);
    }
    diag_finish(&ignored);
}

void rows_finish(struct rows *r)
{
    tokens_finish(&r->columns);
    for (size_t i = 0; i < r->n; i++)
        tokens_finish(&r->at[i]);
    free(r->at);
    *r = (struct rows){0};
}

/* The column whose {NAME} stands at c, or -1. */
static int find_column(const struct rows *r, const char *c)
{
    for (size_t i = 0; *c == '{' && i < r->columns.n; i++) {
        size_t len = strlen(r->columns.at[i].text);
        if (strncmp(c + 1, r->columns.at[i].text, len) == 0 && c[len + 1] == '}')
            return (int)i;
    }
    return -1;
}

char *rows_fill(const struct rows *r, size_t row, const char *text)
{
    struct buf out = {0};

    while (*text != '\0') {
        int column = r->n == 0 ? -1 : find_column(r, text);
        if (column < 0) {
            buf_add(&out, text++, 1);
            continue;
        }
        buf_adds(&out, r->at[row].at[column].text);
        text += strlen(r->columns.at[column].text) + 2;
    }
    return buf_take(&out);
}

char *rows_describe(const struct rows *r, size_t row)
{
    struct buf b = {0};

    for (size_t i = 0; r->n > 0 && i < r->columns.n; i++)
        buf_printf(&b, "%s%s=%s", i ? " " : "", r->columns.at[i].text, r->at[row].at[i].text);
    return buf_take(&b);
}
