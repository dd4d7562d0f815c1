/* SPDX-License-Identifier: MIT */
#include "sim/serving.h"

#include "sim/check.h"
#include "sim/line.h"

enum { READ_BYTES = 16 * 1024, UNITS = 8 };

static size_t offset_of(const struct serving *serving, const volatile void *at)
{
    return (size_t)((const volatile uint8_t *)at - serving->object->bytes);
}

/* The server may be killed before each store: then this one does not reach the memory. */
static void on_store(void *arg, const volatile void *at, size_t width, uint64_t value,
                     memory_order order)
{
    struct serving *serving = arg;
    size_t offset = offset_of(serving, at);

    (void)width;
    world_hook(serving->world, serving->call);
    if (serving->gone)
        return;
    memory_store(&serving->object->memory, offset, value, order);
    if (offset >= WIRE_SHM_HEADER_SIZE && offset % WIRE_SHM_SLOT_SIZE == 0)
        serving->in_slot = value & 1;
}

static void on_fence(void *arg, memory_order order)
{
    struct serving *serving = arg;

    if (!serving->gone)
        memory_fence(&serving->object->memory, order);
}

static void share(struct world *world, struct serving *serving)
{
    struct object *old = object_named(&world->kernel), *object = NULL;

    if (old) /* SHM-4: nobody holds a lock on it */
        object_unlink(old);
    if (world->knobs[KNOB_OBJECT])
        object = object_create(&world->kernel, serving->birth);
    serving->object = object;
    if (!object)
        return;
    server_share(&serving->core, object->bytes, MEMORY_CAPACITY, "/rtm-sim");
    memory_open(&object->memory, object->bytes);
    serving->watch = (struct arp_watch){.arg = serving, .store = on_store, .fence = on_fence};
    serving->core.origin.arp.watch = &serving->watch;
}

static struct serving *place(struct world *world)
{
    struct serving *serving = world->servings;

    while (serving->used)
        serving++;
    return serving;
}

uint32_t instance_unused(const struct world *world)
{
    uint32_t most = 0;

    for (int i = 0; i < SERVINGS && world->servings[i].used; i++)
        if (world->servings[i].instance > most)
            most = world->servings[i].instance;
    return most + 1;
}

void serving_start(struct world *world, uint32_t instance)
{
    struct serving *serving = place(world);
    struct server *core = &serving->core;

    process_start(&world->kernel, ACTOR_SERVER);
    serving->used = true;
    serving->freed = serving->gone = serving->leaving = serving->in_slot = serving->flushing =
        false;
    serving->world = world;
    serving->call = NULL;
    serving->birth = process(world, ACTOR_SERVER)->birth;
    serving->instance = instance;
    server_init(core, instance, world->knobs[KNOB_JOURNAL]);
    core->origin.epoch += world->instance ? 0 : world->knobs[KNOB_FLUSHES];
    core->origin.walk_unit = world->knobs[KNOB_WALK];
    for (int i = 0; i < AUDIENCES; i++)
        core->origin.journals[i].room = world->knobs[KNOB_CHUNK];
    core->origin.registrar = line_registrar(serving);
    history_open(&serving->history, core->origin.epoch);
    share(world, serving);
    world->instance = instance;
    world->serving = serving;
    world_tell(world, (struct told_event){.told = TOLD_SERVED, .actor = ACTOR_SERVER});
}

void serving_finish(struct serving *serving)
{
    struct link *peers = &serving->core.peers;

    while (!list_empty(peers))
        server_leave(&serving->core, LIST_OWNER(peers->next, struct peer, link));
    server_finish(&serving->core);
    serving->freed = true; /* its history is still asked */
}

static void cover_kill(struct world *world, const struct serving *serving)
{
    cover(world, COVER_SERVER_KILLED);
    if (serving->in_slot)
        cover(world, COVER_KILLED_IN_WRITE);
    if (serving->flushing)
        cover(world, COVER_KILLED_IN_FLUSH);
}

void serving_kill(struct world *world)
{
    struct serving *serving = world->serving;

    cover_kill(world, serving);
    world->outcome->kills++;
    serving->gone = true;
    process_end(&world->kernel, ACTOR_SERVER);
    world->serving = NULL;
    if (!serving->call)
        serving_finish(serving);
}

static void enter(struct serving *serving, struct call *call, uint32_t stop)
{
    serving->call = call;
    world_enter(serving->world, call, ACTOR_SERVER, &serving->gone, stop);
}

static void leave(struct serving *serving, struct call *call)
{
    world_leave(serving->world, call);
    serving->call = NULL;
    if (serving->gone)
        serving_finish(serving);
}

void serving_accept(struct world *world)
{
    struct call call;

    enter(world->serving, &call, 0);
    line_accept(world->serving, socket_waiting(&world->kernel));
    world->progress++;
    leave(world->serving, &call);
}

bool serving_may_read(struct world *world, int socket)
{
    return socket != NONE && line_may_read(world->serving, socket);
}

bool serving_may_write(struct world *world, int socket)
{
    return socket != NONE && line_may_write(world->serving, socket);
}

void serving_read(struct world *world, int socket, uint32_t size, uint32_t stop)
{
    struct serving *serving = world->serving;
    struct call call;

    enter(serving, &call, stop);
    line_read(serving, socket, size);
    leave(serving, &call);
}

void serving_write(struct world *world, int socket, uint32_t size)
{
    struct serving *serving = world->serving;
    struct call call;

    enter(serving, &call, 0);
    line_write(serving, socket, size);
    leave(serving, &call);
}

void serving_idle(struct world *world)
{
    struct call call;

    enter(world->serving, &call, 0);
    server_idle(&world->serving->core);
    leave(world->serving, &call);
}

static void close_parted(struct serving *serving)
{
    for (int i = 0; i < SOCKETS; i++)
        if (line_is_of(serving, i) && serving->world->lines[i].parting &&
            serving->world->lines[i].deadline <= serving->world->kernel.now)
            line_close(serving, i);
}

static void write_all(struct serving *serving)
{
    struct world *world = serving->world;
    struct link turn;

    for (int i = 0; i < SOCKETS; i++) /* those that wait until they can be sent to */
        if (line_is_of(serving, i) && world->lines[i].blocked && line_may_write(serving, i))
            line_write(serving, i, STREAM_BYTES);
    server_take_ready(&serving->core, &turn);
    while (!list_empty(&turn)) {
        struct peer *peer = LIST_OWNER(turn.next, struct peer, ready);
        int socket = (int)((struct line *)peer->owner - world->lines);

        server_sent_all(&serving->core, peer);
        for (int i = 0; i < UNITS && line_may_write(serving, socket); i++)
            line_write(serving, socket, STREAM_BYTES);
    }
}

static void turn(struct serving *serving)
{
    struct world *world = serving->world;

    while (!serving->leaving && socket_waiting(&world->kernel) != NONE) {
        line_accept(serving, socket_waiting(&world->kernel));
        world->progress++;
    }
    for (int i = 0; i < SOCKETS && !serving->gone; i++)
        if (line_may_read(serving, i))
            line_read(serving, i, READ_BYTES);
    if (serving->gone)
        return;
    if (!serving->leaving)
        server_idle(&serving->core);
    write_all(serving);
    close_parted(serving);
}

/* SHM-6: of its own accord. */
static void end(struct serving *serving)
{
    struct world *world = serving->world;

    if (serving->object)
        object_unlink(serving->object);
    for (int i = 0; i < SOCKETS; i++)
        if (line_is_of(serving, i))
            line_close(serving, i);
    serving->gone = true;
    process_end(&world->kernel, ACTOR_SERVER);
    world->serving = NULL;
    world->progress++;
}

void serving_turn(struct world *world, uint32_t stop)
{
    struct serving *serving = world->serving;
    struct call call;

    enter(serving, &call, stop);
    turn(serving);
    if (serving->leaving && !serving->gone)
        end(serving);
    leave(serving, &call);
}

void serving_quit(struct world *world, uint32_t stop)
{
    struct serving *serving = world->serving;
    struct call call;

    enter(serving, &call, stop);
    if (serving->leaving) {
        end(serving);
        leave(serving, &call);
        return;
    }
    world_tell(world, (struct told_event){.told = TOLD_QUITS, .actor = ACTOR_SERVER});
    server_farewell(&serving->core);
    serving->leaving = true;
    for (int i = 0; i < SOCKETS; i++)
        if (line_is_of(serving, i) && peer_backlog(world->lines[i].peer) > TAP_HEADER)
            cover(world, COVER_FAREWELL);
    leave(serving, &call);
}

/* Behind a change that was accepted. */
static void cover_change(struct serving *serving, uint64_t dropped)
{
    const struct link *peers = &serving->core.peers;

    if (serving->core.stats.backlogs_dropped != dropped)
        cover(serving->world, COVER_BACKLOG_DROPPED);
    for (const struct link *link = peers->next; link != peers; link = link->next)
        if (LIST_OWNER(link, struct peer, link)->walking) {
            cover(serving->world, COVER_CHANGE_IN_SNAPSHOT);
            break;
        }
}

void serving_route(struct world *world, enum frame_op op, unsigned key, unsigned value)
{
    struct serving *serving = world->serving;
    struct route route = universe_route(key, op == OP_DELETE ? 0 : value);
    uint64_t dropped = serving->core.stats.backlogs_dropped;
    enum refusal wanted = history_route(&serving->history, op, key), refusal;
    state_t after =
        state_with_route(history_now(&serving->history), key, op == OP_DELETE ? 0 : value);
    struct call call;

    enter(serving, &call, 0);
    refusal = server_change(&serving->core, op, &route);
    if (wanted == REFUSED_NOT) {
        history_accept(&serving->history, after);
        cover_change(serving, dropped);
    }
    check_answer(serving, "a route", wanted, refusal);
    leave(serving, &call);
}

static uint32_t stores_of(const struct serving *serving)
{
    return serving->object ? serving->object->memory.count : 0;
}

void serving_mac(struct world *world, enum frame_op op, unsigned key, unsigned value, uint32_t stop)
{
    struct serving *serving = world->serving;
    struct history *history = &serving->history;
    struct arp_entry entry = {.mac = universe_mac(key), .address = universe_address(value)};
    enum refusal wanted = history_mac(history, op, key, serving->object), refusal;
    uint64_t dropped = serving->core.stats.backlogs_dropped;
    bool adds = op == OP_CREATE;
    state_t after = state_with_mac(history_now(history), key, adds ? value : 0);
    struct call call;

    if (wanted == REFUSED_NOT && adds)
        history_add_begins(history, key, value, stores_of(serving));
    else if (wanted == REFUSED_NOT)
        history_remove_begins(history, key, stores_of(serving));
    enter(serving, &call, stop);
    refusal = server_change_arp(&serving->core, op, &entry);
    if (!serving->gone && wanted == REFUSED_NOT) {
        if (adds)
            history_add_ends(history, key, stores_of(serving));
        else
            history_remove_ends(history, key, stores_of(serving));
        history_accept(history, after);
        cover_change(serving, dropped);
    }
    if (!serving->gone)
        check_answer(serving, "an ARP entry", wanted, refusal);
    leave(serving, &call);
}

void serving_flush(struct world *world, uint32_t stop)
{
    struct serving *serving = world->serving;
    struct history *history = &serving->history;
    uint32_t signalled;
    struct call call;

    world->outcome->flushes++;
    check_flush_begins(serving);
    for (unsigned key = 0; key < MACS; key++)
        history_remove_begins(history, key, stores_of(serving));
    history_flush(history); /* a client may be told of it before all is done */
    enter(serving, &call, stop);
    serving->flushing = true;
    server_flush(&serving->core, &signalled);
    serving->flushing = false;
    if (!serving->gone) {
        for (unsigned key = 0; key < MACS; key++)
            history_remove_ends(history, key, stores_of(serving));
        check_answer(serving, "a flush", REFUSED_NOT, REFUSED_NOT);
        check_flush_ends(serving);
    }
    leave(serving, &call);
}
