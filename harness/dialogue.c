/* SPDX-License-Identifier: MIT */
#include "dialogue.h"

#include "mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const observe_names[OBSERVE_COUNT] = {
    [OBSERVE_COMMAND] = "command", [OBSERVE_ASK] = "ask",   [OBSERVE_PRINTED] = "printed",
    [OBSERVE_LOG] = "log",         [OBSERVE_NONE] = "none",
};

static const char *const placeholders[] = {
    "{prefix}", "{dest}", "{mask}",    "{dotted-mask}", "{gateway}", "{oif}",
    "{mac}",    "{ip}",   "{address}", "{file}",        "{line}",
};

const char *observe_name(enum observe how)
{
    return observe_names[how];
}

bool dialogue_asks(const struct dialogue *d)
{
    return d->move_n > 0;
}

const char *dialogue_line(const struct dialogue *d)
{
    return d->move_n == 1 ? d->moves[0].send : NULL;
}

static struct move *add_move(struct dialogue *d)
{
    d->moves = x_realloc(d->moves, (d->move_n + 1) * sizeof *d->moves);
    d->moves[d->move_n] = (struct move){0};
    return &d->moves[d->move_n++];
}

void dialogue_read_prefix(const struct dialogue *d, struct pattern *p, const char *line,
                          char dest[40], char mask[24])
{
    *dest = *mask = '\0';
    pattern_group(p, line, "dest", dest, 40);
    pattern_group(p, line, "mask", mask, 24);
    if (d->default_word != NULL && strcmp(dest, d->default_word) == 0) {
        strcpy(dest, "0.0.0.0");
        strcpy(mask, "0");
    } else if (d->no_mask != NULL && *mask == '\0') {
        snprintf(mask, 24, "%s", d->no_mask);
    }
}

bool dialogue_knows(const struct dialogue *d, const char *line, size_t len)
{
    if (d == NULL)
        return false;
    struct pattern *const known[] = {d->row,   d->done,    d->refused, d->begin,
                                     d->added, d->updated, d->deleted, d->emptied};

    for (size_t i = 0; i < LENGTH(known); i++)
        if (pattern_match(known[i], line, len))
            return true;
    return false;
}

void dialogue_add_send(struct dialogue *d, const char *line)
{
    add_move(d)->send = x_strdup(line);
}

void dialogue_add_expect(struct dialogue *d, struct pattern *p)
{
    add_move(d)->expect = p;
}

#define PATTERNS 10 /* of a dialogue, but for those of its moves */

static struct pattern *pattern_of(const struct dialogue *d, size_t i)
{
    struct pattern *const all[PATTERNS] = {d->done,  d->refused, d->row,     d->question, d->begin,
                                           d->added, d->updated, d->deleted, d->emptied,  d->more};

    return all[i];
}

const char *dialogue_cut(const struct dialogue *d)
{
    for (size_t i = 0; i < PATTERNS; i++)
        if (pattern_cut(pattern_of(d, i)) != NULL)
            return pattern_cut(pattern_of(d, i));
    return NULL;
}

void dialogue_finish(struct dialogue *d)
{
    for (size_t i = 0; i < d->move_n; i++) {
        free(d->moves[i].send);
        pattern_destroy(d->moves[i].expect);
    }
    for (size_t i = 0; i < PATTERNS; i++)
        pattern_destroy(pattern_of(d, i));
    free(d->moves);
    free(d->answer);
    free(d->more_answer);
    free(d->no_mask);
    free(d->default_word);
    *d = (struct dialogue){0};
}

char *dialogue_fill(const char *line, const struct values *v)
{
    char *dest = v->prefix ? x_strdup(v->prefix) : NULL;
    char *slash = dest ? strchr(dest, '/') : NULL, *mask = slash ? slash + 1 : NULL;
    char dotted[64] = "";
    const char *const pairs[][2] = {
        {"{prefix}", v->prefix},   {"{dest}", dest},
        {"{mask}", mask},          {"{dotted-mask}", mask ? dotted : NULL},
        {"{gateway}", v->gateway}, {"{oif}", v->oif},
        {"{mac}", v->mac},         {"{ip}", v->address},
        {"{address}", v->address}, {"{file}", v->file},
        {"{line}", v->line},
    };

    if (slash != NULL)
        *slash = '\0';
    if (mask != NULL)
        mask_dot(mask, dotted, sizeof dotted);
    char *filled = text_fill(line, pairs, LENGTH(pairs));
    free(dest);
    return filled;
}

const char *dialogue_unknown(const char *line, size_t *len)
{
    for (const char *open = line; (open = strchr(open, '{')) != NULL; open++) {
        bool known = false;
        *len = 1 + strspn(open + 1, "abcdefghijklmnopqrstuvwxyz-_");
        if (*len == 1 || open[*len] != '}')
            continue;
        ++*len;
        for (size_t i = 0; i < LENGTH(placeholders); i++)
            known = known ||
                    (strlen(placeholders[i]) == *len && strncmp(placeholders[i], open, *len) == 0);
        if (!known)
            return open;
    }
    return NULL;
}
