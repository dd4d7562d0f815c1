/* SPDX-License-Identifier: MIT */
#include "baseline.h"

#include <stdlib.h>
#include <string.h>

static bool in_suite(const struct suite *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].name, name) == 0)
            return true;
    return false;
}

static void read_line(struct baseline *b, const struct source *source, int line,
                      const struct suite *s, struct diag *d)
{
    static const char *const classes[] = {"FAIL", "WEAK", "BROKEN", "UNRESOLVED"};
    struct tokens t;
    bool known = false;

    if (scan_line(source, line, &t, d) < 0 || t.n == 0)
        return;
    for (size_t i = 0; t.n == 4 && i < LENGTH(classes); i++)
        known = known || strcmp(t.at[1].text, classes[i]) == 0;
    if (!known) {
        diag_add(d, source->name, line, 1,
                 "expected CASE VERDICT ID \"reason\", with FAIL, WEAK, BROKEN or UNRESOLVED");
    } else if (!in_suite(s, t.at[0].text)) {
        diag_add(d, source->name, line, 1, "the suite has no case %s; take the line out",
                 t.at[0].text);
    } else {
        b->at = x_realloc(b->at, (b->n + 1) * sizeof *b->at);
        b->at[b->n++] = (struct known_failure){x_strdup(t.at[0].text), x_strdup(t.at[1].text),
                                               x_strdup(t.at[2].text), x_strdup(t.at[3].text)};
    }
    tokens_finish(&t);
}

int baseline_read(struct baseline *b, const char *path, const struct suite *s, struct diag *d)
{
    struct source source;
    int before = d->count;

    *b = (struct baseline){0};
    if (source_read(&source, path, path, d) == 0)
        for (int line = 1; line <= source.count; line++)
            read_line(b, &source, line, s, d);
    source_finish(&source);
    return d->count > before ? -1 : 0;
}

void baseline_finish(struct baseline *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->at[i].name);
        free(b->at[i].verdict);
        free(b->at[i].id);
        free(b->at[i].reason);
    }
    free(b->at);
    *b = (struct baseline){0};
}

const struct known_failure *baseline_find(const struct baseline *b, const char *name)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->at[i].name, name) == 0)
            return &b->at[i];
    return NULL;
}
