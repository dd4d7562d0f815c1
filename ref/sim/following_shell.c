/* SPDX-License-Identifier: MIT */
#include "sim/following.h"

#include "sim/check.h"

enum { LOADS_MAX = 400 }; /* of one lookup, with at most 16 slots and few tries */

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
    uint64_t value;
    size_t offset;

    world_hook(following->world, following->call);
    if (following->gone || ++following->loads > LOADS_MAX)
        return 0; /* whatever loops on it ends */
    following->ages >>= 2;
    offset = (size_t)((const volatile uint8_t *)at - following->object->bytes);
    value = memory_load(&following->object->memory, &following->view, offset, width, order, age);
    if (following->view.old)
        cover(following->world, COVER_OLD_VALUE);
    return value;
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

struct client_shell following_shell(struct following *following)
{
    return (struct client_shell){following, take_signal, map, unmap};
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
    following_enter(following, &call, stop);
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
    following_leave(following, &call);
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
    following_enter(following, &call, stop);
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
    following_leave(following, &call);
}
