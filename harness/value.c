/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int value_wrong(const struct value *v, size_t word, const char *message)
{
    int column = v->n == 0 ? 1 : v->at[word < v->n ? word : v->n - 1].column;

    diag_add(v->diag, v->source->name, v->line, column, "%s", message);
    return -1;
}

int value_text(char **slot, const struct value *v)
{
    if (v->n != 1)
        return value_wrong(v, 1, "expected one word or one \"quoted text\" after the =");
    free(*slot);
    *slot = x_strdup(v->at[0].text);
    return 0;
}

int value_pattern(struct pattern **slot, const struct value *v)
{
    char *why = NULL;
    size_t offset = 0;

    if (v->n != 1)
        return value_wrong(v, 1, "expected one \"pattern\" after the =");
    pattern_destroy(*slot);
    *slot = pattern_create(v->at[0].text, &why, &offset);
    if (*slot != NULL)
        return 0;
    diag_add(v->diag, v->source->name, v->line, v->at[0].column + (int)offset, "not a pattern: %s",
             why);
    free(why);
    return -1;
}

/* The } that belongs to the ${ at text, or NULL. */
static const char *closing_brace(const char *text)
{
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (strncmp(text, "${", 2) == 0)
            depth++;
        else if (*text == '}' && --depth <= 0)
            return text;
    }
    return NULL;
}

/* Puts the environment in place of ${NAME} and ${NAME:-otherwise}, and in otherwise too. */
char *value_expand(const char *text)
{
    struct buf out = {0};

    while (*text != '\0') {
        const char *end = strncmp(text, "${", 2) == 0 ? closing_brace(text) : NULL;
        if (end == NULL) {
            buf_add(&out, text++, 1);
            continue;
        }
        char *name = x_strndup(text + 2, (size_t)(end - text - 2)), *otherwise = strstr(name, ":-");
        if (otherwise != NULL)
            *otherwise = '\0';
        const char *set = getenv(name);
        char *value = set != NULL && *set != '\0'
                          ? x_strdup(set)
                          : value_expand(otherwise != NULL ? otherwise + 2 : "");
        buf_adds(&out, value);
        free(value);
        free(name);
        text = end + 1;
    }
    return buf_take(&out);
}

void value_variables(const char *text, void (*do_one)(void *ctx, const char *name), void *ctx)
{
    while ((text = strstr(text, "${")) != NULL) {
        char *name = x_strndup(text + 2, strcspn(text + 2, ":}"));
        do_one(ctx, name);
        free(name);
        text += 2;
    }
}

void value_free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

int value_words(char ***slot, const struct value *v)
{
    if (v->n == 0)
        return value_wrong(v, 0, "expected words after the =");
    value_free_words(*slot);
    *slot = x_calloc(v->n + 1, sizeof **slot);
    for (size_t i = 0; i < v->n; i++)
        (*slot)[i] = value_expand(v->at[i].text);
    return 0;
}

int value_flag(bool *slot, const struct value *v)
{
    bool yes = v->n == 1 && strcmp(v->at[0].text, "yes") == 0;

    if (!yes && (v->n != 1 || strcmp(v->at[0].text, "no") != 0))
        return value_wrong(v, 0, "expected yes or no");
    *slot = yes;
    return 0;
}

int value_number(unsigned *slot, const struct value *v, const char *unit, unsigned most)
{
    char *end = NULL, *message;
    const char *text = v->n == 1 ? v->at[0].text : "";
    unsigned long n = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;

    if (n > 0 && n <= most && strcmp(end, unit) == 0) {
        *slot = (unsigned)n;
        return 0;
    }
    message = x_printf("expected a number from 1%s to %u%s", unit, most, unit);
    value_wrong(v, 0, message);
    free(message);
    return -1;
}
