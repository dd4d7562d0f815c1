/* SPDX-License-Identifier: MIT */
#include "once.h"

#include "util.h"

#include <stdlib.h>
#include <string.h>

struct once_name {
    char *text;
    int line;
};

int once_take(struct once *o, const char *name, int line)
{
    for (size_t i = 0; i < o->n; i++)
        if (strcmp(o->at[i].text, name) == 0)
            return o->at[i].line;
    o->at = x_realloc(o->at, (o->n + 1) * sizeof *o->at);
    o->at[o->n++] = (struct once_name){x_strdup(name), line};
    return 0;
}

void once_finish(struct once *o)
{
    for (size_t i = 0; i < o->n; i++)
        free(o->at[i].text);
    free(o->at);
    *o = (struct once){0};
}
