/* SPDX-License-Identifier: MIT */
/*
 * Seeded tables and changes: the same everywhere, and valid.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "generate.h"

static char *table_of(const char *seed, size_t rows)
{
    struct random r = random_seeded(seed);
    struct buf b = {0};

    generate_table(&r, rows, &b);
    return buf_take(&b);
}

/* Creates the rows of a text; each has to be a route that is not there yet. */
static size_t create_rows(struct oracle *o, char *text)
{
    char *rest = NULL, *part;
    size_t rows = 0;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct route r;
        const char *prefix = strtok_r(line, " ", &part), *gateway = strtok_r(NULL, " ", &part);
        const char *oif = strtok_r(NULL, " ", &part);
        if (!CHECK(oif != NULL && strtok_r(NULL, " ", &part) == NULL) ||
            !CHECK_EQ_STR(route_parse(prefix, gateway, oif, &r), NULL) ||
            !CHECK_EQ_STR(oracle_create_route(o, &r), NULL))
            break;
        rows++;
    }
    return rows;
}

TEST(random_numbers_are_those_of_splitmix64)
{
    struct random r = {1234567};

    /* the numbers that the algorithm's authors publish for this seed */
    CHECK(random_next(&r) == 6457827717110365317u);
    CHECK(random_next(&r) == 3203168211198807973u);
    CHECK(random_next(&r) == 9817491932198370423u);
}

TEST(random_numbers_stay_below_their_limit)
{
    struct random r = random_seeded("limit");
    size_t seen[7] = {0};

    for (int i = 0; i < 7000; i++) {
        uint32_t n = random_below(&r, 7);
        if (!CHECK(n < 7))
            return;
        seen[n]++;
    }
    for (int i = 0; i < 7; i++)
        CHECK(seen[i] > 800 && seen[i] < 1200);
    CHECK_EQ_INT(random_below(&r, 1), 0);
}

TEST(a_seed_gives_the_same_table_always)
{
    char *a = table_of("one", 500), *b = table_of("one", 500), *c = table_of("two", 500);

    CHECK_EQ_STR(a, b);
    CHECK(strcmp(a, c) != 0);
    free(a);
    free(b);
    free(c);
}

TEST(a_table_of_another_machine_is_this_one)
{
    char *text = table_of("4-session/SYN-2-late-joiner:3", 3);

    CHECK_EQ_STR(text, "113.68.32.0/20 202.99.10.99 eth3.571\n"
                       "129.28.192.0/20 196.55.4.55 eth3.707\n"
                       "89.101.184.0/21 203.24.11.24 eth0.2089\n");
    free(text);
}

TEST(a_table_has_distinct_valid_rows)
{
    struct oracle *o = oracle_create();
    char *text = table_of("valid", 20000);

    CHECK_EQ_INT(create_rows(o, text), 20000);
    CHECK_EQ_INT(oracle_count(o), 20000);
    free(text);
    oracle_destroy(o);
}

TEST(masks_have_the_mix_of_a_real_table)
{
    struct oracle *o = oracle_create();
    char *text = table_of("mix", 20000);
    const struct route *r;
    size_t masks[33] = {0};

    create_rows(o, text);
    for (size_t at = 0; (r = oracle_next(o, &at)) != NULL;)
        masks[r->mask]++;
    CHECK(masks[24] > 11000 && masks[24] < 13000);
    CHECK(masks[22] > 2000 && masks[22] < 2900);
    CHECK(masks[23] > 1700 && masks[23] < 2600);
    CHECK_EQ_INT(masks[0], 0);
    free(text);
    oracle_destroy(o);
}

/* Applies changes to a table; each has to be accepted. Counts them by their verb's first letter. */
static size_t apply(struct oracle *o, char *text, size_t counts[128])
{
    char *rest = NULL, *part;
    size_t n = 0;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), n++) {
        const char *verb = strtok_r(line, " ", &part), *prefix = strtok_r(NULL, " ", &part);
        const char *gateway = strtok_r(NULL, " ", &part), *oif = strtok_r(NULL, " ", &part);
        const char *refused = "no such verb";
        struct route r;
        CHECK_EQ_STR(strcmp(verb, "delete") == 0 ? route_parse_prefix(prefix, &r)
                                                 : route_parse(prefix, gateway, oif, &r),
                     NULL);
        if (strcmp(verb, "create") == 0)
            refused = oracle_create_route(o, &r);
        else if (strcmp(verb, "update") == 0)
            refused = oracle_update_route(o, &r);
        else if (strcmp(verb, "delete") == 0)
            refused = oracle_delete_route(o, &r);
        if (!CHECK_EQ_STR(refused, NULL))
            break;
        counts[(unsigned char)verb[0]]++;
    }
    return n;
}

TEST(changes_are_valid_one_after_the_other)
{
    struct oracle *o = oracle_create();
    char *text = table_of("changes", 2000), *changes;
    struct random r = random_seeded("changes");
    struct buf b = {0};
    size_t counts[128] = {0};

    create_rows(o, text);
    generate_changes(&r, o, 20000, &b);
    CHECK_EQ_INT(oracle_count(o), 2000); /* the table itself stays as it is */
    changes = buf_take(&b);
    CHECK_EQ_INT(apply(o, changes, counts), 20000);
    CHECK(counts['c'] > 100 && counts['c'] < 320);
    CHECK(counts['d'] > 100 && counts['d'] < 320);
    CHECK(counts['u'] > 19000);
    free(changes);
    free(text);
    oracle_destroy(o);
}

TEST(changes_of_an_empty_table_create)
{
    struct oracle *o = oracle_create();
    struct random r = random_seeded("empty"), again = random_seeded("empty");
    struct buf b = {0}, c = {0};
    size_t counts[128] = {0};

    generate_changes(&r, o, 100, &b);
    generate_changes(&again, o, 100, &c);
    CHECK_EQ_STR(b.data, c.data);
    CHECK_EQ_INT(apply(o, b.data, counts), 100);
    CHECK(counts['c'] >= 16);
    buf_finish(&b);
    buf_finish(&c);
    oracle_destroy(o);
}
