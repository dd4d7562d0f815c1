/* SPDX-License-Identifier: MIT
 *
 * Commands of the sections Changes and Files.
 */
#include "actor.h"
#include "command_list.h"
#include "feed.h"
#include "generate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *word(const struct step *s, size_t i)
{
    return s->words.at[i].text;
}

typedef const char *change_fn(struct oracle *o, const struct route *r);

/* Does one change on both sides: the oracle says first what has to come of it. */
static int change_both(struct world *w, struct actor *a, enum operation op, char *const value[3],
                       change_fn *apply)
{
    struct ask ask = {.op = op, .prefix = value[0], .gateway = value[1], .oif = value[2]};
    struct route r = {0};
    const char *refused = op == ASK_DELETE ? route_parse_prefix(value[0], &r)
                                           : route_parse(value[0], value[1], value[2], &r);

    if (refused == NULL)
        refused = apply(a->oracle, &r);
    if (refused != NULL)
        return world_fail(w, VERDICT_BROKEN,
                          "chapter 1 has this refused as %s; say: expect %s refuses ...", refused,
                          a->name);
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (!ask.refused)
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s refuses what chapter 1 accepts: %s", a->name,
                      ask.closing);
}

static int change(struct world *w, const struct step *s, enum operation op, change_fn *apply)
{
    char *value[3] = {NULL, NULL, NULL};
    size_t n = op == ASK_DELETE ? 1 : 3;
    int result = 0;

    for (size_t i = 0; i < n && result == 0; i++) {
        value[i] = world_expand(w, word(s, 2 + i));
        result = value[i] ? 0 : -1;
    }
    if (result == 0)
        result = change_both(w, world_actor(w, word(s, 0)), op, value, apply);
    for (size_t i = 0; i < n; i++)
        free(value[i]);
    return result;
}

int run_create(struct world *w, const struct step *s)
{
    return change(w, s, ASK_CREATE, oracle_create_route);
}

int run_update(struct world *w, const struct step *s)
{
    return change(w, s, ASK_UPDATE, oracle_update_route);
}

int run_delete(struct world *w, const struct step *s)
{
    return change(w, s, ASK_DELETE, oracle_delete_route);
}

/* Creates the rows of a table file; -1 at the first line that is none. */
static int each_row(struct world *w, const char *path, struct oracle *into)
{
    struct buf text = {0};
    char *rest = NULL;
    int result = 0;

    if (file_read(path, &text) < 0) {
        buf_finish(&text);
        return world_fail(w, VERDICT_BROKEN, "%s: %s", path, strerror(errno));
    }
    for (char *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *part = NULL, *prefix, *gateway, *oif;
        struct route r;
        if (line[0] == '#')
            continue;
        prefix = strtok_r(line, " ", &part);
        gateway = strtok_r(NULL, " ", &part);
        oif = strtok_r(NULL, " ", &part);
        if (prefix == NULL)
            continue;
        if (route_parse(prefix, gateway ? gateway : "", oif ? oif : "", &r) != NULL ||
            oracle_create_route(into, &r) != NULL) {
            result =
                world_fail(w, VERDICT_BROKEN, "%s: the row of %s cannot be created", path, prefix);
            break;
        }
    }
    buf_finish(&text);
    return result;
}

int table_read(struct world *w, const char *name, struct oracle *into)
{
    return each_row(w, world_file(w, name)->path, into);
}

int run_load(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 0));
    struct ask ask = {.op = ASK_LOAD, .file = world_file(w, word(s, 2))->path};

    if (each_row(w, ask.file, a->oracle) < 0 || actor_ask(w, a, &ask) < 0)
        return -1;
    return ask.refused
               ? world_fail(w, VERDICT_FAIL, "%s refuses the file: %s", a->name, ask.closing)
               : 0;
}

int run_begin_loading(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 0));
    struct ask ask = {.op = ASK_LOAD, .file = world_file(w, word(s, 3))->path};

    if (each_row(w, ask.file, a->oracle) < 0 || actor_send(w, a, &ask) < 0)
        return -1;
    a->loading = true;
    return 0;
}

int run_await_loaded(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));

    while (a->loading) {
        if (!actor_runs(a))
            return world_fail(w, VERDICT_FAIL, "%s ended before it answered the load", a->name);
        if (!world_wait(w))
            return world_timeout(w, "%s did not answer the load", a->name);
    }
    return 0;
}

int run_save(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 0));
    struct ask ask = {.op = ASK_SAVE, .file = world_add_file(w, word(s, 2))->path};

    if (actor_ask(w, a, &ask) < 0)
        return -1;
    return ask.refused ? world_fail(w, VERDICT_FAIL, "%s does not save: %s", a->name, ask.closing)
                       : 0;
}

/* A question from the words "create PREFIX GATEWAY OIF", "load FILE" and the like, and its values.
 */
struct question {
    struct ask ask;
    char *value[3];
};

static int question_read(struct world *w, const struct step *s, size_t at, size_t end,
                         struct question *q)
{
    const char *verb = word(s, at);
    struct ask *ask = &q->ask;

    *q = (struct question){.ask.op = ASK_COUNT};
    for (int op = 0; op < ASK_COUNT; op++)
        if (strcmp(verb, operation_name((enum operation)op)) == 0)
            ask->op = (enum operation)op;
    if (ask->op == ASK_COUNT)
        return world_fail(w, VERDICT_BROKEN, "%s is nothing that a server can refuse", verb);
    for (size_t i = 0; i < LENGTH(q->value); i++) {
        q->value[i] = world_expand(w, at + 1 + i < end ? word(s, at + 1 + i) : "");
        if (q->value[i] == NULL)
            return -1;
    }
    const struct world_file *f = world_file(w, q->value[0]);
    ask->prefix = ask->address = q->value[0];
    ask->file = f ? f->path : q->value[0];
    ask->gateway = q->value[1];
    ask->oif = q->value[2];
    return 0;
}

static void question_finish(struct question *q)
{
    for (size_t i = 0; i < LENGTH(q->value); i++)
        free(q->value[i]);
}

/* ended: a load that ran when the question was asked does not run any more. */
static int judge_refusal(struct world *w, struct actor *a, struct ask *ask, const char *kind,
                         bool ended)
{
    struct pattern *refused = a->program->ask[ask->op].refused;
    char told[32];

    if (!ask->refused)
        return world_fail(w, VERDICT_FAIL, "%s accepts what it has to refuse: %s", a->name,
                          ask->closing);
    if (strcmp(kind, "any") == 0 || !pattern_match(refused, ask->closing, strlen(ask->closing)) ||
        !pattern_group(refused, ask->closing, "kind", told, sizeof told))
        return 0;
    if (strcmp(told, kind) == 0)
        return 0;
    if (ended)
        return world_fail(w, VERDICT_UNRESOLVED, "the load ended before %s came to the change",
                          a->name);
    return world_fail(w, VERDICT_FAIL, "%s refuses it as %s; expected %s", a->name, told, kind);
}

int run_expect_refused(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    size_t end = s->words.n - 2;
    struct question q;
    bool loading = a->loading;
    int result = -1;

    if (question_read(w, s, 3, end, &q) == 0 && actor_ask(w, a, &q.ask) == 0)
        result = judge_refusal(w, a, &q.ask, word(s, end + 1), loading && !a->loading);
    question_finish(&q);
    return result;
}

/* Two answers that come in either order: that of the load, and that of the second question. */
struct loading {
    struct actor *actor;
    struct ask *load, *second;
    bool load_first;
};

static void hear_loading(void *ctx, const char *line, size_t len)
{
    struct loading *l = ctx;
    const struct dialogue *d = &l->actor->program->ask[ASK_LOAD];

    if (l->load->answered)
        return;
    l->load->refused = l->second->answered && pattern_match(d->refused, line, len);
    if (!l->load->refused && !pattern_match(d->done, line, len))
        return;
    l->load->answered = true;
    l->load_first = !l->second->answered;
}

/* Sends load and a second question at once, and waits for the answers of both. */
static int ask_while_loading(struct world *w, struct actor *a, struct ask *load, struct ask *second)
{
    struct loading l = {a, load, second, false};
    struct ask line = {.op = ASK_LINE, .row = hear_loading, .ctx = &l, .line = "wait"};

    second->row = hear_loading;
    second->ctx = &l;
    if (actor_send(w, a, load) < 0 || actor_ask(w, a, second) < 0)
        return -1;
    if (second->op == ASK_LOAD && !second->refused)
        return 0; /* whichever load was meant: the judge has an answer that is no refusal */
    if (l.load_first)
        return world_fail(w, VERDICT_UNRESOLVED,
                          "the load ended before %s came to the second question", a->name);
    if (!load->answered && actor_ask(w, a, &line) < 0)
        return -1;
    /* "wait" is answered when the load is done; its own answer may stand on either side */
    while (!load->answered) {
        struct ask again = {.op = ASK_LINE, .row = hear_loading, .ctx = &l, .line = "wait"};
        if (actor_ask(w, a, &again) < 0)
            return -1;
    }
    if (load->refused)
        return world_fail(w, VERDICT_FAIL,
                          "%s answers the second question with \"%s\" and then "
                          "refuses the load",
                          a->name, second->closing);
    return 0;
}

int run_loading_refuses(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    size_t end = s->words.n - 2;
    struct ask load = {.op = ASK_LOAD, .file = world_file(w, word(s, 3))->path};
    struct question q;
    int result = -1;

    if (question_read(w, s, 5, end, &q) == 0 && each_row(w, load.file, a->oracle) == 0 &&
        ask_while_loading(w, a, &load, &q.ask) == 0)
        result = judge_refusal(w, a, &q.ask, word(s, end + 1), false);
    question_finish(&q);
    return result;
}

int run_loading_answers(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    struct ask load = {.op = ASK_LOAD, .file = world_file(w, word(s, 3))->path};
    struct ask second = {.op = ASK_LINE, .line = word(s, 7)};
    char *why = NULL;
    size_t offset;
    struct pattern *p = pattern_create(word(s, 5), &why, &offset);
    int result = -1;

    if (p == NULL)
        world_fail(w, VERDICT_BROKEN, "not a pattern: %s", why);
    else if (each_row(w, load.file, a->oracle) == 0 && ask_while_loading(w, a, &load, &second) == 0)
        result = pattern_match(p, second.closing, strlen(second.closing))
                     ? 0
                     : world_fail(w, VERDICT_FAIL, "%s answers: %s", a->name, second.closing);
    free(why);
    pattern_destroy(p);
    return result;
}

/* A seed of its own for each text of each case: the same on every run. */
static struct random seeded(const struct world *w, const struct step *s)
{
    char *text = x_printf("%s:%d", w->test->name, s->line);
    struct random r = random_seeded(text);

    free(text);
    return r;
}

int run_feed(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    struct random r = seeded(w, s);
    struct buf text = {0};

    generate_changes(&r, a->oracle, (size_t)atol(word(s, 3)), &text);
    int result = feed_start(w, a, &text);
    buf_finish(&text);
    return result;
}

/* The path of a data file, or NULL: then a note says what stands in. */
static char *find_data(struct world *w, const char *name, const char *standin)
{
    char *path = w->sandbox->data ? x_printf("%s/%s.txt", w->sandbox->data, name) : NULL;

    if (path != NULL && access(path, R_OK) == 0)
        return path;
    free(path);
    buf_printf(&w->outcome.notes,
               "%s random rows stand in for %s; name a directory that has it with RTM_DATA\n",
               standin, name);
    return NULL;
}

/* Takes the comment lines out. */
static void drop_comments(struct buf *text)
{
    char *to = text->data, *from = text->data, *end = text->data + text->len;

    while (from < end) {
        char *newline = memchr(from, '\n', (size_t)(end - from));
        size_t len = newline ? (size_t)(newline - from) + 1 : (size_t)(end - from);
        if (*from != '#' && *from != '\n') {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    text->len = (size_t)(to - text->data);
    text->data[text->len] = '\0';
}

int run_feed_data(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    char *path = find_data(w, word(s, 3), word(s, 6));
    struct random r = seeded(w, s);
    struct buf text = {0};
    int result = 0;

    if (path == NULL)
        generate_changes(&r, a->oracle, (size_t)atol(word(s, 6)), &text);
    else if (file_read(path, &text) < 0)
        result = world_fail(w, VERDICT_BROKEN, "%s: %s", path, strerror(errno));
    else
        drop_comments(&text);
    if (result == 0)
        result = feed_start(w, a, &text);
    buf_finish(&text);
    free(path);
    return result;
}

int run_await_feed(struct world *w, const struct step *s)
{
    return feed_wait(w, world_actor(w, word(s, 1)), (unsigned)atoi(word(s, 2)));
}

static int write_file(struct world *w, const char *name, const struct buf *text)
{
    struct world_file *f = world_add_file(w, name);

    if (file_write(f->path, text->len ? text->data : "", text->len) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "%s: %s", f->path, strerror(errno));
}

int run_file(struct world *w, const struct step *s)
{
    struct buf text = {0};

    for (size_t i = 0; s->block[i] != NULL; i++)
        buf_printf(&text, "%s\n", s->block[i]);
    int result = write_file(w, word(s, 1), &text);
    buf_finish(&text);
    return result;
}

int run_table(struct world *w, const struct step *s)
{
    struct random r = seeded(w, s);
    struct buf text = {0};

    generate_table(&r, (size_t)atol(word(s, 3)), &text);
    int result = write_file(w, word(s, 1), &text);
    buf_finish(&text);
    return result;
}

int run_table_data(struct world *w, const struct step *s)
{
    char *path = find_data(w, word(s, 3), word(s, 6));
    struct random r = seeded(w, s);
    struct buf text = {0};
    int result = 0;

    if (path != NULL) {
        struct world_file *f = world_add_file(w, word(s, 1));
        free(f->path);
        f->path = path;
        return 0;
    }
    generate_table(&r, (size_t)atol(word(s, 6)), &text);
    result = write_file(w, word(s, 1), &text);
    buf_finish(&text);
    return result;
}

int run_expect_file(struct world *w, const struct step *s)
{
    struct oracle *want = oracle_create(), *got = oracle_create();
    struct buf rows = {0};
    int result = -1;

    if (table_read(w, word(s, 4), want) == 0 && table_read(w, word(s, 2), got) == 0) {
        result = oracle_diff(want, got, 10, &rows) == 0
                     ? 0
                     : world_fail(w, VERDICT_FAIL, "%s does not hold the rows of %s", word(s, 2),
                                  word(s, 4));
        if (rows.len > 0)
            buf_adds(&w->outcome.detail, rows.data);
    }
    buf_finish(&rows);
    oracle_destroy(want);
    oracle_destroy(got);
    return result;
}
