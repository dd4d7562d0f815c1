/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 65536 /* bytes of the feed that wait in the actor's input */

struct feed {
    struct buf text;
    size_t at; /* the next line to be said */
    size_t said, answered, total;
    const char **expected; /* of each line said: NULL, or the refusal that the oracle gave */
};

static size_t count_lines(const struct buf *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        n += text->data[i] == '\n';
    return n;
}

int feed_start(struct world *w, struct actor *a, struct buf *text)
{
    struct feed *f;

    if (a->feed != NULL || a->in < 0 || a->program->ask[ASK_CREATE].send == NULL)
        return world_fail(w, VERDICT_BROKEN, "%s cannot be fed now", a->name);
    f = x_calloc(1, sizeof *f);
    f->text = *text;
    *text = (struct buf){0};
    f->total = count_lines(&f->text);
    f->expected = x_calloc(f->total, sizeof *f->expected);
    a->feed = f;
    world_tell(w, "%s > %zu changes, one behind the other", a->name, f->total);
    return 0;
}

void feed_destroy(struct feed *f)
{
    if (f == NULL)
        return;
    buf_finish(&f->text);
    free(f->expected);
    free(f);
}

static const struct dialogue *dialogue_of(const struct actor *a, const char *verb)
{
    if (strcmp(verb, "create") == 0)
        return &a->program->ask[ASK_CREATE];
    if (strcmp(verb, "update") == 0)
        return &a->program->ask[ASK_UPDATE];
    return &a->program->ask[ASK_DELETE];
}

/* Lets the oracle do the change, and puts it as the program wants to hear it. */
static const char *say_change(struct actor *a, char *line)
{
    char *rest = NULL, *verb = strtok_r(line, " ", &rest), *prefix = strtok_r(NULL, " ", &rest);
    char *gateway = strtok_r(NULL, " ", &rest), *oif = strtok_r(NULL, " ", &rest);
    const char *send = dialogue_of(a, verb ? verb : "")->send, *refused;
    struct route r;

    if (verb != NULL && strcmp(verb, "delete") == 0)
        refused = route_parse_prefix(prefix ? prefix : "", &r);
    else
        refused = route_parse(prefix ? prefix : "", gateway ? gateway : "", oif ? oif : "", &r);
    if (refused == NULL && strcmp(verb, "create") == 0)
        refused = oracle_create_route(a->oracle, &r);
    else if (refused == NULL && strcmp(verb, "update") == 0)
        refused = oracle_update_route(a->oracle, &r);
    else if (refused == NULL)
        refused = oracle_delete_route(a->oracle, &r);
    for (const char *c = send; *c != '\0';) {
        const char *value = NULL;
        size_t len = strcspn(c, "}") + 1;
        if (strncmp(c, "{prefix}", len) == 0)
            value = prefix;
        else if (strncmp(c, "{gateway}", len) == 0)
            value = gateway;
        else if (strncmp(c, "{oif}", len) == 0)
            value = oif;
        if (*c == '{' && value != NULL) {
            buf_adds(&a->to_say, value);
            c += len;
        } else {
            buf_add(&a->to_say, c++, 1);
        }
    }
    buf_adds(&a->to_say, "\n");
    return refused;
}

void feed_refill(struct actor *a)
{
    struct feed *f = a->feed;

    if (f == NULL || a->in < 0)
        return;
    while (f->at < f->text.len && a->to_say.len < AHEAD) {
        char *line = f->text.data + f->at, *end = strchr(line, '\n');
        *end = '\0';
        f->at += (size_t)(end - line) + 1;
        f->expected[f->said++] = say_change(a, line);
    }
}

void feed_hear(struct world *w, struct actor *a, const char *line, size_t len)
{
    struct feed *f = a->feed;
    const struct dialogue *d = &a->program->ask[ASK_CREATE];
    bool refused = pattern_match(d->refused, line, len);
    bool done = !refused && (pattern_match(d->done, line, len) ||
                             pattern_match(a->program->ask[ASK_UPDATE].done, line, len) ||
                             pattern_match(a->program->ask[ASK_DELETE].done, line, len));

    if ((!refused && !done) || f->answered >= f->said)
        return;
    const char *expected = f->expected[f->answered++];
    if (refused == (expected != NULL))
        return;
    world_fail_for(w, refused ? "TBL-1" : "TBL-7",
                   "change %zu of the feed: %s said \"%.*s\"; the oracle %s%s", f->answered,
                   a->name, (int)(len < 200 ? len : 200), line,
                   expected ? "refuses it: " : "accepts it", expected ? expected : "");
}

int feed_wait(struct world *w, struct actor *a, unsigned percent)
{
    struct feed *f = a->feed;

    if (f == NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is not being fed", a->name);
    size_t goal = percent >= 100 ? f->total : (size_t)((double)f->total * percent / 100);
    while (f->answered < goal) {
        if (w->outcome.verdict == VERDICT_FAIL)
            return -1;
        if (!actor_runs(a))
            return world_fail(w, VERDICT_FAIL, "%s ended in the middle of %zu changes", a->name,
                              f->total);
        if (!world_wait(w))
            return world_timeout(w, "%s answered %zu of %zu changes", a->name, f->answered,
                                 f->total);
    }
    if (w->outcome.verdict == VERDICT_FAIL)
        return -1;
    if (percent < 100)
        return 0;
    world_tell(w, "%s < %zu answers as the oracle has them", a->name, f->answered);
    feed_destroy(f);
    a->feed = NULL;
    return 0;
}
