/* SPDX-License-Identifier: MIT */
/*
 * The shared ARP table: one writer, and readers who look at any moment and trust nothing.
 */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/arp.h"
#include "core/arp_layout.h"
#include "core/arp_read.h"

#define EPOCH (UINT64_C(7) << 32)

struct place {
    struct arp arp;
    struct arp_reader reader;
    void *memory;
};

static void open_place(struct place *place, uint32_t capacity)
{
    place->memory = aligned_alloc(64, arp_size(capacity));
    memset(place->memory, 0, arp_size(capacity));
    arp_open(&place->arp, place->memory, capacity, EPOCH);
    arp_attach(&place->reader, place->memory, capacity);
}

static void close_place(struct place *place)
{
    free(place->memory);
}

static bool has(const struct place *place, uint64_t mac, uint32_t address)
{
    uint32_t found;

    return arp_lookup(&place->reader, mac, &found) && found == address;
}

static bool lacks(const struct place *place, uint64_t mac)
{
    uint32_t found;

    return !arp_lookup(&place->reader, mac, &found);
}

/* The n-th MAC with this home. */
static uint64_t mac_at(uint32_t capacity, uint32_t home, int n)
{
    uint64_t mac = 0;

    do {
        mac++;
        n -= arp_home(mac, arp_shift(capacity)) == home;
    } while (n >= 0);
    return mac;
}

static unsigned with_epoch(const struct place *place, uint64_t epoch)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < place->arp.capacity; i++)
        count += place->arp.slots[i].epoch == epoch;
    return count;
}

/* SHM-8: every live entry stands before the first never-used slot and within `probe`. */
static void check_reachable(const struct place *place)
{
    const struct arp *arp = &place->arp;

    for (uint32_t i = 0; i < arp->capacity; i++) {
        const struct arp_slot *slot = &arp->slots[i];
        uint64_t mac = arp_mac(slot->mac, slot->mac_rest);
        uint32_t at = arp_home(mac, arp_shift(arp->capacity)), steps = 1;

        if (slot->epoch != arp->epoch)
            continue;
        for (; at != i; at = (at + 1) & (arp->capacity - 1), steps++)
            if (!CHECK(arp->slots[at].epoch != WIRE_SHM_NEVER_USED))
                return;
        CHECK(steps <= arp->header->probe);
    }
}

TEST(the_layout_is_that_of_the_chapter)
{
    struct place place;
    const uint8_t *bytes;
    uint32_t slot;

    open_place(&place, 16);
    slot = arp_put(&place.arp, 0x0123456789ab, 0x0a000001);
    CHECK_EQ_INT(slot, (UINT64_C(0x0123456789ab) * UINT64_C(0x9e3779b97f4a7c15)) >> 60);
    bytes = (const uint8_t *)place.memory + 64 + 32 * slot;
    CHECK(memcmp(bytes + 4, "\x01\x23\x45\x67\x89\xab\0\0\x0a\0\0\x01", 12) == 0);
    CHECK(memcmp(bytes + 16, &place.arp.epoch, 8) == 0);
    CHECK_EQ_INT(place.arp.header->count, 1);
    CHECK_EQ_INT(place.arp.header->probe, 1);
    CHECK_EQ_INT(place.arp.slots[slot].lock, 2);
    close_place(&place);
}

TEST(added_found_deleted_absent_and_again)
{
    struct place place;
    uint32_t slot;

    open_place(&place, 16);
    CHECK(lacks(&place, 5));
    for (uint32_t i = 1; i <= 3; i++) {
        slot = arp_put(&place.arp, 5, i);
        CHECK(has(&place, 5, i));
        arp_take(&place.arp, slot);
        CHECK(lacks(&place, 5));
        CHECK_EQ_INT(place.arp.header->count, 0);
    }
    close_place(&place);
}

TEST(a_lookup_goes_on_behind_what_was_deleted)
{
    struct place place;
    uint32_t slots[3];

    open_place(&place, 16);
    for (int i = 0; i < 3; i++) /* around the end of the array */
        slots[i] = arp_put(&place.arp, mac_at(16, 15, i), (uint32_t)i + 1);
    CHECK_EQ_INT(slots[2], 1);
    CHECK_EQ_INT(place.arp.header->probe, 3);
    arp_take(&place.arp, slots[0]);
    CHECK_EQ_INT(place.arp.slots[15].epoch, WIRE_SHM_DELETED);
    CHECK(has(&place, mac_at(16, 15, 1), 2));
    CHECK(has(&place, mac_at(16, 15, 2), 3));
    arp_put(&place.arp, mac_at(16, 15, 0), 9); /* in its old place */
    CHECK(has(&place, mac_at(16, 15, 0), 9));
    check_reachable(&place);
    close_place(&place);
}

TEST(a_run_that_nobody_passes_is_never_used_again)
{
    struct place place;
    uint32_t slots[5];

    open_place(&place, 1024);
    for (int i = 0; i < 5; i++)
        slots[i] = arp_put(&place.arp, mac_at(1024, 500, i), 1);
    for (int i = 0; i < 4; i++)
        arp_take(&place.arp, slots[i]);
    CHECK_EQ_INT(with_epoch(&place, WIRE_SHM_DELETED), 4); /* the last one is reached over them */
    arp_take(&place.arp, slots[4]);
    CHECK_EQ_INT(with_epoch(&place, WIRE_SHM_NEVER_USED), 1024); /* SHM-15 */
    close_place(&place);
}

TEST(full_at_seven_eighths)
{
    struct place place;

    open_place(&place, 16);
    for (uint32_t i = 1; i <= 14; i++) {
        CHECK(!arp_full(&place.arp));
        arp_put(&place.arp, i, i);
    }
    CHECK(arp_full(&place.arp));
    for (uint32_t i = 1; i <= 14; i++)
        CHECK(has(&place, i, i));
    CHECK(lacks(&place, 15));
    check_reachable(&place);
    close_place(&place);
}

TEST(a_flush_touches_no_slot_and_leaves_nothing)
{
    struct place place;
    uint8_t before[16 * 32];

    open_place(&place, 16);
    for (uint32_t i = 1; i <= 10; i++)
        arp_put(&place.arp, i, i);
    memcpy(before, place.arp.slots, sizeof(before));
    arp_empty(&place.arp);
    CHECK(has(&place, 1, 1)); /* S2: until the epoch is there */
    arp_publish(&place.arp, EPOCH + 1);
    CHECK(memcmp(before, place.arp.slots, sizeof(before)) == 0); /* SHM-12 */
    CHECK_EQ_INT(place.arp.header->count, 0);
    for (uint32_t i = 1; i <= 10; i++)
        CHECK(lacks(&place, i));
    arp_put(&place.arp, 3, 33);
    CHECK(has(&place, 3, 33));
    for (uint32_t i = 0; i < 16; i++) /* changes sweep up behind it */
        arp_take(&place.arp, arp_put(&place.arp, 99, 1));
    CHECK_EQ_INT(with_epoch(&place, EPOCH), 0);
    check_reachable(&place);
    close_place(&place);
}

TEST(without_memory_a_flush_does_nothing)
{
    struct arp arp = {0};
    struct arp_reader reader = {0};
    uint32_t address;

    arp_empty(&arp);
    arp_publish(&arp, EPOCH);
    CHECK_EQ_INT(arp_epoch(&reader), 0);
    CHECK(!arp_lookup(&reader, 1, &address));
}

enum { KEYS_MOST = 448 };

/* Without the evenness that the hash gives to numbers in a row. */
static uint64_t mac_of(int key)
{
    return ((uint64_t)key + 1) * UINT64_C(0x2545f4914f6cdd1d) >> 16;
}

static void check_all(const struct place *place, const uint32_t *address, int keys)
{
    check_reachable(place);
    for (int i = 0; i < keys; i++)
        CHECK(address[i] ? has(place, mac_of(i), address[i]) : lacks(place, mac_of(i)));
}

static void change_at_random(struct place *place, int keys, int rounds)
{
    static uint32_t slots[KEYS_MOST], address[KEYS_MOST];
    uint64_t epoch = EPOCH;

    memset(address, 0, sizeof(address));
    for (int round = 0; round < rounds; round++) {
        int key = rand() % keys;

        if (round % (rounds / 4) == 0) {
            arp_empty(&place->arp);
            arp_publish(&place->arp, ++epoch);
            memset(address, 0, sizeof(address));
        } else if (address[key] && rand() % 4 == 0) {
            arp_take(&place->arp, slots[key]);
            address[key] = 0;
        } else if (!address[key]) {
            address[key] = (uint32_t)rand() | 1;
            slots[key] = arp_put(&place->arp, mac_of(key), address[key]);
        }
        if (round % 20 == 0)
            check_all(place, address, keys);
    }
}

TEST(random_changes_keep_every_entry_reachable)
{
    srand(7);
    for (uint32_t capacity = 16; capacity <= 512; capacity *= 2) {
        struct place place;

        open_place(&place, capacity);
        change_at_random(&place, (int)capacity / 8 * 7, 10000);
        close_place(&place);
    }
}

/* What stays dead is reached over: absent lookups do not grow longer with the years. */
TEST(the_dead_do_not_pile_up)
{
    enum { KEYS = 32768, CHANGES = 100000 };
    static uint32_t slots[KEYS];
    struct place place;
    uint64_t next = KEYS;
    unsigned dead;

    srand(8);
    open_place(&place, 2 * KEYS);
    for (uint64_t i = 0; i < KEYS; i++)
        slots[i] = arp_put(&place.arp, i, 1);
    for (int i = 0; i < CHANGES; i++) {
        int key = rand() % KEYS;

        arp_take(&place.arp, slots[key]);
        slots[key] = arp_put(&place.arp, next++, 1);
    }
    dead = 2 * KEYS - with_epoch(&place, EPOCH) - with_epoch(&place, WIRE_SHM_NEVER_USED);
    if (!CHECK(dead < KEYS / 6))
        printf("# dead: %u of %d\n", dead, 2 * KEYS);
    close_place(&place);
}

TEST(an_odd_lock_counts_as_absent_and_harms_no_other)
{
    struct place place;
    uint32_t slot;

    open_place(&place, 16);
    slot = arp_put(&place.arp, mac_at(16, 3, 0), 1);
    arp_put(&place.arp, mac_at(16, 3, 1), 2);
    place.arp.slots[slot].lock++; /* SHM-20: a writer died here */
    CHECK(lacks(&place, mac_at(16, 3, 0)));
    CHECK(has(&place, mac_at(16, 3, 1), 2));
    close_place(&place);
}

/* A lookup's tries are not those of each slot: this would take a minute. */
TEST(odd_locks_everywhere_end_a_lookup)
{
    struct place place;
    uint32_t slots = 1 << 20;

    open_place(&place, slots);
    place.arp.header->probe = slots;
    for (uint32_t i = 0; i < slots; i++)
        place.arp.slots[i].lock = 1;
    alarm(30);
    CHECK(lacks(&place, 5));
    alarm(0);
    close_place(&place);
}

TEST(the_lock_wraps)
{
    struct place place;
    uint32_t slot;

    open_place(&place, 16);
    slot = arp_put(&place.arp, 5, 1);
    place.arp.slots[slot].lock = UINT32_MAX - 1;
    arp_take(&place.arp, slot);
    CHECK(place.arp.slots[slot].lock < 8 && place.arp.slots[slot].lock % 2 == 0);
    CHECK_EQ_INT(arp_put(&place.arp, 5, 2), slot);
    CHECK(has(&place, 5, 2));
    close_place(&place);
}

TEST(a_slot_counts_by_its_epoch_and_its_mac)
{
    static const uint64_t epochs[] = {0, 1, 2, EPOCH - 1, EPOCH + 1, UINT64_MAX};
    struct place place;
    uint32_t slot;

    open_place(&place, 16);
    slot = arp_put(&place.arp, 5, 1);
    for (size_t i = 0; i < sizeof(epochs) / sizeof(epochs[0]); i++) {
        place.arp.slots[slot].epoch = epochs[i];
        CHECK(lacks(&place, 5));
    }
    place.arp.slots[slot].epoch = EPOCH;
    CHECK(has(&place, 5, 1));
    place.arp.slots[slot].mac_rest ^= 0x100;
    CHECK(lacks(&place, 5)); /* A4 */
    close_place(&place);
}

TEST(a_hostile_object_ends_every_lookup)
{
    struct place place;

    srand(9);
    open_place(&place, 16);
    for (int round = 0; round < 2000; round++) {
        uint8_t *bytes = place.memory;
        uint32_t address;

        for (size_t i = 0; i < arp_size(16); i++)
            bytes[i] = (uint8_t)(rand() % 3 ? rand() : 0);
        place.arp.header->probe = UINT32_MAX;
        place.arp.header->capacity = UINT32_MAX;
        arp_lookup(&place.reader, (uint64_t)rand(), &address);
    }
    for (uint32_t i = 0; i < 16; i++) { /* nothing ever ends it: SHM-21 */
        place.arp.slots[i].lock = 0;
        place.arp.slots[i].epoch = 9;
    }
    place.arp.header->epoch = EPOCH;
    CHECK(lacks(&place, 5));
    for (uint64_t epoch = 0; epoch <= 1; epoch++) { /* an epoch that no server has */
        place.arp.header->epoch = epoch;
        for (uint32_t i = 0; i < 16; i++) {
            place.arp.slots[i].epoch = epoch;
            place.arp.slots[i].mac = 0;
            place.arp.slots[i].mac_rest = htobe16(5);
        }
        CHECK(lacks(&place, 5));
    }
    close_place(&place);
}

TEST(a_header_is_checked_field_by_field)
{
    static const struct {
        size_t offset, width;
        uint64_t value;
        const char *reason;
    } cases[] = {
        {0, 8, 1, "magic"},     {0, 8, UINT64_C(0x3150524134d5452), "magic"},
        {8, 4, 2, "version"},   {8, 4, 0, "version"},
        {12, 4, 8, "capacity"}, {12, 4, 17, "capacity"},
        {12, 4, 0, "capacity"}, {12, 4, 1 << 25, "capacity"},
        {12, 4, 32, "1088"},    {16, 8, UINT64_C(8) << 32, "instance"},
        {16, 8, 1, "instance"},
    };
    uint8_t bytes[64], good[64];
    char reason[REASON_SIZE];
    struct place place;

    open_place(&place, 16);
    memcpy(good, place.memory, sizeof(good));
    CHECK_EQ_INT(arp_check(good, arp_size(16), 7, reason), 16);
    CHECK_EQ_INT(arp_check(good, arp_size(16) + 4096, 7, reason), 16);
    CHECK_EQ_INT(arp_check(good, arp_size(16) - 1, 7, reason), 0);
    CHECK_EQ_INT(arp_check(good, 63, 7, reason), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(bytes, good, sizeof(bytes));
        memcpy(bytes + cases[i].offset, &cases[i].value, cases[i].width);
        CHECK_EQ_INT(arp_check(bytes, arp_size(16), 7, reason), 0);
        if (!CHECK(strstr(reason, cases[i].reason)))
            printf("# %s\n", reason);
    }
    close_place(&place);
}

/* Two MACs of one home that take turns in one slot, each with an address that tells it. */
enum { LOOKUPS = 3000000 };

struct race {
    struct place place;
    uint64_t macs[2];
    _Atomic bool over;
};

static uint32_t address_of(uint64_t mac)
{
    return (uint32_t)(mac * 2654435761u);
}

static void *write_on(void *arg)
{
    struct race *race = arg;
    uint64_t epoch = EPOCH;

    for (unsigned turn = 0; !race->over; turn++) {
        uint64_t mac = race->macs[turn % 2];

        arp_take(&race->place.arp, arp_put(&race->place.arp, mac, address_of(mac)));
        arp_put(&race->place.arp, mac, address_of(mac));
        arp_empty(&race->place.arp);
        arp_publish(&race->place.arp, ++epoch);
    }
    return NULL;
}

TEST(readers_never_see_a_mixed_entry)
{
    struct race race = {.over = false};
    pthread_t writer;
    unsigned found[2] = {0}, mixed = 0;

    open_place(&race.place, 16);
    race.macs[0] = mac_at(16, 6, 0);
    race.macs[1] = mac_at(16, 6, 1);
    CHECK_EQ_INT(pthread_create(&writer, NULL, write_on, &race), 0);
    for (unsigned i = 0; i < LOOKUPS || found[0] < 1000 || found[1] < 1000; i++) {
        uint32_t address;

        if (!arp_lookup(&race.place.reader, race.macs[i % 2], &address))
            continue;
        found[i % 2]++;
        mixed += address != address_of(race.macs[i % 2]);
    }
    race.over = true;
    pthread_join(writer, NULL);
    CHECK_EQ_INT(mixed, 0);
    close_place(&race.place);
}
