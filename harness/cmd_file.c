/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Files, and the feeds that come from files.
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

/* Puts one row, a route or an ARP entry, into the tables; what is wrong with it, or NULL. */
static const char *take_row(struct oracle *into, char *line)
{
    char *part = NULL, *first = strtok_r(line, " ", &part), *second = strtok_r(NULL, " ", &part);
    char *third = strtok_r(NULL, " ", &part);
    struct neighbour n;
    struct route r;
    const char *wrong;

    if (first == NULL)
        return NULL;
    if (strchr(first, ':') != NULL) {
        wrong = neighbour_parse(first, second ? second : "", &n);
        return wrong ? wrong : oracle_add_neighbour(into, &n);
    }
    wrong = route_parse(first, second ? second : "", third ? third : "", &r);
    return wrong ? wrong : oracle_create_route(into, &r);
}

/* Creates the rows of a table file; -1 at the first line that is none. */
static int read_rows(struct world *w, const char *path, struct oracle *into)
{
    struct buf text = {0};
    char *rest = NULL;
    int result = 0;

    if (file_read_plain(path, &text) < 0) {
        buf_finish(&text);
        return world_fail(w, VERDICT_BROKEN, "%s: %s", path, strerror(errno));
    }
    for (char *line = strtok_r(text.data, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *wrong = line[0] == '#' ? NULL : take_row(into, line);
        if (wrong != NULL) {
            result = world_fail(w, VERDICT_BROKEN, "%s: the row of %s cannot be created: %s", path,
                                line, wrong);
            break;
        }
    }
    buf_finish(&text);
    return result;
}

int table_read(struct world *w, const char *name, struct oracle *into)
{
    return read_rows(w, world_file(w, name)->path, into);
}

/* A seed of its own for each text of each case: the same on every run. */
static struct random seeded(const struct world *w, const struct step *s)
{
    char *text = x_printf("%s:%d", w->test->name, s->line);
    struct random r = random_seeded(text);

    free(text);
    return r;
}

typedef void generate_fn(struct random *r, const struct oracle *tables, size_t changes,
                         struct buf *out);

/* Feeds the server with what is generated for its tables: word 3 says how much. */
static int feed_generated(struct world *w, const struct step *s, generate_fn *generate)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct random r = seeded(w, s);
    struct buf text = {0};

    generate(&r, a->oracle, (size_t)atol(step_word(s, 3)), &text);
    int result = feed_start(w, a, &text);
    buf_finish(&text);
    return result;
}

int run_feed(struct world *w, const struct step *s)
{
    return feed_generated(w, s, generate_changes);
}

int run_feed_churn(struct world *w, const struct step *s)
{
    return feed_generated(w, s, generate_churn);
}

int run_feed_mixed(struct world *w, const struct step *s)
{
    return feed_generated(w, s, generate_mixed);
}

int run_feed_flush(struct world *w, const struct step *s)
{
    struct buf text = {0};

    buf_adds(&text, "flush\n");
    int result = feed_start(w, world_actor(w, step_word(s, 1)), &text);
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
    if (text->len > 0 && text->data[text->len - 1] != '\n')
        buf_adds(text, "\n"); /* the last line may lack its end */
}

int run_feed_data(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    char *path = find_data(w, step_word(s, 3), step_word(s, 6));
    struct random r = seeded(w, s);
    struct buf text = {0};
    int result = 0;

    if (path == NULL)
        generate_changes(&r, a->oracle, (size_t)atol(step_word(s, 6)), &text);
    else if (file_read_plain(path, &text) < 0)
        result = world_fail(w, VERDICT_BROKEN, "%s: %s", path, strerror(errno));
    else
        drop_comments(&text);
    if (result == 0)
        result = feed_start(w, a, &text);
    buf_finish(&text);
    free(path);
    return result;
}

int run_feed_file(struct world *w, const struct step *s)
{
    const char *path = world_file(w, step_word(s, 2))->path;
    struct buf text = {0};
    int result = file_read_plain(path, &text) < 0
                     ? world_fail(w, VERDICT_BROKEN, "%s: %s", path, strerror(errno))
                     : feed_start(w, world_actor(w, step_word(s, 1)), &text);

    buf_finish(&text);
    return result;
}

int run_await_feed(struct world *w, const struct step *s)
{
    return feed_wait(w, world_actor(w, step_word(s, 1)), (unsigned)atoi(step_word(s, 2)));
}

static int write_file(struct world *w, const char *name, const struct buf *text)
{
    struct world_file *f = world_add_file(w, name);

    if (file_write(f->path, text->len ? text->data : "", text->len) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "%s: %s", f->path, strerror(errno));
}

static struct buf text_of_block(const struct step *s, const char *last)
{
    struct buf text = {0};

    for (size_t i = 0; s->block[i] != NULL; i++)
        buf_printf(&text, "%s%s", s->block[i], s->block[i + 1] != NULL ? "\n" : last);
    return text;
}

static int write_block(struct world *w, const struct step *s, const char *last)
{
    struct buf text = text_of_block(s, last);
    int result = write_file(w, step_word(s, 1), &text);

    buf_finish(&text);
    return result;
}

int run_file(struct world *w, const struct step *s)
{
    return write_block(w, s, "\n");
}

int run_file_unended(struct world *w, const struct step *s)
{
    return write_block(w, s, "");
}

int run_file_in_little_space(struct world *w, const struct step *s)
{
    struct world_file *f = world_add_file(w, step_word(s, 1));
    struct buf text = text_of_block(s, "\n");
    int result = 0;

    free(f->path);
    f->path = x_printf("%s/%s.txt", SANDBOX_LITTLE, f->name);
    if (file_write(f->path, text.data, text.len) < 0 ||
        (geteuid() == 0 && chown(f->path, w->sandbox->uid, w->sandbox->gid) < 0))
        result = world_fail(w, VERDICT_BROKEN, "%s: %s", f->path, strerror(errno));
    buf_finish(&text);
    return result;
}

int run_table(struct world *w, const struct step *s)
{
    struct random r = seeded(w, s);
    struct buf text = {0};

    generate_table(&r, (size_t)atol(step_word(s, 3)), &text);
    int result = write_file(w, step_word(s, 1), &text);
    buf_finish(&text);
    return result;
}

int run_table_macs(struct world *w, const struct step *s)
{
    struct random r = seeded(w, s);
    struct buf text = {0};

    generate_table(&r, (size_t)atol(step_word(s, 3)), &text);
    generate_arp(&r, (size_t)atol(step_word(s, 5)), &text);
    int result = write_file(w, step_word(s, 1), &text);
    buf_finish(&text);
    return result;
}

int run_table_data(struct world *w, const struct step *s)
{
    char *path = find_data(w, step_word(s, 3), step_word(s, 6));
    struct random r = seeded(w, s);
    struct buf text = {0};
    int result = 0;

    if (path != NULL) {
        struct world_file *f = world_add_file(w, step_word(s, 1));
        free(f->path);
        f->path = path;
        return 0;
    }
    generate_table(&r, (size_t)atol(step_word(s, 6)), &text);
    result = write_file(w, step_word(s, 1), &text);
    buf_finish(&text);
    return result;
}

/* ARP-11: routes first. A row with a slash is one. */
static int check_rows_in_order(struct world *w, const char *name)
{
    struct buf text = {0};
    bool behind = false, wrong = false;
    char *rest = NULL;

    if (file_read_plain(world_file(w, name)->path, &text) == 0 && text.len > 0)
        for (char *line = strtok_r(text.data, "\n", &rest); line != NULL && !wrong;
             line = strtok_r(NULL, "\n", &rest)) {
            bool route = *line != '#' && strchr(line, '/') != NULL;
            wrong = route && behind;
            behind = behind || (*line != '#' && strchr(line, ':') != NULL && !route);
        }
    buf_finish(&text);
    return wrong ? world_fail_for(w, "ARP-11", "%s holds a route behind an ARP entry", name) : 0;
}

int run_expect_file(struct world *w, const struct step *s)
{
    struct oracle *want = oracle_create(), *got = oracle_create();
    struct buf rows = {0};
    int result = -1;

    if (table_read(w, step_word(s, 4), want) == 0 && table_read(w, step_word(s, 2), got) == 0) {
        result = oracle_diff(want, got, 10, &rows) == 0
                     ? check_rows_in_order(w, step_word(s, 2))
                     : world_fail(w, VERDICT_FAIL, "%s does not hold the rows of %s",
                                  step_word(s, 2), step_word(s, 4));
        if (rows.len > 0)
            buf_adds(&w->outcome.detail, rows.data);
    }
    buf_finish(&rows);
    oracle_destroy(want);
    oracle_destroy(got);
    return result;
}
