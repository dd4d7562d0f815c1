/* SPDX-License-Identifier: MIT */
#include "dialogue_key.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int add_send(struct dialogue *d, const struct value *v)
{
    size_t len;
    char *line = NULL;

    if (value_text(&line, v) < 0)
        return -1;
    const char *unknown = dialogue_unknown(line, &len);
    if (unknown == NULL)
        dialogue_add_send(d, line);
    else
        diag_add(v->diag, v->source->name, v->line,
                 v->at[0].column + v->at[0].quoted + (int)(unknown - line),
                 "%.*s stands for nothing; expected some of {prefix} {dest} {mask} {dotted-mask} "
                 "{gateway} {oif} {mac} {ip} {address} {file} {line}",
                 (int)len, unknown);
    free(line);
    return unknown == NULL ? 0 : -1;
}

static int add_expect(struct dialogue *d, const struct value *v)
{
    struct pattern *p = NULL;

    if (value_pattern(&p, v) < 0)
        return -1;
    dialogue_add_expect(d, p);
    return 0;
}

static int set_observe(struct dialogue *d, const struct value *v)
{
    for (int i = 0; i < OBSERVE_COUNT && v->n == 1; i++)
        if (strcmp(v->at[0].text, observe_name((enum observe)i)) == 0) {
            d->observe = (enum observe)i;
            return 0;
        }
    return value_wrong(v, 0, "expected command, ask, printed, log or none");
}

/* A line, or key "q": what is pressed without Enter. */
static int set_more_answer(struct dialogue *d, const struct value *v)
{
    struct value key = {v->source, v->line, v->at + 1, v->n - 1, v->diag};

    d->more_key = v->n == 2 && strcmp(v->at[0].text, "key") == 0;
    return value_text(&d->more_answer, d->more_key ? &key : v);
}

static int set_no_mask(struct dialogue *d, const struct value *v)
{
    const char *text = v->n == 1 ? v->at[0].text : "";

    if (strlen(text) == 0 || strlen(text) > 2 || strspn(text, "0123456789") != strlen(text) ||
        atoi(text) > 32)
        return value_wrong(v, 0, "expected a number from 0 to 32");
    return value_text(&d->no_mask, v);
}

/* The keys that are patterns. */
static const struct {
    const char *key;
    size_t offset;
} patterns[] = {
    {"done", offsetof(struct dialogue, done)},
    {"refused", offsetof(struct dialogue, refused)},
    {"row", offsetof(struct dialogue, row)},
    {"question", offsetof(struct dialogue, question)},
    {"more", offsetof(struct dialogue, more)},
    {"begin", offsetof(struct dialogue, begin)},
    {"added", offsetof(struct dialogue, added)},
    {"updated", offsetof(struct dialogue, updated)},
    {"deleted", offsetof(struct dialogue, deleted)},
    {"emptied", offsetof(struct dialogue, emptied)},
};

int dialogue_set(struct dialogue *d, const char *key, const struct value *v)
{
    for (size_t i = 0; i < LENGTH(patterns); i++)
        if (strcmp(key, patterns[i].key) == 0)
            return value_pattern((struct pattern **)((char *)d + patterns[i].offset), v);
    if (strcmp(key, "send") == 0)
        return add_send(d, v);
    if (strcmp(key, "expect") == 0)
        return add_expect(d, v);
    if (strcmp(key, "silent") == 0)
        return value_flag(&d->silent, v);
    if (strcmp(key, "observe") == 0)
        return set_observe(d, v);
    if (strcmp(key, "more-answer") == 0)
        return set_more_answer(d, v);
    if (strcmp(key, "no-mask") == 0)
        return set_no_mask(d, v);
    if (strcmp(key, "default") == 0)
        return value_text(&d->default_word, v);
    if (strcmp(key, "answer") == 0)
        return value_text(&d->answer, v);
    return value_wrong(v, 0,
                       "no such key here; expected send, expect, done, refused, silent, row, "
                       "no-mask, default, more, more-answer, observe, question, answer, begin, "
                       "added, updated, deleted or "
                       "emptied");
}
