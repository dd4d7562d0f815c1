/* SPDX-License-Identifier: MIT */
#include "failure.h"

#include "command.h"

/* The shape of the command in that line; NULL if none stands there. */
static const char *shape_at(const struct test_case *t, int line)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->steps[i].line == line)
            return t->steps[i].command->shape;
    return NULL;
}

char *failure_class(const struct test_case *t, const json_t *event)
{
    enum verdict v = event_verdict(event);
    const char *ended = event_text(event, "ended"), *id = event_text(event, "id");
    const char *shape = shape_at(t, event_count(event, "line"));

    if (v != VERDICT_FAIL && v != VERDICT_BROKEN)
        return NULL;
    if (*ended != '\0')
        return x_printf("%s %s", verdict_name(v), ended);
    return x_printf("%s%s%s %s%s", verdict_name(v), *id ? " " : "", id,
                    shape ? "at: " : "at the end", shape ? shape : "");
}
