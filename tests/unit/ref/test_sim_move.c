/* SPDX-License-Identifier: MIT */
/*
 * Moves as lines: what is printed is read again as the same; and runs are equal.
 */
#include "tests/unit/unit.h"

#include "sim/random.h"
#include "sim/run.h"

static bool same(const struct move *a, const struct move *b)
{
    return a->kind == b->kind && a->actor == b->actor && a->key == b->key && a->value == b->value &&
           a->old == b->old && a->stop == b->stop && a->number == b->number && a->ages == b->ages;
}

static bool parses_as(const char *line, struct move want)
{
    struct move move;

    return move_parse(line, &move) == NULL && same(&move, &want);
}

TEST(a_line_is_read)
{
    CHECK(parses_as("server creates R3 V7",
                    (struct move){.kind = MOVE_CREATE, .key = 2, .value = 7}));
    CHECK(parses_as("    server flushes, stopping at 3\n",
                    (struct move){.kind = MOVE_FLUSH, .stop = 3}));
    CHECK(parses_as("B looks up M6, ages 1f",
                    (struct move){.kind = MOVE_LOOKUP, .actor = ACTOR_B, .key = 5, .ages = 0x1f}));
    CHECK(parses_as(
        "server reads 17 bytes of C's old",
        (struct move){.kind = MOVE_SERVER_READ, .actor = ACTOR_C, .old = true, .number = 17}));
    CHECK(parses_as("knob kernel 1",
                    (struct move){.kind = MOVE_KNOB, .key = KNOB_KERNEL, .number = 1}));
    CHECK(
        parses_as("hostile says PID 3",
                  (struct move){.kind = MOVE_SAY, .actor = ACTOR_HOSTILE, .key = 1, .number = 3}));
}

TEST(other_lines_are_refused)
{
    static const char *const lines[] = {"",
                                        "server",
                                        "server creates R9 V1",
                                        "server creates R0 V1",
                                        "server creates R1 V8",
                                        "server creates R1",
                                        "E connects",
                                        "A connects now",
                                        "A reads -1 bytes",
                                        "A reads 4294967296 bytes",
                                        "A reads 99999999999999999999 bytes",
                                        "server flushes, stopping at 0",
                                        "server flushes, stopping at",
                                        "knob colour 1"};
    struct move move;

    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        CHECK(move_parse(lines[i], &move) != NULL);
}

static const struct plan seven = {.seed = 7};

TEST(what_a_run_prints_is_read_again)
{
    struct world *world = world_create();
    struct outcome outcome = {0};
    char line[MOVE_LINE];
    struct move move;

    world_run(world, &seven, &outcome);
    CHECK(outcome.moves.count > 300);
    for (size_t i = 0; i < outcome.moves.count; i++) {
        move_format(&outcome.moves.list[i], line);
        if (!CHECK(move_parse(line, &move) == NULL))
            printf("# %s\n", line);
    }
    outcome_finish(&outcome);
    world_destroy(world);
}

/* Drawn twice in one world, and replayed from its lines: three equal runs. */
TEST(equal_seeds_and_equal_lists_are_equal_runs)
{
    struct world *world = world_create();
    struct outcome first = {0}, again = {0};
    struct moves moves = {0};
    struct plan replay = {.replay = &moves};
    char line[MOVE_LINE];
    struct move move;

    for (uint64_t seed = 1; seed <= 50; seed++) {
        world_run(world, &(struct plan){.seed = seed}, &first);
        world_run(world, &(struct plan){.seed = seed}, &again);
        CHECK_EQ_INT(again.hash, first.hash);
        moves.count = 0;
        for (size_t i = 0; i + 1 < first.moves.count;
             i++) { /* a run settles at its end by itself */
            move_format(&first.moves.list[i], line);
            CHECK(move_parse(line, &move) == NULL);
            moves_add(&moves, &move);
        }
        world_run(world, &replay, &again);
        CHECK_EQ_INT(again.skipped, 0);
        CHECK_EQ_INT(again.hash, first.hash);
    }
    moves_finish(&moves);
    outcome_finish(&first);
    outcome_finish(&again);
    world_destroy(world);
}

/* Any list is a run: what is impossible is skipped. */
TEST(a_list_with_holes_is_a_run)
{
    struct world *world = world_create();
    struct outcome whole = {0}, cut = {0};
    struct moves moves = {0};
    struct random random = {1};

    world_run(world, &seven, &whole);
    for (int round = 0; round < 100; round++) {
        moves.count = 0;
        for (size_t i = 0; i < whole.moves.count; i++)
            if (!random_once_in(&random, 3))
                moves_add(&moves, &whole.moves.list[i]);
        world_run(world, &(struct plan){.replay = &moves}, &cut);
        if (!CHECK_EQ_INT(cut.class, CLASS_HOLDS))
            printf("# %s\n", cut.text);
    }
    moves_finish(&moves);
    outcome_finish(&whole);
    outcome_finish(&cut);
    world_destroy(world);
}

/* A run is the same on every machine, whatever compiled it. Whoever changes what a run does on
 * purpose writes the new number here. */
TEST(a_seed_is_pinned)
{
    struct world *world = world_create();
    struct outcome outcome = {0};
    uint64_t hash = 0;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        world_run(world, &(struct plan){.seed = seed}, &outcome);
        hash = hash * 31 + outcome.hash;
    }
    CHECK_EQ_INT(hash, UINT64_C(0xe7dc1b6c0b4c80aa));
    outcome_finish(&outcome);
    world_destroy(world);
}
