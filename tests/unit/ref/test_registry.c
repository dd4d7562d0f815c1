/* SPDX-License-Identifier: MIT */
/*
 * Who is registered in the server core, and is signalled at a flush: rule S9.
 */
#include "tests/unit/ref/tap.h"

TEST(the_registry_is_keyed_by_connection) /* S9, REG-1, REG-5, REG-6 */
{
    struct tap *taps = world.taps;

    world_open(1 << 20, 1, 4);
    for (int i = 0; i < PEERS; i++)
        enter(&taps[i]);
    flush(4);
    say(&taps[0], (struct frame){.type = FRAME_BYE});
    CHECK_EQ_INT(taps[0].handles, 0);
    flush(3); /* also while its end of file has not come */
    leave(&taps[1]);
    flush(2);
    say(&taps[2], (struct frame){.type = FRAME_PID, .pid = 100}); /* SES-4: its session is over */
    CHECK_EQ_INT(taps[2].handles, 0);
    flush(1);
    CHECK_EQ_INT(taps[3].handles, 1);
    CHECK_EQ_INT(taps[3].signals, 4);
    CHECK_EQ_INT(taps[0].signals, 1);
    CHECK_EQ_INT(taps[1].signals, 2);
    CHECK_EQ_INT(taps[2].signals, 3);
    world_close();
}

TEST(who_has_no_handle_or_lies_is_served_unregistered) /* REG-3, REG-4, SES-14 */
{
    static const uint32_t forged[] = {0, 1, 99, UINT32_MAX};
    struct tap *tap = &world.taps[0];

    for (int i = -1; i < 4; i++) {
        world_open(1 << 20, 1, 1);
        world.no_handles = i < 0;
        synchronise(tap);
        say(tap, (struct frame){.type = FRAME_PID, .pid = i < 0 ? 100 : forged[i]});
        CHECK_EQ_INT(tap->peer->pid, 0);
        flush(0);
        CHECK_EQ_INT(tap->signals, 0);
        pull(tap, SIZE_MAX);
        CHECK_EQ_INT(tap->frames[0].type, i < 0 ? FRAME_FLUSH : FRAME_ERROR);
        CHECK_EQ_INT(tap->frames[tap->count - 1].type, FRAME_FLUSH);
        say(tap, (struct frame){.type = FRAME_PID, .pid = 100}); /* a second one */
        CHECK_EQ_INT(tap->peer->state, PEER_CLOSING);
        world_close();
    }
}
