/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Console.
 */
#include "actor.h"
#include "command_list.h"

#include <stdlib.h>
#include <string.h>

static const char *word(const struct step *s, size_t i)
{
    return s->words.at[i].text;
}

/* Counts the lines of an answer that match. */
struct matching {
    struct pattern *pattern;
    size_t lines;
    char last[200];
};

static void count_matching(void *ctx, const char *line, size_t len)
{
    struct matching *m = ctx;

    if (pattern_match(m->pattern, line, len))
        m->lines++;
    if (len >= sizeof m->last)
        len = sizeof m->last - 1;
    memcpy(m->last, line, len);
    m->last[len] = '\0';
}

/* Says a line and counts what matches in the answer; -1 after world_fail(). */
static int say_and_match(struct world *w, const struct step *s, size_t line_at, struct matching *m)
{
    struct actor *a = world_actor(w, word(s, 1));
    char *line = world_expand(w, word(s, line_at));
    struct ask ask = {.op = ASK_LINE, .line = line, .row = count_matching, .ctx = m};
    int result = line != NULL ? actor_ask(w, a, &ask) : -1;

    free(line);
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
    struct matching m = {.pattern = compile(w, word(s, 3))};
    int result = m.pattern ? say_and_match(w, s, 5, &m) : -1;

    if (result == 0 && m.lines == 0)
        result = world_fail(w, VERDICT_FAIL, "no line of the answer matches; it ends: %s", m.last);
    pattern_destroy(m.pattern);
    return result;
}

int run_answers_not(struct world *w, const struct step *s)
{
    struct matching m = {.pattern = compile(w, word(s, 5))};
    int result = m.pattern ? say_and_match(w, s, 7, &m) : -1;

    if (result == 0 && m.lines > 0)
        result =
            world_fail(w, VERDICT_FAIL, "%zu lines of the answer match; expected none", m.lines);
    pattern_destroy(m.pattern);
    return result;
}

int run_answers_routes(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    struct matching m = {.pattern = a->program->ask[ASK_TABLE].row};

    if (say_and_match(w, s, 6, &m) < 0)
        return -1;
    if (m.lines == (size_t)atol(word(s, 3)))
        return 0;
    return world_fail(w, VERDICT_FAIL, "%zu routes in the answer; expected %s", m.lines,
                      word(s, 3));
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

int run_long_line(struct world *w, const struct step *s)
{
    size_t len = (size_t)atol(word(s, 6));
    char *line = x_calloc(len + 1, 1);

    memset(line, 'x', len);
    int result = refused_once(w, world_actor(w, word(s, 1)), line);
    free(line);
    return result;
}

int run_odd_line(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, word(s, 1));
    struct buf bytes = {0};
    struct ask odd = {.op = ASK_LINE, .line = "help"}, table = {.op = ASK_TABLE};
    int result = -1;

    if (!hex_parse(word(s, 4), &bytes)) {
        world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
        goto out;
    }
    /* the bytes end with a line end and are answered first; then a line that is understood */
    buf_add(&a->to_say, bytes.data, bytes.len);
    buf_adds(&a->to_say, "\n");
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
