/* SPDX-License-Identifier: MIT */
#include "prompt.h"

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
