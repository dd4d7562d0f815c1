/* SPDX-License-Identifier: MIT */
#include "sim/following.h"

#include "sim/check.h"

enum { LOADS_MAX = 400 }; /* of one lookup, with at most 16 slots and few tries */

static struct socket *socket_at(const struct following *following)
{
    return &following->world->kernel.sockets[following->socket];
}

static void enter(struct following *following, struct call *call, uint32_t stop)
{
    following->call = call;
    world_enter(following->world, call, following->actor, &following->gone, stop);
}

static void leave(struct following *following, struct call *call)
{
    world_leave(following->world, call);
    following->call = NULL;
    if (following->gone)
        following_finish(following);
}

/* What its core asks of it. */

static bool take_signal(void *arg)
{
    struct following *following = arg;
    struct process *self = process(following->world, following->actor);
    bool pending;

    world_hook(following->world, following->call);
    if (following->gone)
        return false;
    pending = self->pending;
    self->pending = false;
    following->signal_of = self->signal.server;
    following->signalled = self->signal.change;
    if (pending && following->object && following->object->owner == self->signal.server)
        view_know(&following->view, self->signal.stores);
    return pending;
}

static uint64_t on_load(void *arg, const volatile void *at, size_t width, memory_order order)
{
    struct following *following = arg;
    unsigned age = following->ages & 3;
    size_t offset;

    world_hook(following->world, following->call);
    if (following->gone || ++following->loads > LOADS_MAX)
        return 0; /* whatever loops on it ends */
    following->ages >>= 2;
    if (age)
        cover(following->world, COVER_OLD_VALUE);
    offset = (size_t)((const volatile uint8_t *)at - following->object->bytes);
    return memory_load(&following->object->memory, &following->view, offset, width, order, age);
}

static void on_fence(void *arg, memory_order order)
{
    view_fence(&((struct following *)arg)->view, order);
}

static void map(void *arg, const char *name, uint32_t instance, struct arp_reader *reader)
{
    struct following *following = arg;
    struct world *world = following->world;
    struct object *object;
    uint32_t capacity = 0;
    char reason[REASON_SIZE];

    (void)name;
    world_hook(world, following->call);
    if (following->gone)
        return;
    object = object_named(&world->kernel);
    if (object)
        capacity = arp_check(object->bytes, MEMORY_BYTES, instance, reason);
    if (!capacity) {
        cover(world, COVER_WELCOME_OF_DEAD);
        return;
    }
    object->mapped++;
    following->object = object;
    view_open(&following->view, following->floor);
    arp_attach(reader, object->bytes, capacity);
    reader->tries = world->knobs[KNOB_TRIES];
    following->watch = (struct arp_watch){.arg = following, .load = on_load, .fence = on_fence};
    reader->watch = &following->watch;
}

static void unmap(void *arg)
{
    struct following *following = arg;

    if (following->object)
        object_unmap(following->object);
    following->object = NULL;
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
    following->core.shell = (struct client_shell){following, take_signal, map, unmap};
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

    enter(following, &call, 0);
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
    leave(following, &call);
}

void following_drop(struct following *following)
{
    struct call call;

    enter(following, &call, 0);
    disconnected(following);
    leave(following, &call);
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

    enter(following, &call, 0);
    write_some(following, size);
    leave(following, &call);
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

    enter(following, &call, stop);
    read_some(following, size);
    leave(following, &call);
}

void following_turn(struct following *following, uint32_t stop)
{
    struct call call;

    enter(following, &call, stop);
    while (!following->gone && following_may_read(following))
        read_some(following, STREAM_BYTES);
    if (!following->gone && following_may_write(following))
        write_some(following, STREAM_BYTES);
    leave(following, &call);
}

void following_quit(struct following *following)
{
    struct call call;

    enter(following, &call, 0);
    client_farewell(&following->core);
    if (following_may_write(following))
        write_some(following, STREAM_BYTES);
    end(following);
    leave(following, &call);
}

static void cover_signal(struct following *following, bool adopted, enum client_state state,
                         bool staging)
{
    struct world *world = following->world;

    if (!following->core.welcome)
        cover(world, COVER_SIGNAL_BEFORE_WELCOME);
    if (following->serving && following->signal_of != following->serving_birth)
        cover(world, COVER_SIGNAL_OF_DEAD);
    if (!adopted) {
        cover(world, COVER_LATE_SIGNAL);
        return;
    }
    cover(world, COVER_EARLY_SIGNAL);
    following->left_by_signal = true;
    if (staging)
        cover(world, COVER_SIGNAL_IN_SNAPSHOT);
    if (state == CLIENT_RESYNCING)
        cover(world, COVER_SIGNAL_IN_RESYNC);
}

static void tell_signal(struct following *following)
{
    struct world *world = following->world;
    const struct serving *serving = following->serving;

    if (following->gone)
        return;
    world_tell(world, (struct told_event){
                          .told = TOLD_SIGNALLED,
                          .actor = following->actor,
                          .epoch = serving ? serving->history.epochs[serving->history.count] : 0,
                      });
}

void following_signal(struct following *following, uint64_t ages, uint32_t stop)
{
    enum client_state state = following->core.state;
    bool staging = following->core.shadow, adopted, flushed;
    uint64_t before;
    struct call call;

    following->ages = ages;
    following->loads = 0;
    following->world->progress++;
    enter(following, &call, stop);
    before = following->serving ? following->serving->history.flushed : 0;
    adopted = client_signal(&following->core);
    tell_signal(following);
    if (!following->gone) {
        flushed = following->serving && following->serving->history.flushed != before;
        if (flushed)
            cover(following->world, COVER_FLUSH_IN_SIGNAL);
        cover_signal(following, adopted, state, staging);
        if (following->serving && following->signal_of == following->serving_birth)
            check_signalled(following, following->signalled);
        check_client(following);
    }
    leave(following, &call);
}

void following_lookup(struct following *following, unsigned key, uint64_t ages, uint32_t stop)
{
    struct world *world = following->world;
    uint32_t floor = following->view.floor, address = 0, stores = following->object->memory.count;
    uint32_t flushed = following->serving->history.flushed;
    struct call call;
    bool found;

    following->ages = ages;
    following->loads = 0;
    if (following->serving->in_slot)
        cover(world, following->serving->gone ? COVER_LOCK_ODD_FOR_EVER : COVER_LOOKUP_IN_WRITE);
    if (following->serving->gone)
        cover(world, COVER_LOOKUP_BEHIND_DEAD);
    enter(following, &call, stop);
    found = arp_lookup(&following->core.addresses, universe_mac(key), &address);
    if (!following->gone) {
        if (following->object->memory.count != stores)
            cover(world, COVER_WRITE_IN_LOOKUP);
        if (following->serving->history.flushed != flushed)
            cover(world, COVER_FLUSH_IN_LOOKUP);
        if (following->loads > LOADS_MAX)
            world_fail(world, CLASS_ENDLESS, "%s looks up M%u: more than %d loads",
                       actor_name(following->actor), key + 1, LOADS_MAX);
        check_lookup(following, key, found, address, floor);
        mix(world, found ? address : 1);
    }
    leave(following, &call);
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
