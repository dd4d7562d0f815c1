/* SPDX-License-Identifier: MIT */
#include "sim/check.h"

#include <inttypes.h>

#include "sim/heap.h"
#include "sim/knob.h"

static void check_lookups(struct following *following)
{
    const struct history *history = &following->serving->history;

    if (!following->object)
        return;
    view_know(&following->view, following->object->memory.count);
    for (unsigned key = 0; key < MACS; key++) {
        unsigned value = state_mac(history_now(history), key);
        uint32_t address = 0;
        bool found;

        following->ages = following->loads = 0;
        found = arp_lookup(&following->core.addresses, universe_mac(key), &address);
        if (found != (value > 0) || (found && address != universe_address(value)))
            world_fail(following->world, CLASS_WRONG,
                       "at rest %s looks up M%u and gets %08" PRIx32 ", the server has I%u",
                       actor_name(following->actor), key + 1, address, value);
    }
}

static bool is_registered(const struct following *following)
{
    return following->socket != NONE && following->world->lines[following->socket].registered;
}

static void check_equal(struct following *following)
{
    struct world *world = following->world;
    const struct serving *serving = world->serving;
    bool strange = false;
    state_t state = universe_read(following->core.table, !following->network, &strange);
    state_t wanted = history_now(&serving->history);

    if (!following->network)
        wanted = state_keys(wanted);
    if (following->core.state != CLIENT_SYNCHRONISED)
        world_fail(world, CLASS_STUCK, "at rest %s is in the state %s",
                   actor_name(following->actor), client_state_name(following->core.state));
    else if (state != wanted || strange)
        world_fail(world, CLASS_UNEQUAL, "at rest %s has %014" PRIx64 ", the server %014" PRIx64,
                   actor_name(following->actor), state, wanted);
    else if (following->serving == serving)
        check_lookups(following);
    if (!following->network && world->knobs[KNOB_KERNEL] <= KERNEL_NUMBERS &&
        !is_registered(following))
        world_fail(world, CLASS_UNLISTED, "at rest %s is not registered",
                   actor_name(following->actor));
    if (!following->network && serving->object && !following->object)
        world_fail(world, CLASS_LEFT, "at rest %s has no object", actor_name(following->actor));
}

/* What the server has taken from the kernel is what its connections need. */
static void check_left(struct world *world)
{
    uint32_t lines = 0, handles = 0;

    for (int i = 0; i < SOCKETS; i++) {
        const struct socket *socket = &world->kernel.sockets[i];

        if (!socket->used || !socket->accepted || !socket->server_open)
            continue;
        lines++;
        handles += world->lines[i].registered;
        if (!socket->client_open)
            world_fail(world, CLASS_LEAK, "at rest the server has a connection that is closed");
    }
    if (world->serving->core.peer_count != lines || world->kernel.handles != handles)
        world_fail(world, CLASS_LEAK,
                   "at rest the server has %u peers and %u handles; there are %u connections,"
                   " %u of them registered",
                   world->serving->core.peer_count, world->kernel.handles, lines, handles);
}

void check_rest(struct world *world)
{
    check_server(world->serving);
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (world->following[i])
            check_equal(world->following[i]);
    check_left(world);
}

void check_empty(struct world *world)
{
    const struct kernel *kernel = &world->kernel;
    uint32_t sockets = 0, objects = 0;

    for (int i = 0; i < SOCKETS; i++)
        sockets += kernel->sockets[i].used;
    for (int i = 0; i < OBJECTS; i++)
        objects += kernel->objects[i].used;
    if (sockets || objects || kernel->handles)
        world_fail(world, CLASS_LEAK,
                   "all have ended, and there are still %u sockets, %u objects and %u handles",
                   sockets, objects, kernel->handles);
}

void check_memory(struct world *world, int64_t blocks)
{
    if (heap_blocks() != blocks)
        world_fail(world, CLASS_LEAK, "all have ended, and %" PRId64 " blocks of memory are left",
                   heap_blocks() - blocks);
}
