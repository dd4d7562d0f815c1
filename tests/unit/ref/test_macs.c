/* SPDX-License-Identifier: MIT */
/*
 * MACs as text, and the ordered set of ARP entries against a plain array.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "core/macs.h"
#include "core/table.h"

static struct word word_of(const char *text)
{
    return (struct word){text, strlen(text)};
}

TEST(a_mac_is_six_pairs_with_colons)
{
    static const char *const bad[] = {
        "",
        "00:11:22:33:44:5",
        "00:11:22:33:44:555",
        "00-11-22-33-44-55",
        "0011.2233.4455",
        "00:11:22:33:44",
        "00:11:22:33:44:5g",
        ":0:11:22:33:44:55",
        "001:1:22:33:44:55",
        "00:11:22:33:44:55:",
        "+0:11:22:33:44:55",
    };
    char text[MAC_TEXT], reason[REASON_SIZE];
    uint64_t mac;

    CHECK(mac_parse(word_of("01:23:45:67:89:aB"), &mac));
    CHECK_EQ_INT(mac, 0x0123456789ab);
    CHECK_EQ_INT(mac_format(mac, text), 17);
    CHECK_EQ_STR(text, "01:23:45:67:89:ab");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ_INT(mac_read(word_of(bad[i]), &mac, reason), REFUSED_MAC);
        CHECK(strstr(reason, bad[i]) != NULL);
    }
}

enum { KEYS = 500 };

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* The walk from `from` gives exactly the keys that are there, in order. */
static void check_walk(const struct macs *macs, const uint64_t *keys, const bool *there,
                       uint64_t from)
{
    struct macs_cursor cursor;
    struct arp_entry entry;

    macs_seek(&cursor, macs, from);
    for (int i = 0; i < KEYS; i++) {
        if (!there[i] || keys[i] < from)
            continue;
        if (!CHECK(macs_next(&cursor, &entry)))
            return;
        CHECK_EQ_INT(entry.mac, keys[i]);
        CHECK_EQ_INT(entry.address, (uint32_t)keys[i] ^ 1);
        CHECK_EQ_INT(entry.slot, i);
    }
    CHECK(!macs_next(&cursor, &entry));
}

TEST(the_set_is_what_an_array_says)
{
    static uint64_t keys[KEYS];
    static bool there[KEYS];
    struct macs macs = {0};
    uint32_t count = 0;

    srand(3);
    for (int i = 0; i < KEYS; i++) /* dense and sparse ones, first and last possible */
        keys[i] =
            i % 2 ? (uint64_t)i : ((uint64_t)rand() << 17 ^ (uint64_t)rand()) & 0xffffffffffff;
    keys[0] = 0;
    keys[2] = 0xffffffffffff;
    qsort(keys, KEYS, sizeof(keys[0]), compare);
    for (int round = 0; round < 20000; round++) {
        int i = rand() % KEYS;
        struct arp_entry entry = {keys[i], (uint32_t)keys[i] ^ 1, (uint32_t)i, i % 3 == 0}, found;

        CHECK_EQ_INT(macs_find(&macs, keys[i], &found), there[i]);
        if (rand() % 2) {
            errno = 0;
            CHECK_EQ_INT(macs_add(&macs, &entry), there[i] ? -1 : 0);
            CHECK_EQ_INT(errno, there[i] ? EEXIST : 0);
            count += !there[i];
            there[i] = true;
        } else {
            errno = 0;
            CHECK_EQ_INT(macs_remove(&macs, keys[i]), there[i] ? 0 : -1);
            CHECK_EQ_INT(errno, there[i] ? 0 : ENOENT);
            count -= there[i];
            there[i] = false;
        }
        CHECK_EQ_INT(macs.count, count);
        if (round % 100 == 0) {
            check_walk(&macs, keys, there, 0);
            check_walk(&macs, keys, there, keys[i]);
            check_walk(&macs, keys, there, keys[i] + 1);
        }
    }
    macs_finish(&macs);
}

TEST(room_that_is_reserved_is_there)
{
    struct macs macs = {0};
    struct macs_node *nodes;

    CHECK_EQ_INT(macs_reserve(&macs, 1000), 0);
    nodes = macs.nodes;
    for (uint64_t i = 0; i < 1000; i++)
        CHECK_EQ_INT(macs_add(&macs, &(struct arp_entry){.mac = i * 977}), 0);
    CHECK(macs.nodes == nodes);
    for (uint64_t i = 0; i < 1000; i++)
        CHECK_EQ_INT(macs_remove(&macs, i * 977), 0);
    CHECK_EQ_INT(macs_reserve(&macs, 1000), 0);
    CHECK(macs.nodes == nodes);
    macs_finish(&macs);
}

/* TBL-18: computed apart, FNV-1a of 01:23:45:67:89:ab and of 00:00:00:00:00:00. */
TEST(macs_are_in_the_digest)
{
    struct table *table = table_create();

    table_add_mac(table, &(struct arp_entry){.mac = 0x0123456789ab, .address = 5});
    CHECK_EQ_INT(table_sum(table).digest, UINT64_C(0xe7031e5a794fd5e7));
    table_add_mac(table, &(struct arp_entry){.mac = 0});
    CHECK_EQ_INT(table_sum(table).digest, UINT64_C(0x2ac785520f0db944));
    CHECK_EQ_INT(table_sum(table).macs, 2);
    CHECK_EQ_INT(table_sum(table).routes, 0);
    table_remove_mac(table, 0x0123456789ab);
    table_remove_mac(table, 0);
    CHECK_EQ_INT(table_sum(table).digest, 0);
    table_add_mac(table, &(struct arp_entry){.mac = 9});
    table_clear(table);
    CHECK_EQ_INT(table_sum(table).macs, 0);
    table_destroy(table);
}
