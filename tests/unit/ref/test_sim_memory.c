/* SPDX-License-Identifier: MIT */
/*
 * The simulator's shared memory: what a reader may see of a writer's stores.
 */
#include "tests/unit/unit.h"

#include "sim/memory.h"

enum { FIRST = 24, SECOND = 28, EPOCH = 16 }; /* offsets of fields of the header */

static struct memory memory;
static struct view view;

static void open_memory(void)
{
    static const uint64_t zero[MEMORY_BYTES / 8];

    memory_open(&memory, zero);
    view_open(&view, 0);
}

static void store(size_t offset, uint64_t value)
{
    memory_store(&memory, offset, value, memory_order_relaxed);
}

static uint64_t load(size_t offset, unsigned age)
{
    return memory_load(&memory, &view, offset, 4, memory_order_relaxed, age);
}

TEST(a_load_gives_any_value_that_is_not_known_to_be_old)
{
    open_memory();
    for (unsigned i = 1; i <= 3; i++)
        store(FIRST, i);
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 0);
    CHECK_EQ_INT(load(FIRST, 1), 2);
    CHECK_EQ_INT(load(FIRST, 1), 2); /* never older than what was read there */
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 2);
    CHECK_EQ_INT(load(FIRST, 0), 3);
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 3);
}

TEST(without_fences_stores_are_seen_in_any_order)
{
    open_memory();
    store(FIRST, 1);
    store(SECOND, 1);
    CHECK_EQ_INT(load(SECOND, 0), 1);
    CHECK_EQ_INT(load(FIRST, 1), 0);
}

/* Message passing: of the two fences neither alone is enough. */
TEST(both_fences_order_two_places)
{
    for (int fences = 0; fences < 4; fences++) {
        open_memory();
        store(FIRST, 1);
        if (fences & 1)
            memory_fence(&memory, memory_order_release);
        store(SECOND, 1);
        CHECK_EQ_INT(load(SECOND, 0), 1);
        if (fences & 2)
            view_fence(&view, memory_order_acquire);
        CHECK_EQ_INT(load(FIRST, AGE_OLDEST), fences == 3);
    }
}

TEST(a_release_store_is_its_own_fence_and_an_acquire_load_too)
{
    open_memory();
    store(FIRST, 1);
    memory_store(&memory, EPOCH, 9, memory_order_release);
    CHECK_EQ_INT(memory_load(&memory, &view, EPOCH, 8, memory_order_acquire, 0), 9);
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 1);
}

TEST(a_release_store_does_not_hold_back_what_follows)
{
    open_memory();
    memory_store(&memory, EPOCH, 9, memory_order_release);
    store(FIRST, 1);
    CHECK_EQ_INT(load(FIRST, 0), 1);
    view_fence(&view, memory_order_acquire);
    CHECK_EQ_INT(memory_load(&memory, &view, EPOCH, 8, memory_order_relaxed, AGE_OLDEST), 0);
}

TEST(who_was_told_knows)
{
    open_memory();
    store(FIRST, 1);
    store(FIRST, 2);
    store(FIRST, 3);
    view_know(&view, 2);
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 2);
    view_know(&view, 1); /* and forgets nothing */
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), 2);
}

TEST(a_field_that_is_read_in_parts_can_be_torn)
{
    uint64_t torn;

    open_memory();
    memory_store(&memory, EPOCH, UINT64_C(0x500010000), memory_order_release);
    memory_store(&memory, EPOCH, UINT64_C(0x6000200ff), memory_order_release);
    torn = memory_load(&memory, &view, EPOCH, 4, memory_order_acquire, 1);
    torn |= memory_load(&memory, &view, EPOCH + 4, 4, memory_order_acquire, 0) << 32;
    CHECK(torn != UINT64_C(0x500010000) && torn != UINT64_C(0x6000200ff));
    CHECK_EQ_INT(memory_load(&memory, &view, EPOCH, 8, memory_order_acquire, 1),
                 UINT64_C(0x6000200ff));
}

TEST(what_is_long_ago_is_forgotten)
{
    open_memory();
    for (unsigned i = 1; i <= 2 * MEMORY_STORES; i++)
        store(FIRST, i);
    CHECK_EQ_INT(load(FIRST, AGE_OLDEST), MEMORY_STORES + 1);
}
