/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#define LONGEST 128 /* bytes of a prompt */

static bool is_known(const struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    const struct dialogue *ask = a->program->ask;

    return pattern_match(a->program->notice, line, len) || dialogue_knows(d, line, len) ||
           dialogue_knows(&ask[ASK_TABLE], line, len) || dialogue_knows(&ask[ASK_ARP], line, len);
}

/* The first prompt, as it would have matched had nothing come behind it yet. */
static size_t measure(struct pattern *prompt, const char *line, size_t len)
{
    for (size_t n = 1; n < len && n <= LONGEST; n++)
        if (pattern_match(prompt, line, n))
            return n + (line[n - 1] != ' ' && line[n] == ' ');
    return 0;
}

size_t prompt_before(const struct actor *a, const struct dialogue *d, const char *line, size_t len)
{
    size_t head = 0, next;

    if (a->program->prompt == NULL || is_known(a, d, line, len))
        return 0;
    while ((next = measure(a->program->prompt, line + head, len - head)) > 0) {
        head += next;
        if (is_known(a, d, line + head, len - head))
            return head;
    }
    return 0;
}
