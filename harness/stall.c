/* SPDX-License-Identifier: MIT */
#include "stall.h"

#include "doing.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_MS 500 /* a pause that is shorter is none */

void stall_look(const struct world *w, struct actor *a)
{
    if (!w->watched || a->stall.seen || now_ms() - a->heard_ms < LOOK_MS)
        return;
    char *call = doing_name_sleep(a);
    a->stall.seen = call != NULL;
    if (call != NULL)
        snprintf(a->stall.call, sizeof a->stall.call, "%s", call);
    free(call);
}

void stall_end(const struct world *w, struct actor *a, int64_t paused_ms)
{
    bool seen = a->stall.seen;

    a->stall.seen = false;
    if (!seen || !w->watched)
        return;
    int64_t idle = load_idle(&w->load, paused_ms);
    if (idle <= a->stall.longest_ms)
        return;
    a->stall.longest_ms = idle;
    snprintf(a->stall.longest_call, sizeof a->stall.longest_call, "%s", a->stall.call);
}

void stall_mark(struct actor *a)
{
    if (a->stall.longest_ms > a->stall.own_ms)
        a->stall.own_ms = a->stall.longest_ms;
    a->stall.longest_ms = 0;
    a->stall.marked = true;
}

int stall_judge(struct world *w, struct actor *a, int64_t more_ms)
{
    if (!a->stall.marked)
        return world_fail(w, VERDICT_BROKEN, "the pace of %s was not marked", a->name);
    if (a->stall.longest_ms <= a->stall.own_ms + more_ms)
        return 0;
    world_accuse(w, a);
    return world_fail(
        w, VERDICT_FAIL,
        "%s did nothing for %.1f s while a question waited on its console: it slept%s; "
        "before, it never did for more than %.1f s",
        a->name, (double)a->stall.longest_ms / 1e3, a->stall.longest_call,
        (double)(a->stall.own_ms > LOOK_MS ? a->stall.own_ms : LOOK_MS) / 1e3);
}
