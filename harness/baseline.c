/* SPDX-License-Identifier: MIT */
#include "baseline.h"

#include "scan.h"

#include <stdlib.h>
#include <string.h>

/* The file as it is read. */
struct reader {
    struct baseline *baseline;
    const struct source *source;
    const struct suite *suite;
    const struct requirements *requirements;
    struct diag *diag;
};

static bool in_suite(const struct suite *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].name, name) == 0)
            return true;
    return false;
}

/* A verdict that a line may expect. */
static bool expectable(const char *name, enum verdict *v)
{
    return verdict_find(name, v) && (*v == VERDICT_FAIL || *v == VERDICT_WEAK ||
                                     *v == VERDICT_BROKEN || *v == VERDICT_UNRESOLVED);
}

/* Whether the names in the line exist; complains of the first that doesn't. */
static bool names_exist(const struct reader *r, int line, const struct tokens *t)
{
    const char *name = t->at[0].text, *id = t->at[2].text, *file = r->source->name;
    const struct known_failure *twice = baseline_find(r->baseline, name);

    if (twice != NULL) {
        diag_add(r->diag, file, line, 1, "%s has a line already, line %d", name, twice->line);
        return false;
    }
    if (!in_suite(r->suite, name)) {
        diag_add(r->diag, file, line, 1, "the suite has no case %s; take the line out", name);
        return false;
    }
    if (strcmp(id, "-") == 0 || requirement_find(r->requirements, id) != NULL)
        return true;
    const char *meant = requirement_suggest(r->requirements, id);
    diag_add(r->diag, file, line, t->at[2].column, "the spec has no requirement %s%s%s%s", id,
             meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    return false;
}

static bool read_pattern(const struct reader *r, int line, const struct token *t,
                         struct pattern **pattern)
{
    char *why = NULL;
    size_t offset = 0;

    *pattern = pattern_create(t->text, &why, &offset);
    if (*pattern == NULL)
        diag_add(r->diag, r->source->name, line, t->column + (int)offset, "not a pattern: %s", why);
    free(why);
    return *pattern != NULL;
}

static void read_line(const struct reader *r, int line)
{
    struct baseline *b = r->baseline;
    struct pattern *pattern = NULL;
    enum verdict v;
    struct tokens t;

    if (scan_line(r->source, line, &t, r->diag) < 0 || t.n == 0)
        return;
    if ((t.n != 4 && t.n != 5) || !expectable(t.at[1].text, &v)) {
        diag_add(r->diag, r->source->name, line, 1,
                 "expected CASE VERDICT ID \"reason\" [\"message\"], with FAIL, WEAK, BROKEN or "
                 "UNRESOLVED");
    } else if (names_exist(r, line, &t) &&
               (t.n == 4 || read_pattern(r, line, &t.at[4], &pattern))) {
        b->at = x_realloc(b->at, (b->n + 1) * sizeof *b->at);
        b->at[b->n++] = (struct known_failure){
            .name = x_strdup(t.at[0].text),
            .verdict = v,
            .id = x_strdup(t.at[2].text),
            .reason = x_strdup(t.at[3].text),
            .text = t.n == 5 ? x_strdup(t.at[4].text) : NULL,
            .message = pattern,
            .line = line,
        };
    }
    tokens_finish(&t);
}

int baseline_read(struct baseline *b, const char *path, const struct suite *s,
                  const struct requirements *q, struct diag *d)
{
    struct source source;
    struct reader r = {b, &source, s, q, d};
    int before = d->count;

    *b = (struct baseline){.file = x_strdup(path)};
    if (source_read(&source, path, path, d) == 0)
        for (int line = 1; line <= source.count; line++)
            read_line(&r, line);
    source_finish(&source);
    return d->count > before ? -1 : 0;
}

void baseline_finish(struct baseline *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->at[i].name);
        free(b->at[i].id);
        free(b->at[i].reason);
        free(b->at[i].text);
        pattern_destroy(b->at[i].message);
    }
    free(b->at);
    free(b->file);
    *b = (struct baseline){0};
}

const struct known_failure *baseline_find(const struct baseline *b, const char *name)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->at[i].name, name) == 0)
            return &b->at[i];
    return NULL;
}

static bool as_expected(const struct known_failure *k, const json_t *event)
{
    const char *id = event_text(event, "id"), *message = event_text(event, "message");

    return event_verdict(event) == k->verdict && strcmp(*id ? id : "-", k->id) == 0 &&
           (k->message == NULL || pattern_match(k->message, message, strlen(message)));
}

/* "FAIL SYN-2 (reason)" */
static char *expectation(const struct known_failure *k)
{
    char *text = k->text ? x_printf(" with \"%s\"", k->text) : x_strdup("");
    char *all = x_printf("%s%s%s%s (%s)", verdict_name(k->verdict), *k->id == '-' ? "" : " ",
                         *k->id == '-' ? "" : k->id, text, k->reason);

    free(text);
    return all;
}

/* "is WEAK SYN-2" */
static char *outcome(enum verdict found, const json_t *event)
{
    const char *id = event_text(event, "id");

    return x_printf("is %s%s%s", verdict_name(found), *id ? " " : "", id);
}

void baseline_judge(const struct baseline *b, json_t *event)
{
    const struct known_failure *k = baseline_find(b, event_text(event, "case"));
    enum verdict found = event_verdict(event);
    char *message, *expected;

    if (k == NULL || found == VERDICT_SKIPPED)
        return;
    expected = expectation(k);
    if (as_expected(k, event)) {
        event_set(event, "verdict", "XFAIL");
        message = x_printf("known: %s", k->reason);
    } else if (verdict_standing(found) == FAILED) { /* another failure stays what it is */
        message = x_printf("%s; the baseline expects %s", event_text(event, "message"), expected);
    } else {
        char *better = found == VERDICT_PASS ? x_strdup("passes") : outcome(found, event);
        event_set(event, "verdict", "XPASS");
        message = x_printf("%s, but the baseline says %s; take its line out", better, expected);
        free(better);
    }
    event_set(event, "message", message);
    event_set(event, "found", verdict_name(found));
    event_set(event, "known", k->reason);
    event_set(event, "known_message", k->text);
    free(expected);
    free(message);
}

/* A word of a line in quotes. Behind a last backslash the quote would not close. */
static void write_quoted(FILE *out, const char *text)
{
    size_t len = strlen(text);

    fputs(" \"", out);
    for (const char *p = text; *p != '\0'; p++)
        fprintf(out, *p == '"' ? "\\%c" : "%c", *p);
    fputs(len > 0 && text[len - 1] == '\\' ? " \"" : "\"", out);
}

static void write_line(const json_t *e, FILE *out)
{
    const char *id = event_text(e, "id"), *name = event_text(e, "case");
    bool known = event_verdict(e) == VERDICT_XFAIL;

    if (strpbrk(name, " \t\"") != NULL || *name == '#')
        write_quoted(out, name);
    else
        fputs(name, out);
    fprintf(out, " %s %s", event_text(e, known ? "found" : "verdict"), *id ? id : "-");
    write_quoted(out, event_text(e, known ? "known" : "message"));
    if (known && json_object_get(e, "known_message") != NULL)
        write_quoted(out, event_text(e, "known_message"));
    fputc('\n', out);
}

void baseline_write(const struct stream *s, FILE *out)
{
    fprintf(out, "# Known failures of %s: CASE VERDICT ID \"reason\" [\"message\"]\n",
            event_text(s->start, "iut"));
    for (size_t i = 0; i < json_array_size(s->cases); i++) {
        const json_t *e = json_array_get(s->cases, i);
        enum verdict v = event_verdict(e);
        if (v == VERDICT_UNRESOLVED) /* the machine's doing, this time */
            fprintf(out, "# %s was UNRESOLVED: run it again\n", event_text(e, "case"));
        else if (v == VERDICT_XFAIL || (verdict_standing(v) == FAILED && v != VERDICT_XPASS))
            write_line(e, out);
    }
}
