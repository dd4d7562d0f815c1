/* SPDX-License-Identifier: MIT */
/*
 * The oracle's ARP table: what it takes for a MAC, its changes, its digest, its differences.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "oracle.h"

#define MAC_DIGEST 0x672e5373e94c271bu
#define ROUTE_DIGEST 0x62f6efa95bb9ca37u

static struct neighbour entry(const char *mac, const char *address)
{
    struct neighbour n;

    CHECK_EQ_STR(neighbour_parse(mac, address, &n), NULL);
    return n;
}

TEST(macs_are_six_pairs_with_colons)
{
    static const char *const bad[] = {"",
                                      "01",
                                      "01:02:03:04:05",
                                      "01:02:03:04:05:06:07",
                                      "1:2:3:4:5:6",
                                      "01-02-03-04-05-06",
                                      "01:02:03:04:05:0g",
                                      "01:02:03:04:05:06 ",
                                      " 01:02:03:04:05:06",
                                      "010203040506",
                                      "01:02:03:04:05:6",
                                      "01:02:03:04:050:6"};
    uint64_t mac = 0;
    char text[18];

    for (size_t i = 0; i < LENGTH(bad); i++)
        if (!CHECK(!mac_parse(bad[i], &mac)))
            printf("# it was \"%s\"\n", bad[i]);
    CHECK(mac_parse("01:00:5E:ff:0A:b9", &mac));
    CHECK(mac == 0x01005eff0ab9);
    mac_format(mac, text);
    CHECK_EQ_STR(text, "01:00:5e:ff:0a:b9");
}

TEST(each_fault_of_an_entry_has_its_kind)
{
    struct neighbour n;
    char line[36];

    CHECK_EQ_STR(neighbour_parse("x", "1.2.3.4", &n), "mac");
    CHECK_EQ_STR(neighbour_parse("01:00:5e:01:01:01", "1.2.3", &n), "address");
    CHECK_EQ_STR(neighbour_parse("01:00:5e:01:01:01", "-", &n), NULL);
    CHECK(!n.known);
    neighbour_format(&n, line);
    CHECK_EQ_STR(line, "01:00:5e:01:01:01 -");
    n = entry("01:00:5e:01:01:01", "255.255.255.255");
    neighbour_format(&n, line);
    CHECK_EQ_STR(line, "01:00:5e:01:01:01 255.255.255.255");
}

TEST(keys_exist_once)
{
    struct arp *t = arp_create();
    struct neighbour n = entry("01:00:5e:01:01:01", "1.2.3.4");

    CHECK_EQ_STR(arp_remove(t, n.mac), "absent");
    CHECK_EQ_STR(arp_add(t, &n), NULL);
    CHECK_EQ_STR(arp_add(t, &n), "exists");
    CHECK_EQ_INT(arp_count(t), 1);
    CHECK_EQ_STR(arp_remove(t, n.mac), NULL);
    CHECK_EQ_INT(arp_count(t), 0);
    CHECK(arp_digest(t) == 0);
    arp_destroy(t);
}

TEST(many_entries_come_and_go)
{
    struct arp *t = arp_create();
    size_t seen = 0, at = 0;

    for (uint64_t mac = 0; mac < 5000; mac++)
        CHECK(arp_add(t, &(struct neighbour){mac, (uint32_t)mac, true}) == NULL);
    for (uint64_t mac = 0; mac < 5000; mac += 2)
        CHECK(arp_remove(t, mac) == NULL);
    for (uint64_t mac = 0; mac < 5000; mac++)
        CHECK((arp_find(t, mac) != NULL) == (mac % 2 == 1));
    while (arp_next(t, &at) != NULL)
        seen++;
    CHECK_EQ_INT(seen, 2500);
    arp_destroy(t);
}

/* TBL-18, with numbers that were worked out by hand from FNV's definition in another language. */
TEST(the_digest_is_that_of_both_tables)
{
    struct oracle *o = oracle_create();
    struct neighbour n = entry("01:00:5E:01:01:01", "225.1.1.1");
    struct route r;

    CHECK_EQ_STR(arp_add(oracle_arp(o), &n), NULL);
    CHECK(oracle_digest(o) == MAC_DIGEST);
    CHECK_EQ_STR(route_parse("122.1.1.1/32", "10.1.1.1", "Ethernet1", &r), NULL);
    CHECK_EQ_STR(oracle_create_route(o, &r), NULL);
    CHECK(oracle_digest(o) == MAC_DIGEST + ROUTE_DIGEST);
    oracle_clear(o);
    CHECK(oracle_digest(o) == 0 && arp_count(oracle_arp(o)) == 0);
    oracle_destroy(o);
}

TEST(differences_are_told)
{
    struct oracle *want = oracle_create(), *got = oracle_create();
    struct neighbour a = entry("01:00:5e:01:01:01", "1.1.1.1"),
                     b = entry("01:00:5e:01:01:01", "2.2.2.2"), c = entry("01:00:5e:01:01:02", "-");
    struct buf text = {0};

    arp_add(oracle_arp(want), &a);
    arp_add(oracle_arp(got), &b);
    arp_add(oracle_arp(got), &c);
    CHECK_EQ_INT(oracle_diff(want, got, 10, &text), 2);
    CHECK_EQ_STR(text.data, "- 01:00:5e:01:01:01 1.1.1.1\n"
                            "+ 01:00:5e:01:01:01 2.2.2.2   (another address)\n"
                            "+ 01:00:5e:01:01:02 -   (should not be there)\n");
    buf_finish(&text);
    arp_remove(oracle_arp(got), c.mac);
    CHECK_EQ_INT(oracle_diff_stream(want, got, 10, &text), 0);
    buf_finish(&text);
    oracle_destroy(want);
    oracle_destroy(got);
}
