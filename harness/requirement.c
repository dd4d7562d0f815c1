/* SPDX-License-Identifier: MIT */
#include "requirement.h"

#include "scan.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const levels[] = {"MUST", "SHOULD", "MAY"};
static const char *const subjects[] = {"server", "client", "both", "platform"};
static const char *const origins[] = {"course", "corrected", "rtm1"};

const char *level_name(enum level level)
{
    return levels[level];
}

static int find_word(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return (int)i;
    return -1;
}

/* Takes "(MUST, server, course)" apart; -1 if it is anything else. */
static int read_class(struct requirement *q, const char *text)
{
    char level[16], subject[16], origin[16];
    int at = 0;

    if (sscanf(text, "(%15[A-Z], %15[a-z], %15[a-z0-9])%n", level, subject, origin, &at) != 3 ||
        at == 0)
        return -1;
    int l = find_word(level, levels, LENGTH(levels));
    if (l < 0 || find_word(subject, subjects, LENGTH(subjects)) < 0 ||
        find_word(origin, origins, LENGTH(origins)) < 0)
        return -1;
    q->level = (enum level)l;
    q->subject = x_strdup(subject);
    q->origin = x_strdup(origin);
    while (text[at] == ' ')
        at++;
    q->sentence = x_strdup(text + at);
    return strstr(q->sentence, level) != NULL ? 0 : -1;
}

/* Joins the quoted lines that follow line number at; empty lines between are skipped. */
static char *read_why(const struct source *s, int at)
{
    struct buf why = {0};

    for (; at < s->count; at++) {
        const char *line = s->lines[at];
        if (line[0] == '\0')
            continue;
        if (line[0] != '>')
            break;
        line += line[1] == ' ' ? 2 : 1;
        buf_printf(&why, "%s%s", why.len ? " " : "", line);
    }
    return buf_take(&why);
}

static void read_requirement(struct requirements *r, const struct source *s, int number,
                             struct diag *d)
{
    const char *start = s->lines[number - 1] + 2, *end = strstr(start, "** ");
    struct requirement q = {.file = x_strdup(s->name), .line = number};

    q.id = x_strndup(start, end ? (size_t)(end - start) : strcspn(start, "*"));
    if (end == NULL || read_class(&q, end + 3) < 0)
        diag_add(d, s->name, number, 1,
                 "expected **ID** (LEVEL, CLASS, ORIGIN) and one sentence with the level in it");
    else if (requirement_find(r, q.id) != NULL)
        diag_add(d, s->name, number, 1, "%s stands twice; an id is given once", q.id);
    q.why = read_why(s, number);
    r->at = x_realloc(r->at, (r->n + 1) * sizeof *r->at);
    r->at[r->n++] = q;
}

static bool starts_requirement(const char *line)
{
    return strncmp(line, "**", 2) == 0 && line[2] >= 'A' && line[2] <= 'Z' &&
           strchr(line, '-') != NULL;
}

static void read_chapter(struct requirements *r, const char *path, struct diag *d)
{
    const char *slash = strrchr(path, '/');
    char *shown = x_printf("spec/%s", slash ? slash + 1 : path);
    struct source s;

    if (source_read(&s, path, shown, d) == 0)
        for (int i = 1; i <= s.count; i++)
            if (starts_requirement(s.lines[i - 1]))
                read_requirement(r, &s, i, d);
    source_finish(&s);
    free(shown);
}

/* By number: 9 comes before 11. */
static int compare_chapters(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

int requirements_read(struct requirements *r, const char *directory, struct diag *d)
{
    char *pattern = x_printf("%s/[0-9]*-*.md", directory);
    glob_t found;
    int before = d->count;

    *r = (struct requirements){0};
    if (glob(pattern, 0, NULL, &found) != 0) {
        diag_add(d, directory, 1, 1,
                 "no chapters of the spec here; name the directory that holds spec/ with --share");
    } else {
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_chapters);
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_chapter(r, found.gl_pathv[i], d);
        globfree(&found);
    }
    free(pattern);
    return d->count > before ? -1 : 0;
}

void requirements_finish(struct requirements *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->at[i].id);
        free(r->at[i].subject);
        free(r->at[i].origin);
        free(r->at[i].sentence);
        free(r->at[i].why);
        free(r->at[i].file);
    }
    free(r->at);
    *r = (struct requirements){0};
}

bool requirement_excused(const struct requirement *q)
{
    return strncmp(q->why, "No scenario:", strlen("No scenario:")) == 0;
}

const struct requirement *requirement_find(const struct requirements *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->at[i].id, id) == 0)
            return &r->at[i];
    return NULL;
}

const char *requirement_suggest(const struct requirements *r, const char *id)
{
    const char **ids = x_calloc(r->n, sizeof *ids), *found;
    char *upper = x_strdup(id);

    for (char *c = upper; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    for (size_t i = 0; i < r->n; i++)
        ids[i] = r->at[i].id;
    found = suggest(upper, ids, r->n);
    free(upper);
    free(ids);
    return found;
}

static uint64_t digest_text(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    } while (*text++ != '\0');
    return hash;
}

uint64_t requirements_digest(const struct requirements *r)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (size_t i = 0; i < r->n; i++) {
        hash = digest_text(hash, r->at[i].id);
        hash = digest_text(hash, level_name(r->at[i].level));
        hash = digest_text(hash, r->at[i].sentence);
    }
    return hash;
}
