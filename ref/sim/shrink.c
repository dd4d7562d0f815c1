/* SPDX-License-Identifier: MIT */
#include "sim/shrink.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "sim/movefile.h"
#include "sim/tap.h"

struct shrink {
    struct moves *best, next; /* the shortest that fails so far, and one to be tried */
    struct failure *failure;  /* of the best */
    int64_t until;
    bool broken; /* no process could be had */
};

static int64_t now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static bool over(const struct shrink *shrink)
{
    return shrink->broken || now_s() >= shrink->until;
}

/* Tries `next`; it is the best from now on if it fails in the same class. */
static bool try_next(struct shrink *shrink)
{
    const struct plan plan = {.replay = &shrink->next};
    struct failure failure;
    struct moves was = *shrink->best;

    if (over(shrink))
        return false;
    if (apart_run(&plan, &failure)) {
        shrink->broken = true;
        return false;
    }
    if (failure.class != shrink->failure->class)
        return false;
    failure.seed = shrink->failure->seed;
    *shrink->failure = failure;
    *shrink->best = shrink->next;
    shrink->next = was;
    return true;
}

static void begin_next(struct shrink *shrink)
{
    shrink->next.count = 0;
}

/* Tries the best without the moves that are marked. */
static bool try_without(struct shrink *shrink, bool (*drop)(const struct move *move, unsigned what),
                        unsigned what)
{
    begin_next(shrink);
    for (size_t i = 0; i < shrink->best->count; i++)
        if (!drop(&shrink->best->list[i], what))
            moves_add(&shrink->next, &shrink->best->list[i]);
    return shrink->next.count < shrink->best->count && try_next(shrink);
}

static bool of_actor(const struct move *move, unsigned actor)
{
    return move->actor == actor && move->kind != MOVE_KNOB;
}

static bool of_kind(const struct move *move, unsigned kind)
{
    return move->kind == kind;
}

/* Whole clients, then whole kinds of operation and fault. */
static void drop_groups(struct shrink *shrink)
{
    for (unsigned actor = ACTORS - 1; actor > ACTOR_SERVER; actor--)
        try_without(shrink, of_actor, actor);
    for (unsigned kind = MOVE_KNOB + 1; kind < MOVES; kind++)
        try_without(shrink, of_kind, kind);
}

/* Tries the best with `size` moves from `at` on replaced by `by`, or by nothing. */
static bool try_replacing(struct shrink *shrink, size_t at, size_t size, const struct move *by)
{
    const struct moves *best = shrink->best;

    begin_next(shrink);
    for (size_t i = 0; i < at; i++)
        moves_add(&shrink->next, &best->list[i]);
    if (by)
        moves_add(&shrink->next, by);
    for (size_t i = at + size; i < best->count; i++)
        moves_add(&shrink->next, &best->list[i]);
    return try_next(shrink);
}

/* The knobs, which come first. */
static size_t knobs(const struct moves *moves)
{
    size_t count = 0;

    while (count < moves->count && moves->list[count].kind == MOVE_KNOB)
        count++;
    return count;
}

/* Buffers that are soon full save many moves. */
static void try_small(struct shrink *shrink)
{
    static const struct move small[] = {{.kind = MOVE_KNOB, .key = KNOB_JOURNAL, .number = 300},
                                        {.kind = MOVE_KNOB, .key = KNOB_CHUNK, .number = 152},
                                        {.kind = MOVE_KNOB, .key = KNOB_WALK, .number = 304}};

    for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++)
        try_replacing(shrink, knobs(shrink->best), 0, &small[i]);
}

static void drop_knobs(struct shrink *shrink)
{
    for (size_t at = knobs(shrink->best); at > 0; at--)
        try_replacing(shrink, at - 1, 1, NULL);
}

/* Stretches of that many moves, from the end: each goes, or gives way to a settling. */
static bool drop_stretches(struct shrink *shrink, size_t size)
{
    const struct move settle = {.kind = MOVE_SETTLE};
    bool shorter = false;

    for (size_t end = shrink->best->count; end >= size + knobs(shrink->best) && !over(shrink);) {
        size_t at = end - size;

        if (try_replacing(shrink, at, size, NULL) ||
            (size > 1 && try_replacing(shrink, at, size, &settle)))
            shorter = true;
        end = at < shrink->best->count ? at : shrink->best->count;
    }
    return shorter;
}

static bool drop_moves(struct shrink *shrink)
{
    bool shorter = false;

    for (size_t size = shrink->best->count / 2; size > 0 && !over(shrink); size /= 2)
        shorter |= drop_stretches(shrink, size);
    return shorter;
}

/* Two moves of one kind and actor, deliveries above all, become one. */
static bool merge_moves(struct shrink *shrink)
{
    bool shorter = false;

    for (size_t i = 0; i + 1 < shrink->best->count && !over(shrink); i++) {
        const struct move *first = &shrink->best->list[i], *second = first + 1;
        struct move both = *first;

        if (first->kind != second->kind || first->actor != second->actor ||
            first->old != second->old || first->number + second->number < first->number)
            continue;
        both.number += second->number;
        shorter |= try_replacing(shrink, i, 2, &both);
    }
    return shorter;
}

static bool try_changed(struct shrink *shrink, size_t at, const struct move *move)
{
    return memcmp(move, &shrink->best->list[at], sizeof(*move)) != 0 &&
           try_replacing(shrink, at, 1, move);
}

static bool moves_bytes(const struct move *move)
{
    return move->kind == MOVE_WRITE || move->kind == MOVE_READ || move->kind == MOVE_SERVER_READ ||
           move->kind == MOVE_SERVER_WRITE;
}

enum { ALL_BYTES = 9999, PART_BYTES = TAP_HEADER + 1 };

/* One way to say less: plain numbers tell that they do not matter. False: there is no such way. */
static bool say_less(struct move *move, unsigned way)
{
    switch (way) {
    case 0:
        move->stop = 0;
        return true;
    case 1:
        move->ages = 0;
        return true;
    case 2:
        move->old = false;
        return true;
    case 3:
        move->number = moves_bytes(move) ? ALL_BYTES : 1;
        return true;
    case 4: /* a scenario can say a part of a frame whose header is whole */
        if (moves_bytes(move) && move->number != ALL_BYTES)
            move->number = PART_BYTES;
        return true;
    case 5:
        move->key = 0;
        return true;
    case 6:
        move->value = move->value > 0;
        return true;
    default:
        return false;
    }
}

static void simplify_move(struct shrink *shrink, size_t at)
{
    struct move move = shrink->best->list[at];

    if (move.kind == MOVE_KNOB || move.kind == MOVE_SETTLE)
        return;
    for (unsigned way = 0; say_less(&move, way); way++) {
        try_changed(shrink, at, &move);
        move = shrink->best->list[at];
    }
}

static void simplify(struct shrink *shrink)
{
    for (size_t i = 0; i < shrink->best->count && !over(shrink); i++)
        simplify_move(shrink, i);
}

static bool uses(const struct moves *moves, unsigned actor)
{
    for (size_t i = 0; i < moves->count; i++)
        if (of_actor(&moves->list[i], actor))
            return true;
    return false;
}

static void rename_client(struct shrink *shrink, unsigned from, unsigned to)
{
    begin_next(shrink);
    for (size_t i = 0; i < shrink->best->count; i++) {
        struct move move = shrink->best->list[i];

        if (of_actor(&move, from))
            move.actor = (uint8_t)to;
        moves_add(&shrink->next, &move);
    }
    try_next(shrink);
}

/* Those that are left get the first names. */
static void rename_clients(struct shrink *shrink)
{
    for (unsigned from = ACTOR_D; from > ACTOR_A; from--)
        for (unsigned to = ACTOR_A; to < from && uses(shrink->best, from); to++)
            if (!uses(shrink->best, to))
                rename_client(shrink, from, to);
}

static void make_shorter(struct shrink *shrink)
{
    size_t before;

    do {
        before = shrink->best->count;
        drop_groups(shrink);
        while (drop_moves(shrink) + merge_moves(shrink) > 0)
            continue;
        simplify(shrink);
        rename_clients(shrink);
    } while (shrink->best->count < before && !over(shrink));
}

int shrink_run(struct moves *moves, struct failure *failure, unsigned seconds)
{
    struct shrink shrink = {.best = moves, .failure = failure, .until = now_s() + seconds};

    try_small(&shrink);
    make_shorter(&shrink);
    try_small(&shrink);
    make_shorter(&shrink);
    drop_knobs(&shrink);
    moves_finish(&shrink.next);
    return shrink.broken ? -1 : 0;
}

/* Those of a run that crashes are known by its trace. */
int shrink_moves_of(uint64_t seed, struct moves *moves, struct failure *failure)
{
    FILE *trace = tmpfile();
    const struct plan plan = {.seed = seed, .trace = trace};
    char reason[MOVE_REASON];
    int result;

    if (!trace)
        return -1;
    setvbuf(trace, NULL, _IOLBF, 0);
    result = apart_run(&plan, failure);
    rewind(trace);
    if (result == 0 && movefile_read(trace, moves, reason)) {
        errno = EBADMSG;
        result = -1;
    }
    fclose(trace);
    return result;
}
