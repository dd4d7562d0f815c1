/* SPDX-License-Identifier: MIT */
/*
 * Flush in the server core: rules S1 to S7, by what the peers get.
 */
#include "tests/unit/ref/tap.h"

#include <signal.h>
#include <sys/mman.h>

#include "core/arp_layout.h"

enum { PAGE = 64 * 1024, SLOTS = 16 };

static struct arp_header *header; /* in a page of its own */
static uint32_t routes_at_store;

/* The first store into the page: what the tables hold then. */
static void on_store(int number)
{
    (void)number;
    routes_at_store = table_sum(world.server.origin.table).routes;
    mprotect(header, PAGE, PROT_READ | PROT_WRITE);
}

TEST(a_flush_is_a_change_of_a_new_epoch) /* FLU-1, FLU-2 */
{
    struct tap *tap = &world.taps[0];

    world_open(1 << 20, 3, 1);
    enter(tap);
    flush(1);
    create(1);
    flush(1);
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->count, 3);
    CHECK_EQ_INT(tap->frames[0].type, FRAME_FLUSH);
    CHECK_EQ_INT(tap->frames[0].epoch, (UINT64_C(7) << 32) + 1);
    CHECK_EQ_INT(tap->frames[0].seq, 4);
    CHECK_EQ_INT(tap->frames[1].type, FRAME_ROUTE);
    CHECK_EQ_INT(tap->frames[1].epoch, (UINT64_C(7) << 32) + 1);
    CHECK_EQ_INT(tap->frames[1].seq, 5);
    CHECK_EQ_INT(tap->frames[2].epoch, (UINT64_C(7) << 32) + 2);
    CHECK_EQ_INT(tap->frames[2].seq, 6);
    CHECK_EQ_INT(peer_seq(tap->peer, &world.server.origin), 6);
    flush(1);
    CHECK_EQ_INT(peer_seq(tap->peer, &world.server.origin), 6); /* it waits */
    world_close();
}

TEST(signals_come_last_and_only_to_the_registered) /* S2, S4, FLU-4, FLU-5 */
{
    world_open(1 << 20, 3, 4);
    enter(&world.taps[0]);
    enter(&world.taps[1]);
    synchronise(&world.taps[2]);
    world.taps[1].unreachable = true;
    flush(1); /* two are registered, one is reached */
    CHECK_EQ_INT(world.taps[0].signals, 1);
    CHECK_EQ_INT(world.taps[1].signals, 1);
    CHECK_EQ_INT(world.taps[2].signals + world.taps[3].signals, 0);
    CHECK_EQ_INT(world.routes_at_signal, 0);
    CHECK(world.least_at_signal >= FRAME_SIZE_FLUSH);
    world_close();
}

TEST(the_epoch_is_stored_between_the_emptying_and_the_signals) /* S2, FLU-5 */
{
    struct sigaction watch = {.sa_handler = on_store}, before;

    header = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    world_open(1 << 20, 3, 0);
    server_share(&world.server, header, SLOTS, "/rtm-test");
    world_join(1);
    enter(&world.taps[0]);
    world.shared_epoch = &header->epoch;
    sigaction(SIGSEGV, &watch, &before);
    mprotect(header, PAGE, PROT_READ);
    routes_at_store = NOBODY;
    flush(1);
    sigaction(SIGSEGV, &before, NULL);
    CHECK_EQ_INT(routes_at_store, 0);
    CHECK_EQ_INT(world.epoch_at_signal, (UINT64_C(7) << 32) + 1);
    world_close();
    munmap(header, PAGE);
}

TEST(every_welcomed_stream_gets_the_flush) /* S3, FLU-3 */
{
    world_open(1 << 20, 3, 3); /* taps 0 registered, 1 not, 2 has read nothing, 3 without HELLO */
    enter(&world.taps[0]);
    synchronise(&world.taps[1]);
    world.taps[3].gather.sender = SIDE_SERVER;
    world.taps[3].peer = server_join(&world.server, &world.taps[3], AUDIENCE_LOCAL, 100);
    flush(1);
    for (int i = 0; i < PEERS; i++) {
        struct tap *tap = &world.taps[i];

        pull(tap, SIZE_MAX);
        CHECK_EQ_INT(find(tap, FRAME_FLUSH, 0) < tap->count, i < 3);
        check_epochs(tap);
    }
    CHECK_EQ_INT(world.taps[3].count, 0);
    say(&world.taps[3], (struct frame){.type = FRAME_HELLO, .hello = {1, 1}});
    pull(&world.taps[3], SIZE_MAX); /* FLU-8 */
    CHECK_EQ_INT(world.taps[3].frames[1].type, FRAME_SNAPSHOT_BEGIN);
    CHECK_EQ_INT(world.taps[3].frames[1].epoch, (UINT64_C(7) << 32) + 1);
    CHECK_EQ_INT(world.taps[3].frames[1].seq, 4);
    world_close();
}

TEST(a_flush_ends_the_walk_wherever_it_is) /* S6, FLU-6, SES-4 */
{
    struct tap *tap = &world.taps[0];

    for (size_t read = 0; read < 1400 * FRAME_SIZE_ROUTE; read += 7777) {
        world_open(1 << 20, 3500, 1);
        pull(tap, read);
        CHECK(tap->peer->walking);
        flush(0);
        create(1);
        pull(tap, SIZE_MAX);
        check_epochs(tap);
        CHECK_EQ_INT(find(tap, FRAME_SNAPSHOT_END, 0), tap->count);
        CHECK_EQ_INT(tap->frames[tap->count - 1].type, FRAME_ROUTE);
        CHECK_EQ_INT(tap->frames[tap->count - 1].seq, 3502);
        CHECK_EQ_INT(tap->frames[tap->count - 2].type, FRAME_FLUSH);
        CHECK_EQ_INT(tap->peer->state, PEER_SYNCHRONISED);
        say(tap, (struct frame){.type = FRAME_PID, .pid = 100});
        CHECK_EQ_INT(tap->peer->pid, 100);
        world_close();
    }
}

TEST(a_flush_answers_a_resync_that_is_not_answered_yet) /* S6, SYN-21 */
{
    struct tap *tap = &world.taps[0];
    struct frame resync = {.type = FRAME_RESYNC, .seq = 3500};

    world_open(1 << 20, 3500, 1);
    enter(tap);
    say(tap, resync);
    CHECK_EQ_INT(tap->peer->state, PEER_RESYNCING);
    pull(tap, 10000);
    flush(1);
    CHECK_EQ_INT(tap->peer->state, PEER_SYNCHRONISED);
    resync.seq = 3501;
    say(tap, resync); /* no END was its like: not the second in a row */
    tap->count = 0;
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->frames[tap->count - 1].type, FRAME_SNAPSHOT_END);
    CHECK_EQ_INT(tap->frames[tap->count - 1].sum.routes, 0);
    say(tap, resync);
    CHECK_EQ_INT(tap->peer->state, PEER_CLOSING);
    CHECK_EQ_INT(tap->handles, 0);
    world_close();
}

/* The FLUSH is dropped with the rest of the backlog, or is what makes it too long. */
TEST(a_dropped_flush_is_told_by_the_next_snapshot) /* S7, FLU-8 */
{
    struct tap *tap = &world.taps[0];
    struct journal *journal = &world.server.origin.journals[AUDIENCE_LOCAL];

    for (int by_flush = 0; by_flush < 2; by_flush++) {
        world_open(64 * 1024, 3, 1);
        enter(tap);
        create(10);
        pull(tap, 30); /* inside a frame, which has to be finished */
        for (uint32_t key = 11; journal->behind + FRAME_SIZE_ROUTE < journal->bound; key++)
            create(key);
        if (by_flush)
            journal->bound = journal->behind + 1;
        flush(1);
        for (uint32_t key = 1; world.server.stats.backlogs_dropped == 0; key++)
            create(key);
        CHECK_EQ_INT(tap->peer->state, PEER_RESYNCING);
        pull(tap, SIZE_MAX);
        CHECK_EQ_INT(tap->frames[0].type, FRAME_ROUTE);
        CHECK_EQ_INT(tap->frames[0].epoch, UINT64_C(7) << 32);
        CHECK_EQ_INT(tap->frames[1].type, FRAME_SNAPSHOT_BEGIN);
        CHECK_EQ_INT(tap->frames[1].epoch, (UINT64_C(7) << 32) + 1);
        CHECK_EQ_INT(tap->frames[tap->count - 1].type, FRAME_SNAPSHOT_END);
        CHECK_EQ_INT(tap->frames[tap->count - 1].sum.routes,
                     table_sum(world.server.origin.table).routes);
        CHECK_EQ_INT(find(tap, FRAME_FLUSH, 0), tap->count);
        world_close();
    }
}

TEST(a_first_snapshot_dropped_with_its_flush_is_still_the_first) /* S7, SES-4 */
{
    struct tap *tap = &world.taps[0];
    struct journal *journal = &world.server.origin.journals[AUDIENCE_LOCAL];

    world_open(64 * 1024, 3500, 1);
    pull(tap, 5000);
    for (uint32_t key = 5000; journal->behind + FRAME_SIZE_ROUTE < journal->bound; key++)
        create(key);
    journal->bound = journal->behind + 1;
    flush(0);
    CHECK_EQ_INT(world.server.stats.backlogs_dropped, 1);
    CHECK_EQ_INT(tap->peer->state, PEER_SNAPSHOT);
    say(tap, (struct frame){.type = FRAME_PID, .pid = 100}); /* neither END nor FLUSH was sent */
    CHECK_EQ_INT(tap->peer->state, PEER_CLOSING);
    CHECK_EQ_INT(tap->peer->pid, 0);
    world_close();
}

/* SYN-21 is about answers to a RESYNC, which this snapshot is not. */
TEST(a_snapshot_after_a_flush_answers_no_resync)
{
    struct tap *tap = &world.taps[0];
    struct frame resync = {.type = FRAME_RESYNC, .seq = 3501};

    world_open(1 << 20, 3500, 1);
    enter(tap);
    say(tap, resync);
    flush(1);
    peer_restart(tap->peer, &world.server.origin);
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->frames[tap->count - 1].type, FRAME_SNAPSHOT_END);
    CHECK_EQ_INT(tap->frames[tap->count - 1].seq, 3501);
    say(tap, resync);
    CHECK_EQ_INT(tap->peer->state, PEER_RESYNCING);
    world_close();
}

/* The answer overtakes what waits, and so must not say what comes behind. */
TEST(an_error_before_a_flush_has_the_epoch_of_its_place) /* EPO-2, FLU-2 */
{
    struct tap *tap = &world.taps[0];

    for (size_t cut = 0; cut < 2 * FRAME_SIZE_ROUTE; cut += 5) {
        world_open(1 << 20, 1, 1);
        synchronise(tap);
        create(10);
        create(11);
        pull(tap, cut);
        flush(0);
        say(tap, (struct frame){.type = FRAME_PID, .pid = 5});
        pull(tap, SIZE_MAX);
        CHECK_EQ_INT(tap->count, 4);
        CHECK(find(tap, FRAME_ERROR, 0) < tap->count);
        check_epochs(tap);
        world_close();
    }
}

TEST(a_last_error_has_the_new_epoch) /* FLU-2; what waited before it is dropped */
{
    struct tap *tap = &world.taps[0];

    world_open(1 << 20, 1, 1);
    synchronise(tap);
    create(10);
    flush(0);
    say(tap, (struct frame){.type = FRAME_HELLO, .hello = {1, 1}});
    pull(tap, SIZE_MAX);
    CHECK_EQ_INT(tap->count, 1);
    CHECK_EQ_INT(tap->frames[0].type, FRAME_ERROR);
    CHECK_EQ_INT(tap->frames[0].epoch, (UINT64_C(7) << 32) + 1);
    world_close();
}
