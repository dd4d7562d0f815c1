/* SPDX-License-Identifier: MIT */
#include "sim/check.h"
#include "sim/following.h"
#include "sim/serving.h"

enum { ROUNDS = 300, ROUND_MS = 1000 };

static void wake(struct world *world)
{
    for (int i = 0; i < ACTORS; i++)
        process(world, (enum actor)i)->stopped = false;
}

static void serve(struct world *world)
{
    if (!world->serving)
        serving_start(world, instance_unused(world));
    serving_turn(world, 0);
}

static void follow(struct world *world, struct following *following)
{
    if (following->socket == NONE && world->kernel.now >= following->next && world->serving)
        following_connect(following);
    if (process(world, following->actor)->pending)
        following_signal(following, 0, 0);
    if (following->socket != NONE)
        following_turn(following, 0);
}

static void read_hostile(struct world *world)
{
    struct move move = {.kind = MOVE_READ, .actor = ACTOR_HOSTILE, .number = STREAM_BYTES};

    if (move_possible(world, &move))
        move_make(world, &move);
}

/* Only a change makes the server send the DIGEST that shows it. */
static void show_spoiled(struct world *world)
{
    bool spoiled = false;

    for (int i = 0; i < CLIENTS_MAX; i++)
        spoiled |= world->following[i] && world->following[i]->spoiled;
    if (spoiled && world->serving && !world->serving->leaving &&
        !history_full(&world->serving->history))
        serving_route(world,
                      state_route(history_now(&world->serving->history), 0) ? OP_DELETE : OP_CREATE,
                      0, 1);
}

/* One turn of everybody; whether anything has happened. */
static bool turn(struct world *world)
{
    uint32_t before = world->progress;

    serve(world);
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (world->following[i])
            follow(world, world->following[i]);
    read_hostile(world);
    world->kernel.now += ROUND_MS;
    world->outcome->events++;
    return world->progress != before;
}

/* Two quiet turns in a row: back-off and partings take less than that. */
void world_settle(struct world *world)
{
    int quiet = 0, rounds = 0;

    wake(world);
    world->settling = true;
    show_spoiled(world);
    while (quiet < 4 && rounds++ < ROUNDS && !world_failed(world))
        quiet = turn(world) ? 0 : quiet + 1;
    if (quiet < 4)
        world_fail(world, CLASS_BUSY, "something is still under way after %d turns of everybody",
                   ROUNDS);
    if (!world_failed(world))
        check_rest(world);
    world->settling = false;
}

static void part(struct world *world, struct following *following)
{
    if (following->socket == NONE)
        return;
    following_turn(following, 0);
    if (following->socket != NONE || !following->dismissed)
        world_fail(world, CLASS_LEFT, "%s is connected behind the end of the server, or got no BYE",
                   actor_name(following->actor));
}

void world_end(struct world *world)
{
    world->settling = true;
    if (world->serving && !world->serving->leaving)
        serving_quit(world, 0);
    if (world->serving)
        serving_turn(world, 0);
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (world->following[i])
            part(world, world->following[i]);
    for (int i = 0; i < ACTORS; i++)
        if (actor_is_client((enum actor)i) && following_of(world, (enum actor)i))
            following_quit(following_of(world, (enum actor)i));
        else if (process(world, (enum actor)i)->pid)
            process_end(&world->kernel, (enum actor)i);
    check_empty(world);
    world->settling = false;
}
