/* SPDX-License-Identifier: MIT */
#include "excess.h"

#include "queue.h"

#include <string.h>

#define LINE_MOST 1048576      /* bytes of one line */
#define IDLE_MOST 2097152      /* of what answers nothing, within a step */
#define IDLE_CHANGE 1024       /* besides, for what a log tells of each change */
#define PRINTED_MOST 268435456 /* of tables, within a step */
#define NOTICES_MOST 33554432  /* of notices: the answers to queues are, and they may be many */
#define ANSWER_MOST 268435456  /* of an answer */

void excess_count(struct world *w, struct actor *a, size_t len, bool notice)
{
    if (a->idle_step_us != w->step_us)
        a->idle = a->noticed = 0;
    a->idle_step_us = w->step_us;
    a->unasked += len;
    *(notice ? &a->noticed : &a->idle) += len;
}

static void give_up(struct world *w, struct actor *a, const char *what, size_t most)
{
    const char *sample = a->said.len > 200 ? a->said.data + a->said.len - 200 : "";
    const char *line = strchr(sample, '\n');
    struct buf whole = {0};

    buf_printf(&whole, "%s prints %s of more than %zu bytes%s%.*s", a->name, what, most,
               line ? ", such as: " : "", line ? (int)strcspn(line + 1, "\n") : 0,
               line ? line + 1 : "");
    world_tell_granted(w, &whole);
    world_accuse(w, a);
    world_fail(w, VERDICT_FAIL, "%s", whole.data);
    buf_finish(&whole);
    if (a->out >= 0)
        actor_end_output(a);
}

static size_t idle_most(const struct world *w)
{
    return IDLE_MOST + IDLE_CHANGE * world_count_changes(w);
}

void excess_check(struct world *w, struct actor *a)
{
    if (a->heard.len > LINE_MOST)
        give_up(w, a, "a line", LINE_MOST);
    else if (a->idle > IDLE_MOST && a->idle_step_us == w->step_us && a->idle > idle_most(w))
        give_up(w, a, "lines that answer nothing,", idle_most(w));
    else if (a->noticed > NOTICES_MOST && a->idle_step_us == w->step_us && !queues_flooded(w))
        give_up(w, a, "notices", NOTICES_MOST);
    else if (a->asking != NULL && a->asking->heard > ANSWER_MOST)
        give_up(w, a, "an answer", ANSWER_MOST);
    else if (world_is_overprinted(w, PRINTED_MOST))
        world_fail_overprinted(w);
}
