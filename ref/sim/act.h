/* SPDX-License-Identifier: MIT
 *
 * What each kind of move does. A new one is a line in move.def and two functions: whether it is
 * possible now, and how it is made.
 */
#ifndef SIM_ACT_H
#define SIM_ACT_H

#include "sim/world.h"

#define MOVE(name, words, weight)                                  \
    bool can_##name(struct world *world, const struct move *move); \
    void do_##name(struct world *world, const struct move *move);
#include "sim/move.def"

static inline enum actor act_actor(const struct move *move)
{
    return (enum actor)move->actor;
}

/* The client of the move runs, is not stopped and not inside a call. */
static inline bool act_client_free(struct world *world, const struct move *move)
{
    return actor_is_client(act_actor(move)) && actor_free(world, act_actor(move));
}

static inline struct following *act_client(struct world *world, const struct move *move)
{
    return following_of(world, act_actor(move));
}

#endif
