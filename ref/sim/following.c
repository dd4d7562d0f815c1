/* SPDX-License-Identifier: MIT */
#include "sim/following.h"

#include "sim/check.h"

static struct socket *socket_at(const struct following *following)
{
    return &following->world->kernel.sockets[following->socket];
}

void following_enter(struct following *following, struct call *call, uint32_t stop)
{
    following->call = call;
    world_enter(following->world, call, following->actor, &following->gone, stop);
}

void following_leave(struct following *following, struct call *call)
{
    world_leave(following->world, call);
    following->call = NULL;
    if (following->gone)
        following_finish(following);
}

static struct following *place(struct world *world)
{
    struct following *following = world->followings;

    while (following->used)
        following++;
    return following;
}

void following_start(struct world *world, enum actor actor)
{
    struct following *following = place(world);
    uint32_t client = (uint32_t)(actor - ACTOR_A);

    process_start(&world->kernel, actor);
    following->used = true;
    following->gone = false;
    following->world = world;
    following->call = NULL;
    following->actor = actor;
    following->birth = process(world, actor)->birth;
    following->network = client + world->knobs[KNOB_NETWORK] >= world->knobs[KNOB_CLIENTS];
    following->socket = NONE;
    following->serving = NULL;
    following->object = NULL;
    following->next = 0;
    following->spoiled = following->shadow_spoiled = following->ever_spoiled = false;
    client_init(&following->core, following->network ? 0 : process(world, actor)->pid);
    following->core.shell = following_shell(following);
    world->following[client] = following;
}

void following_finish(struct following *following)
{
    client_finish(&following->core);
    following->used = false;
}

static void end(struct following *following)
{
    struct world *world = following->world;

    following->gone = true;
    if (following->object)
        object_unmap(following->object);
    following->object = NULL;
    process_end(&world->kernel, following->actor);
    world->following[following->actor - ACTOR_A] = NULL;
    if (!following->call)
        following_finish(following);
}

void following_kill(struct world *world, enum actor actor)
{
    cover(world, COVER_CLIENT_KILLED);
    world->outcome->kills++;
    end(following_of(world, actor));
}

static void disconnected(struct following *following)
{
    struct world *world = following->world;

    if (following->socket != NONE) {
        world_tell(world, (struct told_event){.told = TOLD_ENDED, .actor = following->actor});
        if (following->core.shadow)
            cover(world, COVER_HALF_SNAPSHOT);
        if (following->heard.have > 0)
            cover(world, COVER_HALF_FRAME);
        if (following->serving != world->serving && world->serving)
            cover(world, COVER_RESTART_BEFORE_EOF);
        socket_close_client(socket_at(following));
    }
    following->next = world->kernel.now + client_disconnect(&following->core);
    following->socket = NONE;
    following->serving = NULL;
    world->progress++;
    check_client(following);
}

void following_connect(struct following *following)
{
    struct world *world = following->world;
    struct call call;

    following_enter(following, &call, 0);
    world->progress++;
    if (!world->serving || world->serving->leaving) {
        disconnected(following);
    } else {
        following->socket = socket_connect(&world->kernel, following->actor, following->network,
                                           world->knobs[KNOB_UP], world->knobs[KNOB_DOWN]);
        following->serving = world->serving;
        following->serving_birth = world->serving->birth;
        following->heard.have = 0;
        following->heard.lost = false;
        following->epoch = following->since = following->floor = 0;
        following->spoiled = following->shadow_spoiled = following->whole = following->dismissed =
            following->left_by_signal = false;
        client_connect(&following->core);
        world_tell(world, (struct told_event){.told = TOLD_CONNECTED, .actor = following->actor});
    }
    following_leave(following, &call);
}

void following_drop(struct following *following)
{
    struct call call;

    following_enter(following, &call, 0);
    disconnected(following);
    following_leave(following, &call);
}

bool following_may_write(const struct following *following)
{
    const struct socket *socket = following->socket == NONE ? NULL : socket_at(following);

    return socket && socket->server_open && buffer_size(&following->core.output) > 0 &&
           socket->up.size < socket->up.bound;
}

static void write_some(struct following *following, uint32_t size)
{
    struct buffer *output = &following->core.output;
    size_t part = buffer_size(output) < size ? buffer_size(output) : size;
    size_t wrote = stream_write(&socket_at(following)->up, buffer_bytes(output), part, 0);

    buffer_consume(output, wrote);
    following->world->progress++;
    mix(following->world, wrote);
}

void following_write(struct following *following, uint32_t size)
{
    struct call call;

    following_enter(following, &call, 0);
    write_some(following, size);
    following_leave(following, &call);
}

bool following_may_read(const struct following *following)
{
    const struct socket *socket = following->socket == NONE ? NULL : socket_at(following);

    return socket && (socket->down.size > 0 || socket->down.ended);
}

static void received(struct following *following, int failed, const char *reason)
{
    if (!failed) {
        check_client(following);
        check_heeded(following);
        return;
    }
    if (!following->dismissed)
        world_fail(following->world, CLASS_MANNERS, "%s closes its connection: %s",
                   actor_name(following->actor), reason);
    disconnected(following);
}

static void read_some(struct following *following, uint32_t size)
{
    uint8_t bytes[STREAM_BYTES];
    char reason[REASON_SIZE];
    size_t got = stream_read(&socket_at(following)->down, bytes,
                             size < sizeof(bytes) ? size : sizeof(bytes), &following->floor);
    int failed;

    following->world->progress++;
    if (got == 0) {
        disconnected(following);
        return;
    }
    view_know(&following->view, following->floor);
    check_heard(following, bytes, got);
    failed = client_receive(&following->core, bytes, got, reason);
    if (!following->gone)
        received(following, failed, reason);
}

void following_read(struct following *following, uint32_t size, uint32_t stop)
{
    struct call call;

    following_enter(following, &call, stop);
    read_some(following, size);
    following_leave(following, &call);
}

void following_turn(struct following *following, uint32_t stop)
{
    struct call call;

    following_enter(following, &call, stop);
    while (!following->gone && following_may_read(following))
        read_some(following, STREAM_BYTES);
    if (!following->gone && following_may_write(following))
        write_some(following, STREAM_BYTES);
    following_leave(following, &call);
}

void following_quit(struct following *following)
{
    struct call call;

    following_enter(following, &call, 0);
    world_tell(following->world,
               (struct told_event){.told = TOLD_QUITS, .actor = following->actor});
    client_farewell(&following->core);
    if (following_may_write(following))
        write_some(following, STREAM_BYTES);
    end(following);
    following_leave(following, &call);
}

void following_spoil(struct following *following, unsigned key)
{
    struct route route = universe_route(key, 1), old;

    struct client *core = &following->core;
    struct table *table = core->shadow ? core->shadow : core->table;

    if (table_find(table, route.prefix, &old))
        table_remove(table, route.prefix);
    else
        table_add(table, &route);
    following->shadow_spoiled |= core->shadow != NULL;
    following->spoiled |= !core->shadow;
    following->ever_spoiled = true;
}
