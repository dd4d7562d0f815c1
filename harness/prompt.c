/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include "misread.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 128 /* bytes of a prompt */

static bool is_known(const struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    const struct dialogue *ask = a->program->ask;

    return pattern_match(a->program->notice, line, len) || dialogue_knows(d, line, len) ||
           dialogue_knows(&ask[ASK_TABLE], line, len) || dialogue_knows(&ask[ASK_ARP], line, len);
}

/* Where what is behind a prompt of n bytes begins. */
static size_t skip(const char *line, size_t n)
{
    return n + (line[n - 1] != ' ' && line[n] == ' ');
}

/* The least bytes at the head of the line that p matches, as it would have had nothing come behind
 * them yet; 0 if there are none. */
static size_t find_end(struct pattern *p, const char *line, size_t len)
{
    for (size_t n = 1; n <= len && n <= LONGEST; n++)
        if (pattern_match(p, line, n))
            return n;
    return 0;
}

/* The first prompt. */
static size_t measure(struct pattern *prompt, const char *line, size_t len)
{
    size_t n = len > 0 ? find_end(prompt, line, len - 1) : 0;

    return n > 0 ? skip(line, n) : 0;
}

static size_t trim(const char *line, size_t len)
{
    while (len > 0 && line[len - 1] == ' ')
        len--;
    return len;
}

size_t prompt_front(const struct actor *a, const char *line, size_t len)
{
    struct pattern *prompt = a->program->prompt;

    return pattern_match(prompt, line, len) ? trim(line, pattern_begin(prompt)) : 0;
}

/* The prompt is the whole of these bytes. */
static void learn(struct actor *a, const char *prompt, size_t len)
{
    size_t tail = len - trim(prompt, len) + 1;

    if (len >= tail && tail < sizeof a->prompt_tail)
        snprintf(a->prompt_tail, sizeof a->prompt_tail, "%.*s", (int)tail, prompt + len - tail);
}

void prompt_learn(struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    struct pattern *prompt = a->program->prompt;

    if (prompt == NULL || *a->prompt_tail != '\0')
        return;
    size_t end = find_end(prompt, line, len);
    if (end > 0 && pattern_begin(prompt) == 0) {
        learn(a, line, end);
        return;
    }
    size_t front = prompt_front(a, line, len);
    if (front > 0 && line[front] == ' ' && dialogue_knows(d, line, front) &&
        pattern_match(prompt, line, len))
        learn(a, line + pattern_begin(prompt), len - pattern_begin(prompt));
}

/* Known as it stands, or behind a prompt. */
static bool holds_known(const struct actor *a, const struct dialogue *d, const char *line,
                        size_t len)
{
    return is_known(a, d, line, len) || prompt_before(a, d, line, len) > 0;
}

/* The same with the blanks behind it or without them: so many bytes of it, or 0. */
static size_t measure_known(const struct actor *a, const struct dialogue *d, const char *line,
                            size_t len)
{
    size_t bare = trim(line, len);

    if (bare == 0)
        return 0;
    return holds_known(a, d, line, bare) ? bare : holds_known(a, d, line, len) ? len : 0;
}

/* Whether that place is within a row of d, or of a table. */
static bool is_in_row(const struct actor *a, const struct dialogue *d, const char *line, size_t len,
                      size_t at)
{
    const struct dialogue *of[] = {d, &a->program->ask[ASK_TABLE], &a->program->ask[ASK_ARP]};

    for (size_t i = 0; i < LENGTH(of); i++) {
        if (of[i] == NULL)
            continue;
        struct pattern *const rows[] = {of[i]->row, of[i]->added, of[i]->updated};
        for (size_t k = 0; k < LENGTH(rows); k++)
            if (pattern_match(rows[k], line, len) && pattern_begin(rows[k]) <= at &&
                at < pattern_end(rows[k]))
                return true;
    }
    return false;
}

size_t prompt_split(const struct actor *a, const struct dialogue *d, const char *text, size_t len,
                    size_t *next)
{
    size_t tail = strlen(a->prompt_tail), from = 0, front;

    for (const char *hit = text; tail > 0;) {
        hit = memmem(hit, len - (size_t)(hit - text), a->prompt_tail, tail);
        if (hit == NULL)
            return 0;
        hit += tail;
        size_t end = (size_t)(hit - text);
        if (!pattern_match(a->program->prompt, text + from, end - from))
            continue;
        *next = from + pattern_begin(a->program->prompt);
        bool bare = tail == 1; /* with no blank behind it a name may have it */
        if (bare && is_in_row(a, d, text, len, *next))
            return 0;
        if ((front = measure_known(a, d, text, *next)) > 0)
            return front;
        from = end;
    }
    return 0;
}

/* Whether it may be the middle of a row that the program prints by itself. */
static bool is_within_own(const struct actor *a, const char *line, size_t front)
{
    const struct dialogue *ask = a->program->ask;
    bool shows =
        ask[ASK_TABLE].observe != OBSERVE_COMMAND || ask[ASK_ARP].observe != OBSERVE_COMMAND;

    return shows && misread_holds_address(line, front) && !holds_known(a, NULL, line, front);
}

bool prompt_is_within_row(const struct actor *a, const struct dialogue *d, const char *line,
                          size_t len)
{
    size_t front = prompt_front(a, line, len);

    if (front == 0)
        return false;
    if (d == NULL)
        return is_within_own(a, line, front);
    return *a->prompt_tail != '\0' ? !dialogue_knows(d, line, front)
                                   : misread_holds_address(line, front);
}

bool prompt_hides_row(const struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    const enum operation shown[] = {ASK_TABLE, ASK_ARP};
    bool hides = d != NULL && d->done == NULL && pattern_match(d->row, line, len);

    for (size_t i = 0; i < LENGTH(shown); i++) {
        const struct dialogue *t = &a->program->ask[shown[i]];
        hides = hides || (t->observe != OBSERVE_COMMAND && dialogue_knows(t, line, len));
    }
    return hides && misread_holds_address(line, len);
}

bool prompt_is_field(const struct dialogue *d, const char *line, size_t len, size_t head)
{
    for (size_t i = 0; i < d->move_n; i++)
        if (d->moves[i].expect != NULL && find_end(d->moves[i].expect, line, len) > head)
            return true;
    return false;
}

size_t prompt_before_notice(const struct actor *a, struct pattern *p, const char *line, size_t len,
                            bool cut)
{
    struct pattern *notice = a->program->notice;
    bool whole = pattern_match(notice, line, len);

    if (p == NULL || notice == NULL || (whole && pattern_match(p, line, len)))
        return 0;
    for (size_t n = 1; n < len && n <= LONGEST; n++) {
        if (!pattern_match(p, line, n) || ((whole || cut) && pattern_begin(p) > 0))
            continue;
        size_t head = skip(line, n);
        if ((cut ? pattern_may_match : pattern_match)(notice, line + head, len - head))
            return head;
    }
    return 0;
}

size_t prompt_before(const struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    size_t head = 0, next;

    if (a->program->prompt == NULL)
        return 0;
    if (pattern_match(a->program->notice, line, len))
        return prompt_before_notice(a, a->program->prompt, line, len, false);
    if (is_known(a, d, line, len))
        return 0;
    while ((next = measure(a->program->prompt, line + head, len - head)) > 0) {
        head += next;
        if (is_known(a, d, line + head, len - head))
            return head;
    }
    return 0;
}
