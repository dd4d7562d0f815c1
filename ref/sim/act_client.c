/* SPDX-License-Identifier: MIT */
#include "sim/act.h"
#include "sim/following.h"
#include "sim/hostile.h"
#include "sim/serving.h"

static struct socket *hostile_socket(struct world *world)
{
    return &world->kernel.sockets[world->hostile];
}

static bool socket_spare(const struct world *world)
{
    int spare = 0;

    for (int i = 0; i < SOCKETS; i++)
        spare += !world->kernel.sockets[i].used;
    return spare > 0;
}

bool can_CONNECT(struct world *world, const struct move *move)
{
    const struct following *following = act_client(world, move);

    if (!actor_free(world, act_actor(move)) || !socket_spare(world))
        return false;
    if (act_actor(move) == ACTOR_HOSTILE)
        return world->hostile == NONE && world->serving && !world->serving->leaving;
    return following && following->socket == NONE && world->kernel.now >= following->next;
}

void do_CONNECT(struct world *world, const struct move *move)
{
    if (act_actor(move) == ACTOR_HOSTILE)
        world->hostile = socket_connect(&world->kernel, ACTOR_HOSTILE, false, world->knobs[KNOB_UP],
                                        world->knobs[KNOB_DOWN]);
    else
        following_connect(act_client(world, move));
}

bool can_DROP(struct world *world, const struct move *move)
{
    return act_client_free(world, move) && act_client(world, move)->socket != NONE;
}

void do_DROP(struct world *world, const struct move *move)
{
    following_drop(act_client(world, move));
}

bool can_WRITE(struct world *world, const struct move *move)
{
    return move->number > 0 && act_client_free(world, move) &&
           following_may_write(act_client(world, move));
}

void do_WRITE(struct world *world, const struct move *move)
{
    following_write(act_client(world, move), move->number);
}

bool can_READ(struct world *world, const struct move *move)
{
    if (move->number == 0 || !actor_free(world, act_actor(move)))
        return false;
    if (act_actor(move) == ACTOR_HOSTILE)
        return world->hostile != NONE &&
               (hostile_socket(world)->down.size > 0 || hostile_socket(world)->down.ended);
    return act_client(world, move) && following_may_read(act_client(world, move));
}

static void hostile_read(struct world *world, uint32_t size)
{
    struct socket *socket = hostile_socket(world);
    uint8_t bytes[STREAM_BYTES];
    uint32_t stores;

    world->progress++;
    if (stream_read(&socket->down, bytes, size < sizeof(bytes) ? size : sizeof(bytes), &stores))
        return;
    socket_close_client(socket);
    world->hostile = NONE;
}

void do_READ(struct world *world, const struct move *move)
{
    if (act_actor(move) == ACTOR_HOSTILE)
        hostile_read(world, move->number);
    else
        following_read(act_client(world, move), move->number, move->stop);
}

bool can_TURN(struct world *world, const struct move *move)
{
    if (act_actor(move) == ACTOR_SERVER)
        return actor_free(world, ACTOR_SERVER);
    return can_DROP(world, move);
}

void do_TURN(struct world *world, const struct move *move)
{
    if (act_actor(move) == ACTOR_SERVER)
        serving_turn(world, move->stop);
    else
        following_turn(act_client(world, move), move->stop);
}

bool can_SIGNAL(struct world *world, const struct move *move)
{
    return act_client_free(world, move) && process(world, act_actor(move))->pending;
}

void do_SIGNAL(struct world *world, const struct move *move)
{
    following_signal(act_client(world, move), move->ages, move->stop);
}

bool can_LOOKUP(struct world *world, const struct move *move)
{
    return move->key < MACS && act_client_free(world, move) && act_client(world, move)->object;
}

void do_LOOKUP(struct world *world, const struct move *move)
{
    following_lookup(act_client(world, move), move->key, move->ages, move->stop);
}

bool can_SPOIL(struct world *world, const struct move *move)
{
    const struct following *following = act_client(world, move);

    if (!act_client_free(world, move))
        return false;
    if (following->core.shadow)
        return !following->shadow_spoiled;
    return following->core.state == CLIENT_SYNCHRONISED && !following->spoiled;
}

void do_SPOIL(struct world *world, const struct move *move)
{
    following_spoil(act_client(world, move), move->key);
}

bool can_SAY(struct world *world, const struct move *move)
{
    return act_actor(move) == ACTOR_HOSTILE && actor_free(world, ACTOR_HOSTILE) &&
           world->hostile != NONE && hostile_socket(world)->server_open &&
           hostile_socket(world)->up.size == 0;
}

void do_SAY(struct world *world, const struct move *move)
{
    uint8_t bytes[HOSTILE_BYTES];
    size_t size = hostile_say(move->key, move->number, bytes);

    stream_write(&hostile_socket(world)->up, bytes, size, 0);
}
