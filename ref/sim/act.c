/* SPDX-License-Identifier: MIT */
#include "sim/act.h"

static const struct {
    bool (*can)(struct world *world, const struct move *move);
    void (*make)(struct world *world, const struct move *move);
} acts[MOVES] = {
#define MOVE(name, words, weight) {can_##name, do_##name},
#include "sim/move.def"
};

bool move_possible(struct world *world, const struct move *move)
{
    return acts[move->kind].can(world, move);
}

void move_make(struct world *world, const struct move *move)
{
    acts[move->kind].make(world, move);
}
