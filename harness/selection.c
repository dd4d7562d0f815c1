/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include "promise.h"
#include "tier.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file of "FILE.rtm" or, of one row, "FILE.rtm#2"; NULL if it is none. The caller's. */
static char *scenario_file(const char *word)
{
    const char *end = strrchr(word, '#');
    size_t len = end ? (size_t)(end - word) : strlen(word);
    char *path = x_strndup(word, len);

    if (len > 4 && strcmp(path + len - 4, ".rtm") == 0 && access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

int selection_read(struct suite *s, const struct options *o, const struct requirements *q,
                   struct diag *d)
{
    char *conformance = share_path(o, "tests/conformance");
    char inside[PATH_MAX] = "", given[PATH_MAX];
    bool all = o->only_n == 0 || o->baseline != NULL; /* whose names it may hold */

    if (realpath(conformance, inside) == NULL)
        snprintf(inside, sizeof inside, "%s", conformance);
    for (size_t i = 0; i < o->only_n; i++) {
        char *path = scenario_file(o->only[i]);
        bool outside = path != NULL && realpath(path, given) != NULL &&
                       strncmp(given, inside, strlen(inside)) != 0;
        all = all || !outside;
        if (outside)
            suite_read(s, path, q, d);
        free(path);
    }
    if (all)
        suite_read(s, conformance, q, d);
    free(conformance);
    return d->count > 0 ? -1 : 0;
}

/* Whether the word is this name or the beginning of it, up to a row or a case. */
static bool begins(const char *name, const char *word)
{
    size_t len = strlen(word);

    return strncmp(name, word, len) == 0 && strchr("/#", name[len]) != NULL;
}

/* Whether one word of --only or --except means this case. */
static bool means(const char *word, const struct test_case *t)
{
    const char *slash = strchr(t->name, '/');
    char a[PATH_MAX], b[PATH_MAX];
    size_t len;

    if (strcmp(word, t->only) == 0 || case_tagged(t, word) || case_cites(t, word))
        return true;
    if (begins(t->name, word) || (slash != NULL && begins(slash + 1, word)))
        return true;
    if (realpath(word, a) == NULL || realpath(t->file, b) == NULL)
        return false;
    len = strlen(a);
    return strncmp(a, b, len) == 0 && (b[len] == '\0' || b[len] == '/');
}

/* Says that a word of --only or --except means nothing, and what it may have meant. */
static void complain_only(const struct suite *s, const struct requirements *q, const char *word)
{
    const char **known, *meant;

    if (promise_find(word) != NULL) {
        fprintf(stderr, "rtmtest: no scenario checks %s; rtmtest platform --only %s does\n", word,
                word);
        return;
    }
    known = x_calloc(s->n, sizeof *known);
    for (size_t i = 0; i < s->n; i++)
        known[i] = s->at[i].name;
    meant = suggest(word, known, s->n);
    free(known);
    if (meant == NULL && requirement_find(q, word) == NULL)
        meant = requirement_suggest(q, word);
    fprintf(stderr, "rtmtest: no requirement, case, file or tag with a scenario: %s%s%s%s\n", word,
            meant ? "; did you mean " : "", meant ? meant : "",
            meant ? "?" : "; rtmtest list shows them");
}

/* Counts for each case of the suite the words that mean it. The caller's; NULL after a complaint
 * about a word that means none. */
static size_t *count_words(const struct suite *s, const struct requirements *q,
                           const char *const *words, size_t n)
{
    size_t *counts = x_calloc(s->n, sizeof *counts);

    for (size_t k = 0; k < n; k++) {
        bool used = false;
        for (size_t i = 0; i < s->n; i++) {
            bool meant = means(words[k], &s->at[i]);
            counts[i] += meant;
            used = used || meant;
        }
        if (used)
            continue;
        complain_only(s, q, words[k]);
        free(counts);
        return NULL;
    }
    return counts;
}

const struct test_case **selection_choose(const struct suite *s, const struct options *o,
                                          const struct requirements *q, size_t *n)
{
    size_t *only = count_words(s, q, o->only, o->only_n);
    size_t *except = only ? count_words(s, q, o->except, o->except_n) : NULL;
    const struct test_case **chosen = except ? x_calloc(s->n, sizeof *chosen) : NULL;

    *n = 0;
    for (size_t i = 0; chosen != NULL && i < s->n; i++)
        if ((o->only_n == 0 || only[i] > 0) && except[i] == 0 && tiers_have(o->tiers, &s->at[i]))
            chosen[(*n)++] = &s->at[i];
    free(only);
    free(except);
    return chosen;
}
