/* SPDX-License-Identifier: MIT */
#include "sim/act.h"
#include "sim/following.h"
#include "sim/knob.h"
#include "sim/serving.h"

bool can_KNOB(struct world *world, const struct move *move)
{
    return !world->started && knob_legal((enum knob)move->key, move->number);
}

void do_KNOB(struct world *world, const struct move *move)
{
    world->knobs[move->key] = move->number;
}

static bool client_can_start(const struct world *world, enum actor actor)
{
    int spare = 0;

    for (int i = 0; i < FOLLOWINGS; i++)
        spare += !world->followings[i].used;
    return spare > 0 && (uint32_t)(actor - ACTOR_A) < world->knobs[KNOB_CLIENTS];
}

bool can_START(struct world *world, const struct move *move)
{
    enum actor actor = act_actor(move);

    if (actor == ACTOR_SERVER || process(world, actor)->pid)
        return false;
    return !actor_is_client(actor) || client_can_start(world, actor);
}

void do_START(struct world *world, const struct move *move)
{
    if (actor_is_client(act_actor(move)))
        following_start(world, act_actor(move));
    else
        process_start(&world->kernel, act_actor(move));
}

/* Servers that the world has room for; to settle may need one. */
static int servings_left(const struct world *world)
{
    int left = SERVINGS;

    while (left > 0 && world->servings[SERVINGS - left].used)
        left--;
    return left;
}

/* Programs draw the instance from so many that none comes twice. */
bool can_SERVER_START(struct world *world, const struct move *move)
{
    if (process(world, ACTOR_SERVER)->pid || move->number == 0)
        return false;
    for (int i = 0; i < SERVINGS && world->servings[i].used; i++)
        if (world->servings[i].instance == move->number)
            return false;
    return servings_left(world) > SERVINGS_SPARE;
}

void do_SERVER_START(struct world *world, const struct move *move)
{
    world->outcome->restarts += world->instance != 0;
    serving_start(world, move->number);
}

bool can_KILL(struct world *world, const struct move *move)
{
    return process(world, act_actor(move))->pid != 0;
}

void do_KILL(struct world *world, const struct move *move)
{
    enum actor actor = act_actor(move);

    if (actor == ACTOR_SERVER)
        serving_kill(world);
    else if (actor_is_client(actor))
        following_kill(world, actor);
    else
        process_end(&world->kernel, actor);
    if (actor == ACTOR_HOSTILE)
        world->hostile = NONE;
}

bool can_QUIT(struct world *world, const struct move *move)
{
    return act_actor(move) <= ACTOR_D && actor_free(world, act_actor(move));
}

void do_QUIT(struct world *world, const struct move *move)
{
    if (act_actor(move) == ACTOR_SERVER)
        serving_quit(world, move->stop);
    else
        following_quit(act_client(world, move));
}

bool can_STOP(struct world *world, const struct move *move)
{
    const struct process *self = process(world, act_actor(move));

    return self->pid != 0 && !self->stopped;
}

void do_STOP(struct world *world, const struct move *move)
{
    process(world, act_actor(move))->stopped = true;
    if (actor_is_client(act_actor(move)))
        cover(world, COVER_CLIENT_STOPPED);
}

bool can_CONTINUE(struct world *world, const struct move *move)
{
    return process(world, act_actor(move))->stopped;
}

void do_CONTINUE(struct world *world, const struct move *move)
{
    process(world, act_actor(move))->stopped = false;
}

bool can_GO(struct world *world, const struct move *move)
{
    return world->call && world->call->stopped && world->call->actor == act_actor(move) &&
           !process(world, act_actor(move))->stopped;
}

void do_GO(struct world *world, const struct move *move)
{
    world->call->stop = move->stop;
    world->call->stopped = false;
}

bool can_TIME(struct world *world, const struct move *move)
{
    (void)world;
    return move->number > 0 && move->number <= 10000;
}

void do_TIME(struct world *world, const struct move *move)
{
    world->kernel.now += move->number;
}

bool can_SETTLE(struct world *world, const struct move *move)
{
    (void)move;
    return world->depth == 0 && servings_left(world) > 1; /* the last one is for the end */
}

void do_SETTLE(struct world *world, const struct move *move)
{
    (void)move;
    world_settle(world);
}
