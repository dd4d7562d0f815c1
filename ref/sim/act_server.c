/* SPDX-License-Identifier: MIT */
#include "sim/act.h"
#include "sim/serving.h"

/* The connection that a move is about, or NONE. */
static int line_of(struct world *world, const struct move *move)
{
    if (!actor_free(world, ACTOR_SERVER) || act_actor(move) == ACTOR_SERVER)
        return NONE;
    return socket_of(&world->kernel, act_actor(move), move->old, world->serving->birth);
}

static bool can_operate(struct world *world)
{
    return actor_free(world, ACTOR_SERVER) && !world->serving->leaving &&
           !history_full(&world->serving->history);
}

bool can_ACCEPT(struct world *world, const struct move *move)
{
    (void)move;
    return actor_free(world, ACTOR_SERVER) && !world->serving->leaving &&
           socket_waiting(&world->kernel) != NONE;
}

void do_ACCEPT(struct world *world, const struct move *move)
{
    (void)move;
    serving_accept(world);
}

bool can_SERVER_READ(struct world *world, const struct move *move)
{
    return move->number > 0 && serving_may_read(world, line_of(world, move));
}

void do_SERVER_READ(struct world *world, const struct move *move)
{
    serving_read(world, line_of(world, move), move->number, move->stop);
}

bool can_SERVER_WRITE(struct world *world, const struct move *move)
{
    return move->number > 0 && serving_may_write(world, line_of(world, move));
}

void do_SERVER_WRITE(struct world *world, const struct move *move)
{
    serving_write(world, line_of(world, move), move->number);
}

bool can_IDLE(struct world *world, const struct move *move)
{
    (void)move;
    return can_operate(world);
}

void do_IDLE(struct world *world, const struct move *move)
{
    (void)move;
    serving_idle(world);
}

bool can_CREATE(struct world *world, const struct move *move)
{
    return move->value > 0 && can_operate(world);
}

void do_CREATE(struct world *world, const struct move *move)
{
    serving_route(world, OP_CREATE, move->key, move->value);
}

bool can_UPDATE(struct world *world, const struct move *move)
{
    return can_CREATE(world, move);
}

void do_UPDATE(struct world *world, const struct move *move)
{
    serving_route(world, OP_UPDATE, move->key, move->value);
}

bool can_DELETE(struct world *world, const struct move *move)
{
    (void)move;
    return can_operate(world);
}

void do_DELETE(struct world *world, const struct move *move)
{
    serving_route(world, OP_DELETE, move->key, 0);
}

bool can_ADD(struct world *world, const struct move *move)
{
    return move->key < MACS && can_CREATE(world, move);
}

void do_ADD(struct world *world, const struct move *move)
{
    serving_mac(world, OP_CREATE, move->key, move->value, move->stop);
}

bool can_REMOVE(struct world *world, const struct move *move)
{
    return move->key < MACS && can_operate(world);
}

void do_REMOVE(struct world *world, const struct move *move)
{
    serving_mac(world, OP_DELETE, move->key, 0, move->stop);
}

bool can_FLUSH(struct world *world, const struct move *move)
{
    (void)move;
    return can_operate(world);
}

void do_FLUSH(struct world *world, const struct move *move)
{
    serving_flush(world, move->stop);
}
