/* SPDX-License-Identifier: MIT */
/*
 * The suite's reader and writer of shared memory: layout, probing, and what it calls wrong.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "segment.h"
#include "wire.h"

#define EPOCH (3ull << 32 | 1)

static char name[40];

static struct segment *create(void)
{
    snprintf(name, sizeof name, "/rtm-unit-%d", (int)getpid());
    return segment_create(name, 16, EPOCH, 0, 0600);
}

static void put(struct segment *s, uint64_t mac, uint32_t ip)
{
    uint32_t slot = segment_place(s, mac),
             steps = ((slot - segment_home(s, mac)) & (segment_capacity(s) - 1)) + 1;

    segment_write(s, slot, &(struct cell){2, mac, EPOCH, ip});
    if (steps > segment_probe(s))
        segment_set(s, "probe", steps);
    segment_set(s, "count", segment_count(s) + 1);
}

/* The rule that is broken, "" if none; what it holds has to be the table. */
static const char *judged(const struct segment *s, const struct arp *want)
{
    char *why = NULL;
    const char *id = segment_judge(s, want, EPOCH, &why);

    free(why);
    return id ? id : "";
}

TEST(what_is_put_is_found)
{
    struct segment *s = create();
    struct arp *want = arp_create();
    struct cell c;

    for (uint64_t mac = 1; mac <= 12; mac++) {
        put(s, mac, 100 + (uint32_t)mac);
        arp_add(want, &(struct neighbour){mac, 100 + (uint32_t)mac, true});
    }
    for (uint64_t mac = 1; mac <= 12; mac++)
        CHECK(segment_find(s, mac, &c) >= 0 && c.ip == 100 + mac && c.mac == mac);
    CHECK_EQ_INT(segment_find(s, 99, &c), -1);
    CHECK_EQ_STR(judged(s, want), "");
    arp_destroy(want);
    segment_close(s);
}

/* The layout byte for byte, with the numbers of the chapter. */
TEST(the_layout_is_that_of_the_chapter)
{
    struct segment *s = create();
    uint64_t mac = 0x01005e010101;

    put(s, mac, 0xe1010101);
    uint32_t home = (uint32_t)(mac * 0x9e3779b97f4a7c15u >> 60);
    const uint8_t *slot = s->at + 64 + 32 * home;
    CHECK_EQ_INT(s->size, 64 + 16 * 32);
    CHECK(*(uint64_t *)(void *)s->at == 0x52544d2d41525031);
    CHECK(*(uint32_t *)(void *)(s->at + 8) == 1 && *(uint32_t *)(void *)(s->at + 12) == 16);
    CHECK(*(uint64_t *)(void *)(s->at + 16) == EPOCH);
    CHECK(*(uint32_t *)(void *)(s->at + 24) == 1 && *(uint32_t *)(void *)(s->at + 28) == 1);
    CHECK(memcmp(slot + 4, "\x01\x00\x5e\x01\x01\x01\x00\x00\xe1\x01\x01\x01", 12) == 0);
    CHECK(*(uint64_t *)(const void *)(slot + 16) == EPOCH);
    segment_close(s);
}

TEST(each_wrong_object_is_named)
{
    static const struct {
        const char *field;
        uint64_t value;
        const char *id;
    } wrong[] = {{"magic", 1, "SHM-7"},
                 {"version", 2, "SHM-7"},
                 {"capacity", 8, "SHM-7"},
                 {"capacity", 24, "SHM-7"},
                 {"capacity", 32, "SHM-2"}};

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        struct segment *s = create(), *opened;
        const char *id = NULL;
        char *why = NULL;
        segment_set(s, wrong[i].field, wrong[i].value);
        opened = segment_open(name, &id, &why);
        CHECK(opened == NULL && why != NULL && strlen(why) > 0);
        CHECK_EQ_STR(id, wrong[i].id);
        free(why);
        segment_close(opened);
        segment_close(s);
    }
    const char *id = NULL;
    char *why = NULL;
    CHECK(segment_open("/rtm-unit-none", &id, &why) == NULL && why != NULL);
    CHECK_EQ_STR(id, "SHM-1");
    free(why);
}

TEST(each_broken_rule_is_told)
{
    struct segment *s = create();
    struct arp *want = arp_create(), *empty = arp_create();
    uint32_t home;

    put(s, 5, 7);
    arp_add(want, &(struct neighbour){5, 7, true});
    home = segment_home(s, 5);
    CHECK_EQ_STR(judged(s, want), "");
    CHECK_EQ_STR(judged(s, empty), "SHM-7"); /* count */
    segment_set(s, "count", 0);
    CHECK_EQ_STR(judged(s, empty), "SHM-1"); /* an entry that nobody added */
    segment_set(s, "count", 1);
    segment_set(s, "probe", 0);
    CHECK_EQ_STR(judged(s, want), "SHM-8");
    segment_set(s, "probe", 16);
    segment_write(s, home, &(struct cell){4, 5, WIRE_SHM_NEVER_USED, 7});
    segment_write(s, (home + 1) % 16, &(struct cell){2, 5, EPOCH, 7});
    CHECK_EQ_STR(judged(s, want), "SHM-8"); /* behind a slot that was never used */
    segment_write(s, home, &(struct cell){6, 5, WIRE_SHM_DELETED, 7});
    CHECK_EQ_STR(judged(s, want), "");
    segment_write(s, home, &(struct cell){8, 5, EPOCH, 7});
    CHECK_EQ_STR(judged(s, want), "SHM-8"); /* twice */
    segment_write(s, home, &(struct cell){9, 5, WIRE_SHM_DELETED, 7});
    CHECK_EQ_STR(judged(s, want), "SHM-11"); /* an odd lock */
    segment_set(s, "epoch", EPOCH + 1);
    CHECK_EQ_STR(judged(s, want), "SHM-7");
    arp_destroy(want);
    arp_destroy(empty);
    segment_close(s);
}

/* What an object does while it is read is no end of the reader. */
TEST(an_object_that_changes_under_its_reader)
{
    struct segment *s = create(), *opened;
    struct arp *want = arp_create();
    const char *id = NULL;
    char *why = NULL;

    put(s, 5, 7);
    arp_add(want, &(struct neighbour){5, 7, true});
    opened = segment_open(name, &id, &why);
    CHECK_EQ_STR(judged(opened, want), "");
    segment_set(s, "capacity", 1 << 24);
    CHECK_EQ_STR(judged(opened, want), "SHM-7");
    segment_set(s, "capacity", 16);
    CHECK_EQ_INT(ftruncate(s->fd, 0), 0);
    CHECK_EQ_STR(judged(opened, want), "SHM-2");
    CHECK_EQ_INT(segment_read(opened, 3, 1, &(struct cell){0}), 1);
    CHECK_EQ_INT(ftruncate(s->fd, (off_t)s->size), 0);
    segment_close(opened);
    arp_destroy(want);
    segment_close(s);
}

/* What a reader sees of a slot that is being written, and of one that was killed inside. */
TEST(a_slot_with_an_odd_lock_is_no_entry)
{
    struct segment *s = create();
    uint32_t home = segment_home(s, 5);
    struct cell c;

    put(s, 5, 7);
    CHECK(segment_find(s, 5, &c) == home && segment_read(s, home, 1, &c));
    segment_write(s, home, &(struct cell){5, 5, EPOCH, 7});
    CHECK(!segment_read(s, home, 100, &c));
    CHECK_EQ_INT(segment_find(s, 5, &c), -1);
    segment_write(s, home, &(struct cell){6, 5, EPOCH, 7});
    CHECK(segment_find(s, 5, &c) == home);
    segment_close(s);
}

/* Lookups and placing pass deleted and stale slots, end at one that was never used, go round. */
TEST(lookups_pass_what_is_not_live)
{
    struct segment *s = create();
    uint64_t mac = 1;
    uint32_t home;
    struct cell c;

    while (segment_home(s, mac) != 15)
        mac++;
    home = segment_home(s, mac);
    segment_write(s, home, &(struct cell){2, mac, WIRE_SHM_DELETED, 1});
    segment_write(s, 0, &(struct cell){2, mac, EPOCH - 1, 2});
    CHECK_EQ_INT(segment_find(s, mac, &c), -1);
    segment_write(s, 1, &(struct cell){2, mac, EPOCH, 3});
    CHECK(segment_find(s, mac, &c) == 1 && c.ip == 3);
    CHECK_EQ_INT(segment_place(s, mac), home);
    segment_write(s, 0, &(struct cell){4, mac, WIRE_SHM_NEVER_USED, 2});
    CHECK_EQ_INT(segment_find(s, mac, &c), -1);
    segment_close(s);
}
