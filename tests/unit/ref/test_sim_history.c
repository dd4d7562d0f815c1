/* SPDX-License-Identifier: MIT */
/*
 * The simulator's oracle: what the tables were, and what a reader of the shared memory may get.
 */
#include "tests/unit/unit.h"

#include "sim/history.h"
#include "sim/tap.h"

enum { ALIVE = 5 };

static struct history history;

/* M1 has the address I3, made by the stores 11 to 20 and taken away by 31 to 40. */
static void open_life(bool begun_to_end, bool ended)
{
    history_open(&history, 7);
    history_add_begins(&history, 0, 3, 10);
    history_add_ends(&history, 0, 20);
    if (begun_to_end)
        history_remove_begins(&history, 0, 30);
    if (ended)
        history_remove_ends(&history, 0, 40);
}

TEST(an_address_may_be_read_from_its_first_store_to_its_last)
{
    open_life(true, true);
    CHECK(!history_may_be(&history, 0, 3, 5, 10));
    CHECK(history_may_be(&history, 0, 3, 5, 11));
    CHECK(history_may_be(&history, 0, 3, 39, 50));
    CHECK(!history_may_be(&history, 0, 3, 40, 50)); /* who knew the end */
    CHECK(!history_may_be(&history, 0, 4, 15, 35));
    CHECK(!history_may_be(&history, 1, 3, 15, 35));
    open_life(true, false); /* killed inside: it may be read for ever */
    CHECK(history_may_be(&history, 0, 3, 35, 35));
}

TEST(an_address_must_be_found_while_it_is_whole)
{
    open_life(true, true);
    CHECK(!history_may_lack(&history, 0, 20, 30));
    CHECK(history_may_lack(&history, 0, 19, 30));
    CHECK(history_may_lack(&history, 0, 20, 31));
    CHECK(history_may_lack(&history, 1, 20, 30));
    open_life(false, false);
    CHECK(!history_may_lack(&history, 0, 100, 1000));
}

TEST(an_end_that_began_counts_from_its_first_beginning)
{
    open_life(true, false);
    history_remove_begins(&history, 0, 35); /* a flush behind a removal that was killed */
    CHECK(history_may_lack(&history, 0, 20, 31));
}

TEST(operations_are_answered_by_what_is_there)
{
    history_open(&history, 7);
    CHECK_EQ_INT(history_route(&history, OP_CREATE, 2), REFUSED_NOT);
    CHECK_EQ_INT(history_route(&history, OP_UPDATE, 2), REFUSED_ABSENT);
    CHECK_EQ_INT(history_mac(&history, OP_CREATE, 2, false), REFUSED_UNAVAILABLE);
    CHECK_EQ_INT(history_mac(&history, OP_DELETE, 2, false), REFUSED_ABSENT);
    history_accept(&history, state_with_mac(state_with_route(0, 2, ALIVE), 2, ALIVE));
    CHECK_EQ_INT(history_route(&history, OP_CREATE, 2), REFUSED_EXISTS);
    CHECK_EQ_INT(history_route(&history, OP_DELETE, 2), REFUSED_NOT);
    CHECK_EQ_INT(history_mac(&history, OP_CREATE, 2, true), REFUSED_EXISTS);
    CHECK_EQ_INT(history_mac(&history, OP_DELETE, 2, true), REFUSED_NOT);
    history_flush(&history);
    CHECK_EQ_INT(history_now(&history), 0);
    CHECK_EQ_INT(history.epochs[2], 8);
    CHECK_EQ_INT(history.flushed, 2);
}

TEST(a_state_is_found_in_its_order)
{
    state_t one = state_with_mac(0, 0, 6);

    history_open(&history, 7);
    history_accept(&history, one);
    history_accept(&history, 0);
    history_accept(&history, one);
    CHECK_EQ_INT(history_find(&history, one, false, 0), 1);
    CHECK_EQ_INT(history_find(&history, one, false, 2), 3);
    CHECK_EQ_INT(history_find(&history, state_keys(one), true, 2), 3);
    CHECK_EQ_INT(history_find(&history, state_keys(one), false, 0), 4); /* there is none */
}

TEST(the_sums_of_a_state_are_those_of_the_core)
{
    struct table *table = table_create();
    state_t state = 0;
    bool strange = false;

    for (unsigned key = 0; key < ROUTES; key++) {
        struct route route = universe_route(key, 1 + key % VALUES);

        CHECK_EQ_INT(table_add(table, &route), 0);
        state = state_with_route(state, key, 1 + key % VALUES);
    }
    for (unsigned key = 0; key < MACS; key++) {
        struct arp_entry entry = {.mac = universe_mac(key), .address = universe_address(key + 1)};

        CHECK_EQ_INT(table_add_mac(table, &entry), 0);
        state = state_with_mac(state, key, key + 1);
    }
    CHECK_EQ_INT(universe_read(table, false, &strange), state);
    CHECK_EQ_INT(universe_read(table, true, &strange), state_keys(state));
    CHECK(!strange);
    CHECK_EQ_INT(universe_sum(state).digest, table_sum(table).digest);
    CHECK_EQ_INT(universe_sum(state).routes, ROUTES);
    CHECK_EQ_INT(universe_sum(state).macs, MACS);
    table_add_mac(table, &(struct arp_entry){.mac = 1});
    universe_read(table, false, &strange);
    CHECK(strange);
    table_destroy(table);
}

TEST(frames_are_read_in_any_pieces)
{
    const struct frame frames[] = {
        {.type = FRAME_FLUSH, .epoch = UINT64_C(0x500000006), .seq = 9},
        {.type = FRAME_DIGEST, .epoch = 1, .seq = 2, .sum = {3, 4, 5}},
    };
    uint8_t bytes[2 * WIRE_FRAME_MAX];
    size_t size = frame_encode(&frames[0], bytes), seen = 0;

    size += frame_encode(&frames[1], bytes + size);
    for (size_t cut = 0; cut <= size; cut++) {
        struct tap tap = {0};
        const uint8_t *at = bytes;
        size_t left = cut;

        for (int part = 0; part < 2; part++, left = size - cut)
            while (tap_next(&tap, &at, &left)) {
                const struct frame *frame = &frames[seen++ % 2];

                CHECK_EQ_INT(tap_type(&tap), frame->type);
                CHECK_EQ_INT(tap_epoch(&tap), frame->epoch);
                CHECK_EQ_INT(tap_seq(&tap), frame->seq);
            }
    }
    CHECK_EQ_INT(seen, 2 * (size + 1));
    CHECK_EQ_INT(tap_number(bytes + 24 + TAP_HEADER, 4), 3); /* routes of the DIGEST */
}
