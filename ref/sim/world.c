/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>

#include "sim/check.h"
#include "sim/following.h"
#include "sim/hostile.h"
#include "sim/knob.h"
#include "sim/serving.h"
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

/* The connection that a move is about, or NONE. */
static int line_of(struct world *world, const struct move *move)
{
    if (!actor_free(world, ACTOR_SERVER) || move->actor == ACTOR_SERVER)
        return NONE;
    return socket_of(&world->kernel, (enum actor)move->actor, move->old, world->serving->birth);
}

/* Programs draw it from so many that none comes twice. */
static bool serving_can_start(struct world *world, uint32_t instance)
{
    int used = 0;

    if (process(world, ACTOR_SERVER)->pid || instance == 0)
        return false;
    for (; used < SERVINGS && world->servings[used].used; used++)
        if (world->servings[used].instance == instance)
            return false;
    return used + SERVINGS_SPARE < SERVINGS;
}

static bool can_start(struct world *world, enum actor actor)
{
    uint32_t clients = world->knobs[KNOB_CLIENTS];
    int spare = 0;

    if (actor == ACTOR_SERVER || process(world, actor)->pid)
        return false;
    if (!actor_is_client(actor))
        return true;
    for (int i = 0; i < FOLLOWINGS; i++)
        spare += !world->followings[i].used;
    return spare > 0 && (uint32_t)(actor - ACTOR_A) < clients;
}

static bool socket_spare(const struct world *world)
{
    int spare = 0;

    for (int i = 0; i < SOCKETS; i++)
        spare += !world->kernel.sockets[i].used;
    return spare > 0;
}

static bool can_connect(struct world *world, enum actor actor)
{
    const struct following *following = following_of(world, actor);

    if (!actor_free(world, actor) || !socket_spare(world))
        return false;
    if (actor == ACTOR_HOSTILE)
        return world->hostile == NONE && world->serving && !world->serving->leaving;
    return following && following->socket == NONE && world->kernel.now >= following->next;
}

static bool can_read(struct world *world, enum actor actor)
{
    const struct following *following = following_of(world, actor);

    if (!actor_free(world, actor))
        return false;
    if (actor == ACTOR_HOSTILE)
        return world->hostile != NONE;
    return following && following_may_read(following);
}

static bool can_say(struct world *world)
{
    return actor_free(world, ACTOR_HOSTILE) && world->hostile != NONE &&
           world->kernel.sockets[world->hostile].server_open &&
           world->kernel.sockets[world->hostile].up.size == 0;
}

static bool can_operate(struct world *world)
{
    return actor_free(world, ACTOR_SERVER) && !world->serving->leaving &&
           !history_full(&world->serving->history);
}

static bool client_free(struct world *world, const struct move *move)
{
    return actor_is_client((enum actor)move->actor) && actor_free(world, (enum actor)move->actor);
}

static bool can_turn(struct world *world, enum actor actor)
{
    if (!actor_free(world, actor) || actor > ACTOR_D)
        return false;
    return actor == ACTOR_SERVER || following_of(world, actor)->socket != NONE;
}

static bool can_go(struct world *world, enum actor actor)
{
    return world->call && world->call->stopped && world->call->actor == actor &&
           !process(world, actor)->stopped;
}

static bool can_spoil(struct world *world, const struct move *move)
{
    const struct following *following;

    if (!client_free(world, move))
        return false;
    following = following_of(world, (enum actor)move->actor);
    return following->core.shadow
               ? !following->shadow_spoiled
               : following->core.state == CLIENT_SYNCHRONISED && !following->spoiled;
}

bool move_possible(struct world *world, const struct move *move)
{
    enum actor actor = (enum actor)move->actor;
    struct process *self = process(world, actor);

    switch (move->kind) {
    case MOVE_KNOB:
        return !world->started && knob_legal((enum knob)move->key, move->number);
    case MOVE_START:
        return can_start(world, actor);
    case MOVE_SERVER_START:
        return serving_can_start(world, move->number);
    case MOVE_KILL:
        return self->pid != 0;
    case MOVE_QUIT:
        return actor <= ACTOR_D && actor_free(world, actor);
    case MOVE_STOP:
        return self->pid != 0 && !self->stopped;
    case MOVE_CONTINUE:
        return self->stopped;
    case MOVE_DROP:
        return client_free(world, move) && following_of(world, actor)->socket != NONE;
    case MOVE_TIME:
        return move->number > 0 && move->number <= 10000;
    case MOVE_CONNECT:
        return can_connect(world, actor);
    case MOVE_ACCEPT:
        return actor_free(world, ACTOR_SERVER) && !world->serving->leaving &&
               socket_waiting(&world->kernel) != NONE;
    case MOVE_WRITE:
        return move->number > 0 && client_free(world, move) &&
               following_may_write(following_of(world, actor));
    case MOVE_READ:
        return move->number > 0 && can_read(world, actor);
    case MOVE_SERVER_READ:
        return move->number > 0 && serving_may_read(world, line_of(world, move));
    case MOVE_SERVER_WRITE:
        return move->number > 0 && serving_may_write(world, line_of(world, move));
    case MOVE_TURN:
        return can_turn(world, actor);
    case MOVE_IDLE:
        return can_operate(world);
    case MOVE_CREATE:
    case MOVE_UPDATE:
        return move->value > 0 && can_operate(world);
    case MOVE_ADD:
        return move->value > 0 && can_operate(world);
    case MOVE_DELETE:
    case MOVE_REMOVE:
    case MOVE_FLUSH:
        return can_operate(world);
    case MOVE_SIGNAL:
        return client_free(world, move) && self->pending;
    case MOVE_LOOKUP:
        return client_free(world, move) && following_of(world, actor)->object;
    case MOVE_GO:
        return can_go(world, actor);
    case MOVE_SPOIL:
        return can_spoil(world, move);
    case MOVE_SAY:
        return actor == ACTOR_HOSTILE && can_say(world);
    case MOVE_SETTLE:
        return world->depth == 0;
    case MOVES:
        break;
    }
    return false;
}

static void kill_actor(struct world *world, enum actor actor)
{
    if (actor == ACTOR_SERVER)
        serving_kill(world);
    else if (actor_is_client(actor))
        following_kill(world, actor);
    else
        process_end(&world->kernel, actor);
    if (actor == ACTOR_HOSTILE)
        world->hostile = NONE;
}

static void connect_actor(struct world *world, enum actor actor)
{
    if (actor == ACTOR_HOSTILE)
        world->hostile = socket_connect(&world->kernel, actor, false, world->knobs[KNOB_UP],
                                        world->knobs[KNOB_DOWN]);
    else
        following_connect(following_of(world, actor));
}

static void hostile_read(struct world *world, uint32_t size)
{
    struct socket *socket = &world->kernel.sockets[world->hostile];
    uint8_t bytes[STREAM_BYTES];
    uint32_t stores;

    if (stream_read(&socket->down, bytes, size < sizeof(bytes) ? size : sizeof(bytes), &stores))
        world->progress++;
    else if (socket->down.ended) {
        socket_close_client(socket);
        world->hostile = NONE;
    }
}

static void say(struct world *world, const struct move *move)
{
    uint8_t bytes[HOSTILE_BYTES];
    size_t size = hostile_say(move->key, move->number, bytes);

    stream_write(&world->kernel.sockets[world->hostile].up, bytes, size, 0);
}

static void stop_actor(struct world *world, enum actor actor)
{
    process(world, actor)->stopped = true;
    if (actor_is_client(actor))
        cover(world, COVER_CLIENT_STOPPED);
}

static void go_on(struct world *world, uint32_t stop)
{
    world->call->stop = stop;
    world->call->stopped = false;
}

static void start_actor(struct world *world, enum actor actor)
{
    if (actor_is_client(actor))
        following_start(world, actor);
    else
        process_start(&world->kernel, actor);
}

void move_make(struct world *world, const struct move *move)
{
    enum actor actor = (enum actor)move->actor;
    struct following *following = following_of(world, actor);

    switch (move->kind) {
    case MOVE_KNOB:
        world->knobs[move->key] = move->number;
        break;
    case MOVE_START:
        start_actor(world, actor);
        break;
    case MOVE_SERVER_START:
        world->outcome->restarts += world->instance != 0;
        serving_start(world, move->number);
        break;
    case MOVE_KILL:
        kill_actor(world, actor);
        break;
    case MOVE_QUIT:
        if (following)
            following_quit(following);
        else
            serving_quit(world, move->stop);
        break;
    case MOVE_STOP:
        stop_actor(world, actor);
        break;
    case MOVE_CONTINUE:
        process(world, actor)->stopped = false;
        break;
    case MOVE_DROP:
        following_drop(following);
        break;
    case MOVE_TIME:
        world->kernel.now += move->number;
        break;
    case MOVE_CONNECT:
        connect_actor(world, actor);
        break;
    case MOVE_ACCEPT:
        serving_accept(world);
        break;
    case MOVE_WRITE:
        following_write(following, move->number);
        break;
    case MOVE_READ:
        if (following)
            following_read(following, move->number, move->stop);
        else
            hostile_read(world, move->number);
        break;
    case MOVE_SERVER_READ:
        serving_read(world, line_of(world, move), move->number, move->stop);
        break;
    case MOVE_SERVER_WRITE:
        serving_write(world, line_of(world, move), move->number);
        break;
    case MOVE_TURN:
        if (following)
            following_turn(following, move->stop);
        else
            serving_turn(world, move->stop);
        break;
    case MOVE_IDLE:
        serving_idle(world);
        break;
    case MOVE_CREATE:
        serving_route(world, OP_CREATE, move->key, move->value);
        break;
    case MOVE_UPDATE:
        serving_route(world, OP_UPDATE, move->key, move->value);
        break;
    case MOVE_DELETE:
        serving_route(world, OP_DELETE, move->key, 0);
        break;
    case MOVE_ADD:
        serving_mac(world, OP_CREATE, move->key, move->value, move->stop);
        break;
    case MOVE_REMOVE:
        serving_mac(world, OP_DELETE, move->key, 0, move->stop);
        break;
    case MOVE_FLUSH:
        serving_flush(world, move->stop);
        break;
    case MOVE_SIGNAL:
        following_signal(following, move->ages, move->stop);
        break;
    case MOVE_LOOKUP:
        following_lookup(following, move->key, move->ages, move->stop);
        break;
    case MOVE_GO:
        go_on(world, move->stop);
        break;
    case MOVE_SPOIL:
        following_spoil(following, move->key);
        break;
    case MOVE_SAY:
        say(world, move);
        break;
    case MOVE_SETTLE:
        world_settle(world);
        break;
    case MOVES:
        break;
    }
}
