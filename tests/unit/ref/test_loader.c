/* SPDX-License-Identifier: MIT */
/*
 * Loading: checked whole, then applied in slices.
 */
#include "tests/unit/unit.h"

#include "core/loader.h"

static const char file[] = "# a table\n"
                           "\n"
                           "10.0.0.0/8 1.1.1.1 eth0\n"
                           "11.0.0.0/8 1.1.1.1 eth1\n"
                           "12.0.0.0/8 1.1.1.1 eth0"; /* without a line end */

static enum refusal feed_all(struct loader *loader, const char *text, size_t piece, char *reason)
{
    size_t size = strlen(text);
    enum refusal refusal = REFUSED_NOT;

    for (size_t at = 0; !refusal && at < size; at += piece)
        refusal = loader_feed(loader, text + at, piece < size - at ? piece : size - at, reason);
    return refusal ? refusal : loader_feed(loader, NULL, 0, reason);
}

TEST(a_file_may_be_cut_anywhere)
{
    char reason[REASON_SIZE];

    for (size_t piece = 1; piece <= sizeof(file); piece++) {
        struct server server;
        struct loader *loader;

        server_init(&server, 1, 1 << 20);
        loader = loader_create(&server);
        CHECK_EQ_INT(feed_all(loader, file, piece, reason), REFUSED_NOT);
        CHECK_EQ_INT(loader_rows(loader), 3);
        CHECK_EQ_INT(table_sum(server.origin.table).routes, 0);
        CHECK_EQ_INT(loader_apply(loader, 2, reason), REFUSED_NOT);
        CHECK(!loader_holds(loader, (struct prefix){0x0a000000, 8}));
        CHECK(loader_holds(loader, (struct prefix){0x0c000000, 8}));
        CHECK_EQ_INT(loader_apply(loader, 2, reason), REFUSED_NOT);
        CHECK_EQ_INT(server.origin.seq, 3);
        loader_destroy(loader);
        server_finish(&server);
    }
}

TEST(a_bad_row_is_named_and_nothing_is_applied)
{
    static const struct {
        const char *text;
        enum refusal refusal;
        uint32_t line;
    } cases[] = {
        {"10.0.0.0/8 1.1.1.1 e\n\n10.0.0.1/8 1.1.1.1 e\n", REFUSED_PREFIX, 3},
        {"10.0.0.0/8 1.1.1.1 e\n10.0.0.0/8 1.1.1.2 e\n", REFUSED_EXISTS, 2},
        {"# x\n9.0.0.0/8 1.1.1.2 e\n", REFUSED_EXISTS, 2},
        {"10.0.0.0/8 1.1.1.1\n", REFUSED_SYNTAX, 1},
        {"10.0.0.0/8 1.1.1.1 e x\n", REFUSED_SYNTAX, 1},
        {"10.0.0.0/8 1.1.1 e\n", REFUSED_ADDRESS, 1},
        {"10.0.0.0/40 1.1.1.1 e\n", REFUSED_MASK, 1},
    };
    struct route route = {.prefix = {0x09000000, 8}, .oif = "e"};
    char reason[REASON_SIZE];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct server server;
        struct loader *loader;

        server_init(&server, 1, 1 << 20);
        server_change(&server, OP_CREATE, &route);
        loader = loader_create(&server);
        CHECK_EQ_INT(feed_all(loader, cases[i].text, 7, reason), cases[i].refusal);
        CHECK_EQ_INT(loader_line(loader), cases[i].line);
        CHECK_EQ_INT(server.origin.seq, 1);
        loader_destroy(loader);
        server_finish(&server);
    }
}

TEST(a_line_without_end_costs_bounded_memory)
{
    struct server server;
    struct loader *loader;
    char reason[REASON_SIZE], text[1000];

    memset(text, 'x', sizeof(text));
    server_init(&server, 1, 1 << 20);
    loader = loader_create(&server);
    for (int i = 0; i < 1000; i++)
        CHECK_EQ_INT(loader_feed(loader, text, sizeof(text), reason), REFUSED_NOT);
    CHECK_EQ_INT(loader_feed(loader, NULL, 0, reason), REFUSED_SYNTAX);
    loader_destroy(loader);
    server_finish(&server);
}
