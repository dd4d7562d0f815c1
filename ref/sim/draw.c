/* SPDX-License-Identifier: MIT */
#include "sim/hostile.h"
#include "sim/knob.h"
#include "sim/world.h"

enum { HOOKS = 26 }; /* about as many as a slot or two have */

static uint32_t below(struct world *world, uint32_t number)
{
    return random_below(&world->random, number);
}

static bool once_in(struct world *world, uint32_t times)
{
    return random_once_in(&world->random, times);
}

static enum move_kind draw_kind(struct world *world)
{
    static uint32_t total;
    uint32_t at;
    int kind = 0;

    if (!total)
        for (int i = 0; i < MOVES; i++)
            total += move_weight((enum move_kind)i);
    for (at = below(world, total); at >= move_weight((enum move_kind)kind); kind++)
        at -= move_weight((enum move_kind)kind);
    return (enum move_kind)kind;
}

static enum actor draw_client(struct world *world)
{
    return (enum actor)(ACTOR_A + below(world, world->knobs[KNOB_CLIENTS]));
}

static enum actor draw_stranger(struct world *world)
{
    return (enum actor)(ACTOR_STRANGER + below(world, 2));
}

static enum actor draw_actor(struct world *world, enum move_kind kind)
{
    switch (kind) {
    case MOVE_START:
        return (enum actor)below(world, ACTOR_STRANGER);
    case MOVE_KILL: /* strangers make room for those who come inside a call */
        return once_in(world, 2) ? draw_stranger(world) : (enum actor)below(world, ACTOR_STRANGER);
    case MOVE_STOP:
    case MOVE_QUIT:
    case MOVE_TURN:
        return once_in(world, 3) ? ACTOR_SERVER : draw_client(world);
    case MOVE_CONTINUE:
        return (enum actor)below(world, ACTOR_D + 1);
    case MOVE_SAY:
        return ACTOR_HOSTILE;
    case MOVE_CONNECT:
    case MOVE_READ:
    case MOVE_SERVER_READ:
    case MOVE_SERVER_WRITE:
        return once_in(world, 8) ? ACTOR_HOSTILE : draw_client(world);
    default:
        return draw_client(world);
    }
}

/* Bytes: pieces of a frame, about a frame, or all. */
static uint32_t draw_size(struct world *world)
{
    switch (below(world, 4)) {
    case 0:
        return 1 + below(world, 30);
    case 1:
        return 1 + below(world, 200);
    default:
        return STREAM_BYTES;
    }
}

/* Of what a hostile peer says the first ones make a session, which others then disturb. */
static uint8_t draw_key(struct world *world, enum move_kind kind)
{
    switch (kind) {
    case MOVE_ADD:
    case MOVE_REMOVE:
    case MOVE_LOOKUP:
        return (uint8_t)below(world, MACS);
    case MOVE_SAY:
        return (uint8_t)below(world, once_in(world, 2) ? 2 : HOSTILES);
    default:
        return (uint8_t)below(world, ROUTES);
    }
}

static uint32_t draw_number(struct world *world, enum move_kind kind)
{
    switch (kind) {
    case MOVE_SERVER_START: /* greater or less, as it comes */
        return 1 + below(world, 60);
    case MOVE_TIME:
        return once_in(world, 4) ? 2000 : 1 + below(world, 100);
    case MOVE_SAY:
        return 1 + below(world, once_in(world, 4) ? 1000000 : 6);
    default:
        return draw_size(world);
    }
}

/* Half of the loads new, half of some age; or all new. */
static uint64_t draw_ages(struct world *world)
{
    uint64_t ages = random_next(&world->random);

    if (once_in(world, 3))
        return 0;
    return once_in(world, 2) ? ages : ages & random_next(&world->random);
}

static uint16_t draw_stop(struct world *world, enum move_kind kind)
{
    switch (kind) {
    case MOVE_ADD:
    case MOVE_REMOVE:
    case MOVE_LOOKUP:
        return once_in(world, 3) ? (uint16_t)(1 + below(world, HOOKS)) : 0;
    case MOVE_SERVER_READ:
        return once_in(world, 2) ? (uint16_t)(1 + below(world, 4)) : 0;
    case MOVE_FLUSH:
    case MOVE_SIGNAL:
        return once_in(world, 2) ? (uint16_t)(1 + below(world, 6)) : 0;
    case MOVE_READ:
    case MOVE_TURN:
        return once_in(world, 4) ? (uint16_t)(1 + below(world, 4)) : 0;
    case MOVE_GO:
        return once_in(world, 3) ? (uint16_t)(1 + below(world, 8)) : 0;
    default:
        return 0;
    }
}

static struct move draw_knob(struct world *world)
{
    struct move move = {.kind = MOVE_KNOB};

    move.key = (uint8_t)world->drawn++;
    move.number = knob_draw((enum knob)move.key, &world->random);
    return move;
}

/* Nobody there: those who have to be. */
static bool draw_missing(struct world *world, struct move *move)
{
    *move = (struct move){0};
    if (!world->instance) {
        *move = (struct move){.kind = MOVE_SERVER_START, .number = 5};
        return true;
    }
    for (uint32_t i = 0; i < world->knobs[KNOB_CLIENTS]; i++)
        if (!world->following[i] && (world->outcome->moves.count < 30 || once_in(world, 20))) {
            *move = (struct move){.kind = MOVE_START, .actor = (uint8_t)(ACTOR_A + i)};
            return true;
        }
    return false;
}

static bool client_missing(const struct world *world)
{
    for (uint32_t i = 0; i < world->knobs[KNOB_CLIENTS]; i++)
        if (!world->following[i])
            return true;
    return false;
}

/* What others do inside a call: flush while a client reads the memory; end while the server looks
 * who is there, and leave their number to another one. */
static void steer_inside(struct world *world, struct move *move)
{
    enum actor actor = world->call->actor;

    if (once_in(world, 4)) {
        move->kind = once_in(world, 20) ? MOVE_KILL : MOVE_GO;
        move->actor = (uint8_t)actor;
    } else if (actor != ACTOR_SERVER && once_in(world, 8)) {
        move->kind = MOVE_FLUSH;
    } else if (actor == ACTOR_SERVER && client_missing(world) && once_in(world, 2)) {
        move->kind = MOVE_START;
        move->actor = (uint8_t)draw_stranger(world);
    } else if (actor == ACTOR_SERVER && once_in(world, 8)) {
        move->kind = MOVE_KILL;
        move->actor = (uint8_t)draw_client(world);
    }
}

/* Races that chance alone would rarely meet. */
static void steer(struct world *world, struct move *move)
{
    if (world->call)
        steer_inside(world, move);
    else if (!world->serving && once_in(world, 12))
        move->kind = MOVE_SERVER_START;
    else if (client_missing(world) && once_in(world, 20))
        *move = (struct move){.kind = MOVE_START, .actor = (uint8_t)draw_stranger(world)};
}

struct move move_draw(struct world *world)
{
    struct move move;

    if (world->drawn < KNOBS)
        return draw_knob(world);
    if (draw_missing(world, &move))
        return move;
    move.kind = draw_kind(world);
    move.actor = (uint8_t)draw_actor(world, move.kind);
    steer(world, &move);
    move.key = draw_key(world, move.kind);
    move.value = (uint8_t)(1 + below(world, VALUES));
    move.old = once_in(world, 4);
    move.number = draw_number(world, move.kind);
    move.ages = draw_ages(world);
    move.stop = draw_stop(world, move.kind);
    move_trim(&move);
    return move;
}
