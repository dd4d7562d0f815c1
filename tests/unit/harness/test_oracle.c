/* SPDX-License-Identifier: MIT */
/*
 * The oracle: what it takes for a route, and its table against a naive model that is a plain list.
 * Run from the top folder.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "generate.h"
#include "oracle.h"

static const char *prefix_wrong(const char *text)
{
    struct route r;

    return route_parse_prefix(text, &r);
}

static const char *oif_wrong(const char *oif)
{
    struct route r;

    return route_parse("10.0.0.0/8", "1.2.3.4", oif, &r);
}

TEST(addresses_are_strict_dotted_quads)
{
    static const char *const bad[] = {
        "",          "1",          "1.2",       "1.2.3",     "1.2.3.4.5", "1.2.3.",   ".1.2.3",
        "1..2.3",    "1.2.3.256",  "256.1.1.1", "999.1.1.1", "1.2.3.04",  "00.1.2.3", "1.2.3.4 ",
        " 1.2.3.4",  "1.2.3.4x",   "+1.2.3.4",  "-1.2.3.4",  "0x1.2.3.4", "1,2,3,4",  "1.2.3.4.",
        "1.2.3.4\n", "1.2.3.0000", "1.2.3.4/8", "localhost", "1.2.3.\xb2"};
    uint32_t a = 0;

    for (size_t i = 0; i < LENGTH(bad); i++)
        if (!CHECK(!address_parse(bad[i], &a)))
            printf("# it was \"%s\"\n", bad[i]);
    CHECK(address_parse("1.20.255.0", &a));
    CHECK_EQ_INT(a, 0x0114ff00);
    CHECK(address_parse("255.255.255.255", &a));
    CHECK_EQ_INT(a, 0xffffffff);
    CHECK(address_parse("0.0.0.0", &a));
    CHECK_EQ_INT(a, 0);
}

TEST(each_fault_of_a_prefix_has_its_kind)
{
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/8"), NULL);
    CHECK_EQ_STR(prefix_wrong("0.0.0.0/0"), NULL);
    CHECK_EQ_STR(prefix_wrong("255.255.255.255/32"), NULL);
    CHECK_EQ_STR(prefix_wrong("10.0.0/8"), "address");
    CHECK_EQ_STR(prefix_wrong("/8"), "address");
    CHECK_EQ_STR(prefix_wrong("1111.2222.3333.4444/8"), "address");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/33"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/08"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/8x"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/-8"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/100"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.0/8/8"), "mask");
    CHECK_EQ_STR(prefix_wrong("10.0.0.1/31"), "prefix");
    CHECK_EQ_STR(prefix_wrong("128.0.0.0/0"), "prefix");
}

TEST(each_fault_of_a_value_has_its_kind)
{
    struct route r;

    CHECK_EQ_STR(route_parse("10.0.0.0/8", "1.2.3", "eth0", &r), "address");
    CHECK_EQ_STR(route_parse("10.0.0.1/8", "1.2.3", "", &r), "prefix"); /* the first one tells */
    CHECK_EQ_STR(oif_wrong("!~"), NULL);
    CHECK_EQ_STR(oif_wrong("a-name-of-31-bytes-is-the-limit"), NULL);
    CHECK_EQ_STR(oif_wrong("a-name-of-32-bytes-is-over-limit"), "oif");
    CHECK_EQ_STR(oif_wrong(""), "oif");
    CHECK_EQ_STR(oif_wrong("eth 0"), "oif");
    CHECK_EQ_STR(oif_wrong("eth\t0"), "oif");
    CHECK_EQ_STR(oif_wrong("eth\x7f"), "oif");
    CHECK_EQ_STR(oif_wrong("eth\xe9"), "oif");
}

TEST(a_route_is_formatted_as_it_was_read)
{
    static const char *const lines[] = {
        "0.0.0.0/0 0.0.0.0 0", "122.1.1.0/24 10.1.1.1 Ethernet1",
        "255.255.255.255/32 255.255.255.254 a-name-of-31-bytes-is-the-limit",
        "100.9.10.199/32 9.99.100.255 e", "10.0.0.0/9 1.2.3.4 eth0"};

    for (size_t i = 0; i < LENGTH(lines); i++) {
        char prefix[20], gateway[16], oif[33], line[72];
        struct route r;
        CHECK_EQ_INT(sscanf(lines[i], "%19s %15s %32s", prefix, gateway, oif), 3);
        CHECK_EQ_STR(route_parse(prefix, gateway, oif, &r), NULL);
        route_format(&r, line);
        CHECK_EQ_STR(line, lines[i]);
    }
}

/* Tables with MAC keys are not the oracle's: it skips them, and says how many it took. */
TEST(digests_are_those_of_the_vectors)
{
    FILE *f = fopen("spec/vectors/digest.txt", "r");
    struct oracle *o = oracle_create();
    char line[256], prefix[20], gateway[16], oif[33];
    unsigned long long want;
    bool macs = false;
    int taken = 0;

    if (!CHECK(f != NULL))
        return;
    while (fgets(line, sizeof line, f) != NULL) {
        struct route r;
        if (sscanf(line, "line %19s %15s %32s", prefix, gateway, oif) == 3) {
            CHECK_EQ_STR(route_parse(prefix, gateway, oif, &r), NULL);
            CHECK_EQ_STR(oracle_create_route(o, &r), NULL);
        } else if (strncmp(line, "line ", 5) == 0) {
            macs = true;
        } else if (sscanf(line, "digest %llx", &want) == 1) {
            taken += !macs;
            if (!macs)
                CHECK_EQ_INT((intmax_t)oracle_digest(o), (intmax_t)want);
            oracle_clear(o);
            CHECK_EQ_INT((intmax_t)oracle_digest(o), 0);
            macs = false;
        }
    }
    CHECK(taken >= 6);
    fclose(f);
    oracle_destroy(o);
}

TEST(history_has_every_state_in_order)
{
    struct oracle *o = oracle_create();
    struct route r = {.destination = 0x0a000000, .mask = 8, .gateway = 1, .oif = "e"};
    struct neighbour n = {.mac = 1, .ip = 1, .known = true};

    CHECK(oracle_history(o) == NULL);
    oracle_keep_history(o);
    const struct history *h = oracle_history(o);
    oracle_create_route(o, &r);
    uint64_t one = oracle_digest_routes(o);
    CHECK_EQ_STR(oracle_create_route(o, &r), "exists"); /* no state of its own */
    oracle_add_neighbour(o, &n);
    CHECK_EQ_STR(oracle_add_neighbour(o, &n), "exists");
    oracle_delete_route(o, &r);
    oracle_clear(o);
    oracle_create_route(o, &r);
    CHECK_EQ_INT((intmax_t)history_count(h), 6);
    CHECK_EQ_INT((intmax_t)history_find_routes(h, 0, 0), 0);
    CHECK_EQ_INT((intmax_t)history_find_routes(h, 0, one), 1);
    CHECK_EQ_INT((intmax_t)history_find_routes(h, 2, one), 2);
    CHECK_EQ_INT((intmax_t)history_find_routes(h, 3, one), 5);
    CHECK_EQ_INT((intmax_t)history_find_macs(h, 0, oracle_digest(o) - one), 0);
    CHECK_EQ_INT((intmax_t)history_find_macs(h, 1, 0), 1);
    CHECK_EQ_INT((intmax_t)history_find_macs(h, 2, 0), 4);
    CHECK(history_find_routes(h, 0, one + 1) == HISTORY_NONE);
    CHECK(history_find_macs(h, 5, 1) == HISTORY_NONE);
    oracle_destroy(o);
}

/* The naive model: an unordered array, every question a walk over all of it. */
#define MOST 512

struct naive {
    struct route at[MOST];
    size_t n;
};

static struct route *naive_find(struct naive *m, const struct route *r)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->at[i].destination == r->destination && m->at[i].mask == r->mask)
            return &m->at[i];
    return NULL;
}

static bool contains(const struct route *r, uint32_t address)
{
    for (int bit = 0; bit < r->mask; bit++)
        if ((r->destination ^ address) >> (31 - bit) & 1)
            return false;
    return true;
}

static const struct route *naive_lookup(const struct naive *m, uint32_t address)
{
    const struct route *best = NULL;

    for (size_t i = 0; i < m->n; i++)
        if (contains(&m->at[i], address) && (best == NULL || m->at[i].mask > best->mask))
            best = &m->at[i];
    return best;
}

static uint64_t naive_digest(const struct naive *m)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < m->n; i++) {
        uint64_t h = 0xcbf29ce484222325u;
        const uint8_t *a = (const uint8_t *)m->at[i].oif;
        char line[128];
        uint32_t d = m->at[i].destination, g = m->at[i].gateway;
        snprintf(line, sizeof line, "%u.%u.%u.%u/%u %u.%u.%u.%u %s", d >> 24, d >> 16 & 255,
                 d >> 8 & 255, d & 255, m->at[i].mask, g >> 24, g >> 16 & 255, g >> 8 & 255,
                 g & 255, (const char *)a);
        for (const char *c = line; *c; c++)
            h = (h ^ (uint8_t)*c) * 0x100000001b3u;
        sum += h;
    }
    return sum;
}

/* Few prefixes with many overlaps, so that every operation meets both of its outcomes. */
static void draw_route(struct random *r, struct route *out)
{
    memset(out, 0, sizeof *out);
    out->mask = (uint8_t)random_below(r, 33);
    out->destination = random_below(r, 4) << 30 | random_below(r, 4) << 12 | random_below(r, 4);
    out->destination &= out->mask == 0 ? 0 : UINT32_MAX << (32 - out->mask);
    out->gateway = (uint32_t)random_next(r);
    snprintf(out->oif, sizeof out->oif, "e%u", random_below(r, 1000));
}

static void compare(struct oracle *o, struct naive *m, struct random *r)
{
    const struct route *got, *want;
    size_t walked = 0;

    CHECK_EQ_INT(oracle_count(o), m->n);
    CHECK_EQ_INT((intmax_t)oracle_digest(o), (intmax_t)naive_digest(m));
    for (size_t at = 0; (got = oracle_next(o, &at)) != NULL; walked++) {
        want = naive_find(m, got);
        if (!CHECK(want != NULL) || !CHECK(memcmp(want, got, sizeof *got) == 0))
            return;
        CHECK(oracle_find(o, got->destination, got->mask) == got);
    }
    CHECK_EQ_INT(walked, m->n);
    for (int i = 0; i < 20; i++) {
        uint32_t address = random_below(r, 4) << 30 | random_below(r, 1 << 14);
        got = oracle_lookup(o, address);
        want = naive_lookup(m, address);
        if (!CHECK((got == NULL) == (want == NULL)) ||
            !CHECK(got == NULL || memcmp(got, want, sizeof *got) == 0))
            return;
    }
}

TEST(the_table_is_that_of_a_naive_model)
{
    struct oracle *o = oracle_create();
    static struct naive m;
    struct random r = random_seeded("naive");
    size_t refused[3] = {0}, done[3] = {0};

    for (int i = 0; i < 40000; i++) {
        struct route route, *there;
        const char *got, *want = NULL;
        uint32_t op = random_below(&r, 3);
        draw_route(&r, &route);
        there = naive_find(&m, &route);
        if (op == 0 && there == NULL && m.n == MOST)
            continue;
        if (op == 0) {
            got = oracle_create_route(o, &route);
            want = there ? "exists" : NULL;
            if (!there)
                m.at[m.n++] = route;
        } else if (op == 1) {
            got = oracle_update_route(o, &route);
            want = there ? NULL : "absent";
            if (there)
                *there = route;
        } else {
            got = oracle_delete_route(o, &route);
            want = there ? NULL : "absent";
            if (there)
                *there = m.at[--m.n];
        }
        if (!CHECK_EQ_STR(got, want))
            break;
        (got ? refused : done)[op]++;
        if (i % 200 == 0)
            compare(o, &m, &r);
    }
    compare(o, &m, &r);
    for (int op = 0; op < 3; op++)
        CHECK(done[op] > 1000 && refused[op] > 1000);
    oracle_destroy(o);
}

TEST(a_table_grows_and_shrinks)
{
    struct oracle *o = oracle_create();
    struct route r = {.mask = 32, .oif = "e"};

    for (uint32_t round = 0; round < 3; round++) {
        for (r.destination = 0; r.destination < 30000; r.destination++)
            oracle_create_route(o, &r);
        CHECK_EQ_INT(oracle_count(o), 30000);
        for (r.destination = 0; r.destination < 30000; r.destination++)
            oracle_delete_route(o, &r);
        CHECK_EQ_INT(oracle_count(o), 0);
        CHECK_EQ_INT((intmax_t)oracle_digest(o), 0);
        CHECK(oracle_lookup(o, 77) == NULL);
    }
    oracle_destroy(o);
    oracle_destroy(NULL);
}

static struct oracle *table_of(const char *const *prefixes, const char *gateway)
{
    struct oracle *o = oracle_create();

    for (; *prefixes != NULL; prefixes++) {
        struct route r;
        CHECK_EQ_STR(route_parse(*prefixes, gateway, "eth0", &r), NULL);
        CHECK_EQ_STR(oracle_create_route(o, &r), NULL);
    }
    return o;
}

TEST(equal_tables_have_no_difference)
{
    struct oracle *a = table_of((const char *const[]){"1.0.0.0/8", "2.0.0.0/8", NULL}, "1.1.1.1");
    struct oracle *b = table_of((const char *const[]){"2.0.0.0/8", "1.0.0.0/8", NULL}, "1.1.1.1");
    struct buf text = {0};

    CHECK_EQ_INT(oracle_diff(a, b, 10, &text), 0);
    CHECK_EQ_INT(text.len, 0);
    oracle_destroy(a);
    oracle_destroy(b);
}

TEST(a_difference_is_told_row_by_row)
{
    struct oracle *want = table_of((const char *const[]){"1.0.0.0/8", NULL}, "1.1.1.1");
    struct oracle *got = table_of((const char *const[]){"2.0.0.0/8", NULL}, "1.1.1.1");
    struct oracle *other = table_of((const char *const[]){"1.0.0.0/8", NULL}, "9.9.9.9");
    struct buf text = {0};

    CHECK_EQ_INT(oracle_diff(want, got, 10, &text), 2);
    CHECK_EQ_STR(text.data, "- 1.0.0.0/8 1.1.1.1 eth0   (missing)\n"
                            "+ 2.0.0.0/8 1.1.1.1 eth0   (should not be there)\n");
    buf_finish(&text);
    CHECK_EQ_INT(oracle_diff(want, other, 10, &text), 1);
    CHECK_EQ_STR(text.data, "- 1.0.0.0/8 1.1.1.1 eth0\n"
                            "+ 1.0.0.0/8 9.9.9.9 eth0   (another value)\n");
    buf_finish(&text);
    CHECK_EQ_INT(oracle_diff(want, got, 1, &text), 2);
    CHECK_EQ_STR(text.data, "- 1.0.0.0/8 1.1.1.1 eth0   (missing)\n... and 1 more rows\n");
    buf_finish(&text);
    oracle_destroy(want);
    oracle_destroy(got);
    oracle_destroy(other);
}
