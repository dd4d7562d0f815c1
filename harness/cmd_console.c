/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Console.
 */
#include "actor.h"
#include "command_list.h"
#include "expand.h"

#include <stdlib.h>
#include <string.h>

/* Counts the lines of an answer that match. */
struct matching {
    struct pattern *pattern;
    size_t lines;
    char last[200];
};

static bool count_matching(void *ctx, const char *line, size_t len)
{
    struct matching *m = ctx;

    if (pattern_match(m->pattern, line, len))
        m->lines++;
    if (len >= sizeof m->last)
        len = sizeof m->last - 1;
    memcpy(m->last, line, len);
    m->last[len] = '\0';
    return true;
}

/* Says a line and counts what matches in the answer; -1 after world_fail(). */
static int say_and_match(struct world *w, const struct step *s, size_t line_at, bool may_refuse,
                         struct matching *m)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    char *line = expand_names(w, step_word(s, line_at));
    struct ask ask = {.op = ASK_LINE, .line = line, .row = count_matching, .ctx = m};
    int result = line != NULL ? actor_ask(w, a, &ask) : -1;

    free(line);
    if (result == 0 && ask.refused && !may_refuse)
        return world_fail(w, VERDICT_FAIL, "%s refuses the line: %s", a->name, ask.closing);
    return result;
}

static struct pattern *compile(struct world *w, const char *text)
{
    char *why = NULL;
    size_t offset;
    struct pattern *p = pattern_create(text, &why, &offset);

    if (p == NULL)
        world_fail(w, VERDICT_BROKEN, "not a pattern: %s", why);
    free(why);
    return p;
}

int run_answers(struct world *w, const struct step *s)
{
    struct matching m = {.pattern = compile(w, step_word(s, 3))};
    int result = m.pattern ? say_and_match(w, s, 5, true, &m) : -1;

    if (result == 0 && m.lines == 0)
        result = world_fail(w, VERDICT_FAIL, "no line of the answer matches; it ends: %s", m.last);
    pattern_destroy(m.pattern);
    return result;
}

int run_answers_not(struct world *w, const struct step *s)
{
    struct matching m = {.pattern = compile(w, step_word(s, 5))};
    int result = m.pattern ? say_and_match(w, s, 7, false, &m) : -1;

    if (result == 0 && m.lines > 0)
        result =
            world_fail(w, VERDICT_FAIL, "%zu lines of the answer match; expected none", m.lines);
    pattern_destroy(m.pattern);
    return result;
}

int run_answers_routes(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct matching m = {.pattern = a->program->ask[ASK_TABLE].row};

    if (say_and_match(w, s, 6, false, &m) < 0)
        return -1;
    if (m.lines == (size_t)atol(step_word(s, 3)))
        return 0;
    return world_fail(w, VERDICT_FAIL, "%zu routes in the answer; expected %s", m.lines,
                      step_word(s, 3));
}

/* One refusal has to come, and the next question its own answer: so there was only one. */
static int refused_once(struct world *w, struct actor *a, const char *line)
{
    struct ask odd = {.op = ASK_LINE, .line = line}, table = {.op = ASK_TABLE};

    if (actor_ask(w, a, &odd) < 0)
        return -1;
    if (!odd.refused)
        return world_fail(w, VERDICT_FAIL, "%s accepts it: %s", a->name, odd.closing);
    if (actor_ask(w, a, &table) < 0)
        return -1;
    if (table.refused)
        return world_fail(w, VERDICT_FAIL, "%s gives a second refusal for one line: %s", a->name,
                          table.closing);
    return 0;
}

/* A line of so many bytes: a command, blanks, and a last byte. */
static char *make_line(size_t len, char last)
{
    static const char command[] = "show";
    char *line = x_calloc(len + sizeof command, 1);

    memset(line, ' ', len);
    memcpy(line, command, strlen(command));
    line[len - 1] = last;
    return line;
}

/* The last byte is a word too many: who cuts the line takes what is left for a command. */
int run_long_line(struct world *w, const struct step *s)
{
    char *line = make_line((size_t)atol(step_word(s, 6)), 'x');
    int result = refused_once(w, world_actor(w, step_word(s, 1)), line);

    free(line);
    return result;
}

int run_longest_line(struct world *w, const struct step *s)
{
    char *line = make_line((size_t)atol(step_word(s, 6)), ' ');
    struct ask ask = {.op = ASK_LINE, .line = line};
    int result = actor_ask(w, world_actor(w, step_word(s, 1)), &ask);

    if (result == 0 && ask.refused)
        result =
            world_fail(w, VERDICT_FAIL, "%s refuses the line: %s", step_word(s, 1), ask.closing);
    free(line);
    return result;
}

int run_odd_line(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct buf bytes = {0};
    struct ask odd = {.op = ASK_LINE, .bytes = &bytes}, table = {.op = ASK_TABLE};
    int result = -1;

    if (!hex_parse(step_word(s, 4), &bytes)) {
        world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
        goto out;
    }
    if (actor_ask(w, a, &odd) < 0)
        goto out;
    if (!odd.refused)
        world_fail(w, VERDICT_FAIL, "%s accepts the bytes: %s", a->name, odd.closing);
    else if (actor_ask(w, a, &table) == 0 && !table.refused)
        result = 0;
    else
        world_fail(w, VERDICT_FAIL, "%s refuses the line behind the bytes too", a->name);
out:
    buf_finish(&bytes);
    return result;
}

/* What has to come, line by line. */
struct expected {
    char **patterns;
    size_t n, at;
    char *wrong; /* the first line that does not fit, or NULL */
};

static bool follow_expected(void *ctx, const char *line, size_t len)
{
    struct expected *t = ctx;
    char *why = NULL;
    size_t offset;
    struct pattern *p = t->at < t->n ? pattern_create(t->patterns[t->at], &why, &offset) : NULL;

    if (t->wrong == NULL && (p == NULL || !pattern_match(p, line, len)))
        t->wrong = x_printf("line %zu of the answers is \"%.*s\"; expected %s%s", t->at + 1,
                            (int)len, line, t->at < t->n ? t->patterns[t->at] : "no more",
                            why ? ", which is no pattern" : "");
    t->at++;
    pattern_destroy(p);
    free(why);
    return true;
}

/* The lines of a file; the array is the caller's, its lines lie in text. */
static char **split_lines(struct buf *text, size_t *n)
{
    char **lines = x_calloc(text->len + 1, sizeof *lines), *rest = NULL;

    *n = 0;
    for (char *line = text->len > 0 ? strtok_r(text->data, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        lines[(*n)++] = line;
    return lines;
}

/* Every line that is a command is answered by one closing line. */
static size_t count_commands(const struct buf *text)
{
    size_t n = 0;

    for (const char *line = text->data; line != NULL && *line != '\0';) {
        n += *line != '\n' && *line != '#';
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return n;
}

int run_answers_transcript(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct buf patterns = {0}, said = {0};
    struct expected t = {0};
    int result = -1;

    if (file_read_plain(world_file(w, step_word(s, 3))->path, &patterns) < 0 ||
        file_read_plain(world_file(w, step_word(s, 5))->path, &said) < 0 ||
        count_commands(&said) == 0) {
        world_fail(w, VERDICT_BROKEN, "the files of patterns and of said cannot be used");
        goto out;
    }
    t.patterns = split_lines(&patterns, &t.n);
    struct ask ask = {.op = ASK_LINE,
                      .line = said.data,
                      .row = follow_expected,
                      .ctx = &t,
                      .more = count_commands(&said) - 1};
    result = actor_ask(w, a, &ask);
    if (result == 0 && t.wrong != NULL)
        result = world_fail(w, VERDICT_FAIL, "%s", t.wrong);
    else if (result == 0 && t.at < t.n)
        result = world_fail(w, VERDICT_FAIL, "the answers end after %zu lines; expected %s", t.at,
                            t.patterns[t.at]);
out:
    free(t.wrong);
    free(t.patterns);
    buf_finish(&patterns);
    buf_finish(&said);
    return result;
}
