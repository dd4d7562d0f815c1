/* SPDX-License-Identifier: MIT */
#include "sim/run.h"

#include <stdlib.h>
#include <string.h>

#include "sim/check.h"
#include "sim/following.h"
#include "sim/heap.h"
#include "sim/serving.h"
#include "sim/step.h"

enum { MOVES_LEAST = 330, MOVES_MORE = 120 };

static const struct {
    const char *word, *requirement, *text;
} classes[CLASSES] = {
#define CLASS(name, word, requirement, text) {word, requirement, text},
#include "sim/check.def"
};

static const struct {
    const char *name, *text;
} covers[COVERS] = {
#define COVER(name, text) {#name, text},
#include "sim/cover.def"
};

const char *class_word(enum class class)
{
    return classes[class].word;
}

const char *class_text(enum class class)
{
    return classes[class].text;
}

const char *cover_name(enum cover cover)
{
    return covers[cover].name;
}

const char *cover_text(enum cover cover)
{
    return covers[cover].text;
}

struct world *world_create(void)
{
    struct world *world = aligned_alloc(64, (sizeof(*world) + 63) / 64 * 64);

    if (!world)
        abort();
    memset(world, 0, sizeof(*world));
    return world;
}

void world_destroy(struct world *world)
{
    free(world);
}

void outcome_finish(struct outcome *outcome)
{
    moves_finish(&outcome->moves);
}

static void begin(struct world *world, const struct plan *plan, struct outcome *outcome)
{
    struct moves moves = outcome->moves;

    moves.count = 0;
    *outcome = (struct outcome){.moves = moves};
    kernel_open(&world->kernel);
    for (int i = 0; i < SERVINGS; i++)
        world->servings[i].used = false;
    for (int i = 0; i < CLIENTS_MAX; i++)
        world->following[i] = NULL;
    for (int i = 0; i < KNOBS; i++)
        world->knobs[i] = knob_usual((enum knob)i);
    world->started = world->settling = false;
    world->serving = NULL;
    world->hostile = NONE;
    world->call = NULL;
    world->depth = world->instance = world->progress = world->drawn = 0;
    world->next = 0;
    world->plan = plan;
    world->outcome = outcome;
    world->random = (struct random){plan->seed};
    world->limit = MOVES_LEAST + random_below(&world->random, MOVES_MORE);
}

/* All processes end, and their memory is given back. */
static void end(struct world *world)
{
    for (int i = 0; i < FOLLOWINGS; i++)
        if (world->followings[i].used)
            following_finish(&world->followings[i]);
    for (int i = 0; i < SERVINGS; i++)
        if (world->servings[i].used && !world->servings[i].freed) {
            world->servings[i].gone = true;
            serving_finish(&world->servings[i]);
        }
}

void world_run(struct world *world, const struct plan *plan, struct outcome *outcome)
{
    static const struct move last = {.kind = MOVE_SETTLE};
    const int64_t blocks = heap_blocks();
    const bool first = !outcome->moves.list;

    begin(world, plan, outcome);
    while (step_next(world))
        continue;
    if (!world_failed(world) && world->instance)
        step_make(world, &last);
    if (!world_failed(world))
        world_end(world);
    end(world);
    if (!world_failed(world) && !plan->teller)
        check_memory(world, blocks + (first && outcome->moves.list)); /* those are the moves */
    outcome->requirement = classes[outcome->class].requirement;
}
