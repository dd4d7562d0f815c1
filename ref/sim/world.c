/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/step.h"

void world_fail(struct world *world, enum class class, const char *format, ...)
{
    struct outcome *outcome = world->outcome;
    va_list args;

    if (world_failed(world))
        return;
    outcome->class = class;
    va_start(args, format);
    vsnprintf(outcome->text, sizeof(outcome->text), format, args);
    va_end(args);
}

bool actor_free(struct world *world, enum actor actor)
{
    if (process(world, actor)->pid == 0 || process(world, actor)->stopped)
        return false;
    for (const struct call *call = world->call; call; call = call->outer)
        if (call->actor == actor && !*call->gone)
            return false;
    return true;
}

void world_enter(struct world *world, struct call *call, enum actor actor, const bool *gone,
                 uint32_t stop)
{
    *call = (struct call){.outer = world->call, .actor = actor, .gone = gone};
    call->stop = world->depth < DEPTH && !world->settling ? stop : 0;
    world->call = call;
    world->depth++;
}

void world_leave(struct world *world, struct call *call)
{
    world->call = call->outer;
    world->depth--;
}

static void cover_stop(struct world *world, const struct call *call)
{
    if (call->actor == ACTOR_SERVER && world->serving && world->serving->in_slot)
        cover(world, COVER_STOPPED_IN_WRITE);
}

void world_hook(struct world *world, struct call *call)
{
    if (!call || *call->gone || call->stop == 0 || --call->stop > 0)
        return;
    call->stopped = true;
    cover_stop(world, call);
    while (call->stopped && !*call->gone && step_next(world))
        continue;
    call->stopped = false;
    process(world, call->actor)->stopped &= *call->gone; /* it ends here, or goes on for good */
}
