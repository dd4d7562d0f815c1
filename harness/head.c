/* SPDX-License-Identifier: MIT */
#include "head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY_WRAPPED 16 /* what {many} is cut to under a wrapper */
#define STRETCH 10      /* how much longer a step may take there */

void head_init(struct head *h, bool wrapped)
{
    *h = (struct head){.processes = 4, .wrapped = wrapped, .deadline_ms = 5000};
    if (wrapped)
        h->deadline_ms *= STRETCH;
}

static void free_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        free(list[i]);
    free(list);
}

void head_finish(struct head *h)
{
    free_list(h->features);
    free_list(h->tags);
    free(h->title);
    *h = (struct head){0};
}

static void add_word(char ***list, const char *word)
{
    size_t n = 0;

    while (*list != NULL && (*list)[n] != NULL)
        n++;
    *list = x_realloc(*list, (n + 2) * sizeof **list);
    (*list)[n] = x_strdup(word);
    (*list)[n + 1] = NULL;
}

/* Where the line being read stands, for complaints. */
struct place {
    const struct source *source;
    int line;
    struct diag *diag;
};

static void complain(const struct place *at, int column, const char *message)
{
    diag_add(at->diag, at->source->name, at->line, column, "%s", message);
}

static void read_title(struct head *h, const struct tokens *t, const struct place *at)
{
    const char *rest = at->source->lines[at->line - 1];

    rest += strspn(rest, " \t") + strlen(t->at[0].text);
    rest += strspn(rest, " \t");
    free(h->title);
    h->title = x_strdup(rest);
}

static bool is_feature(const char *word)
{
    static const char *const features[] = {"routes", "console", "mac",       "flush",   "mq",
                                           "net",    "epochs",  "reconnect", "signals", "tidy"};

    for (size_t i = 0; i < LENGTH(features); i++)
        if (strcmp(word, features[i]) == 0)
            return true;
    return false;
}

static void read_needs(struct head *h, const struct tokens *t, const struct place *at)
{
    for (size_t i = 1; i < t->n; i++) {
        const char *word = t->at[i].text;
        if (strcmp(word, "mq") == 0 && h->queues == 0)
            h->queues = 1;
        if (is_feature(word))
            add_word(&h->features, word);
        else if (need_find(word) != 0)
            h->needs |= need_find(word);
        else
            complain(at, t->at[i].column,
                     "expected features (routes console mac flush mq net epochs reconnect signals "
                     "tidy) or "
                     "needs of the host "
                     "(pid-namespace two-uids choose-pid seccomp own-network own-files)");
    }
}

static void read_tags(struct head *h, const struct tokens *t, const struct place *at)
{
    (void)at;
    for (size_t i = 1; i < t->n; i++)
        add_word(&h->tags, t->at[i].text);
}

/* The number of "NAME=number" within 1..most, or 0. */
static int cost(const char *word, const char *name, int most)
{
    size_t len = strlen(name);
    int number = 0, end = 0;

    if (strncmp(word, name, len) != 0 || sscanf(word + len, "=%6d%n", &number, &end) != 1 ||
        word[len + (size_t)end] != '\0' || number < 1 || number > most)
        return 0;
    return number;
}

static void read_cost(struct head *h, const struct tokens *t, const struct place *at)
{
    int processes = 0;

    for (size_t i = 1; i < t->n; i++) {
        int many = cost(t->at[i].text, "many", 99999);
        int number = cost(t->at[i].text, "processes", 4096);
        int queues = cost(t->at[i].text, "queues", 16);
        if (many == 0 && number == 0 && queues == 0)
            complain(at, t->at[i].column,
                     "expected: processes=N, with N from 1 to 4096, many=N, up to 99999, or "
                     "queues=N, up to 16");
        h->queues = queues ? queues : h->queues;
        processes = number ? number : processes;
        h->many = many ? many : h->many;
    }
    if (h->wrapped && h->many > MANY_WRAPPED)
        h->many = MANY_WRAPPED;
    h->processes = processes ? processes : h->processes + h->many;
}

static void read_deadline(struct head *h, const struct tokens *t, const struct place *at)
{
    const char *value = t->n == 2 ? t->at[1].text : "";
    int seconds = 0, end = 0;

    if (sscanf(value, "%3ds%n", &seconds, &end) != 1 || end == 0 || value[end] != '\0' ||
        seconds < 1 || seconds > 300)
        complain(at, 1, "expected: deadline Ns, with N from 1 to 300");
    h->deadline_ms = seconds * 1000 * (h->wrapped ? STRETCH : 1);
}

/* Lines of rows are read apart (rows.h). */
static void skip(struct head *h, const struct tokens *t, const struct place *at)
{
    (void)h;
    (void)t;
    (void)at;
}

static const struct {
    const char *key;
    void (*read)(struct head *h, const struct tokens *t, const struct place *at);
} keys[] = {
    {"title", read_title},       {"needs", read_needs}, {"tags", read_tags}, {"cost", read_cost},
    {"deadline", read_deadline}, {"rows", skip},        {"row", skip},
};

bool head_read(struct head *h, const struct tokens *t, const struct source *s, int line,
               struct diag *d)
{
    struct place at = {s, line, d};

    for (size_t i = 0; i < LENGTH(keys); i++) {
        if (strcmp(t->at[0].text, keys[i].key) != 0)
            continue;
        keys[i].read(h, t, &at);
        return true;
    }
    return false;
}
