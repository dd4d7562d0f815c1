/* SPDX-License-Identifier: MIT */
#include "sim/step.h"

enum { TRIES = 200 }; /* to draw a move that is possible */

static void trace(struct world *world, const struct move *move)
{
    char line[MOVE_LINE];

    if (!world->plan->trace)
        return;
    move_format(move, line);
    fprintf(world->plan->trace, "%*s%s\n", 4 * (int)world->depth, "", line);
}

void step_make(struct world *world, const struct move *move)
{
    world->started |= move->kind != MOVE_KNOB;
    moves_add(&world->outcome->moves, move);
    world->outcome->events++;
    mix(world, (uint64_t)move->kind << 32 | move->actor);
    mix(world, move->number + ((uint64_t)move->stop << 40));
    trace(world, move);
    world_tell(world, (struct told_event){
                          .told = TOLD_MOVE,
                          .actor = (enum actor)move->actor,
                          .move = move,
                          .depth = world->depth,
                      });
    move_make(world, move);
}

static bool step_replayed(struct world *world)
{
    const struct moves *moves = world->plan->replay;

    while (world->next < moves->count) {
        struct move move = moves->list[world->next++];

        if (move_possible(world, &move)) {
            step_make(world, &move);
            return true;
        }
        world->outcome->skipped++;
    }
    return false;
}

static bool step_drawn(struct world *world)
{
    for (int i = 0; i < TRIES && world->outcome->moves.count < world->limit; i++) {
        struct move move = move_draw(world);

        if (!move_possible(world, &move))
            continue;
        step_make(world, &move);
        return true;
    }
    return false;
}

bool step_next(struct world *world)
{
    if (world_failed(world) || world->settling)
        return false;
    return world->plan->replay ? step_replayed(world) : step_drawn(world);
}
