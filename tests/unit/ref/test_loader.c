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

static _Alignas(64) uint8_t memory[64 + 16 * 32];

static void open_server(struct server *server)
{
    server_init(server, 1, 1 << 20);
    memset(memory, 0, sizeof(memory));
    server_share(server, memory, 16, "/unit");
}

TEST(rows_of_both_kinds_are_applied_in_their_order)
{
    struct arp_entry entry;
    struct server server;
    struct loader *loader;
    char reason[REASON_SIZE];

    open_server(&server);
    loader = loader_create(&server);
    CHECK_EQ_INT(
        feed_all(loader,
                 "0a:0b:0C:0d:0e:ff 1.2.3.4\n10.0.0.0/8 1.1.1.1 e\nff:ff:ff:ff:ff:ff 1.1.1.1", 5,
                 reason),
        REFUSED_NOT);
    CHECK_EQ_INT(loader_rows(loader), 3);
    CHECK_EQ_INT(loader_macs(loader), 2);
    CHECK_EQ_INT(loader_apply(loader, 1, reason), REFUSED_NOT);
    CHECK(table_find_mac(server.origin.table, 0x0a0b0c0d0eff, &entry));
    CHECK_EQ_INT(entry.address, 0x01020304);
    CHECK(!loader_holds_mac(loader, 0x0a0b0c0d0eff));
    CHECK(loader_holds_mac(loader, 0xffffffffffff));
    CHECK(loader_holds(loader, (struct prefix){0x0a000000, 8}));
    CHECK_EQ_INT(loader_apply(loader, 9, reason), REFUSED_NOT);
    CHECK(!loader_holds_mac(loader, 0xffffffffffff));
    CHECK_EQ_INT(server.origin.seq, 3);
    CHECK_EQ_INT(table_sum(server.origin.table).macs, 2);
    loader_destroy(loader);
    CHECK_EQ_INT(server.origin.arp.promised, 0);
    server_finish(&server);
}

TEST(a_bad_row_of_a_mac_is_named)
{
    static const struct {
        const char *text;
        enum refusal refusal;
        uint32_t line;
    } cases[] = {
        {"10.0.0.0/8 1.1.1.1 e\n0:0:0:0:0:1 1.1.1.1\n", REFUSED_MAC, 2},
        {"00:00:00:00:00:01 1.1.1\n", REFUSED_ADDRESS, 1},
        {"00:00:00:00:00:01\n", REFUSED_SYNTAX, 1},
        {"00:00:00:00:00:01 1.1.1.1 e\n", REFUSED_SYNTAX, 1},
        {"00:00:00:00:00:0a 1.1.1.1\n00:00:00:00:00:0A 1.1.1.2\n", REFUSED_EXISTS, 2},
        {"\n00:00:00:00:00:99 1.1.1.1\n", REFUSED_EXISTS, 2},
    };
    struct arp_entry entry = {.mac = 0x99, .address = 1};
    char reason[REASON_SIZE];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct server server;
        struct loader *loader;

        open_server(&server);
        server_change_arp(&server, OP_CREATE, &entry);
        loader = loader_create(&server);
        CHECK_EQ_INT(feed_all(loader, cases[i].text, 7, reason), cases[i].refusal);
        CHECK_EQ_INT(loader_line(loader), cases[i].line);
        CHECK_EQ_INT(server.origin.seq, 1);
        loader_destroy(loader);
        CHECK_EQ_INT(server.origin.arp.promised, 0);
        server_finish(&server);
    }
}

/* SHM-13, CON-15: room for what was checked stays free until it is applied. */
TEST(a_load_has_the_room_that_it_was_promised)
{
    struct server server;
    struct loader *loader;
    struct arp_entry entry = {.mac = 0x1000, .address = 1};
    char reason[REASON_SIZE], text[40];

    open_server(&server);
    loader = loader_create(&server);
    for (unsigned i = 0; i < 13; i++) {
        snprintf(text, sizeof(text), "00:00:00:00:00:%02x 1.1.1.1\n", i);
        CHECK_EQ_INT(loader_feed(loader, text, strlen(text), reason), REFUSED_NOT);
    }
    CHECK_EQ_INT(server_change_arp(&server, OP_CREATE, &entry), REFUSED_NOT); /* the 14th */
    entry.mac++;
    CHECK_EQ_INT(server_change_arp(&server, OP_CREATE, &entry), REFUSED_FULL);
    CHECK_EQ_INT(loader_feed(loader, "00:00:00:00:00:77 1.1.1.1\n", 26, reason), REFUSED_FULL);
    CHECK_EQ_INT(loader_line(loader), 14);
    loader_destroy(loader);
    CHECK_EQ_INT(server_change_arp(&server, OP_CREATE, &entry), REFUSED_NOT);
    loader = loader_create(&server);
    for (unsigned i = 0; i < 12; i++) {
        snprintf(text, sizeof(text), "00:00:00:00:00:%02x 1.1.1.1\n", i);
        CHECK_EQ_INT(loader_feed(loader, text, strlen(text), reason), REFUSED_NOT);
    }
    CHECK_EQ_INT(loader_feed(loader, NULL, 0, reason), REFUSED_NOT);
    CHECK_EQ_INT(loader_apply(loader, 99, reason), REFUSED_NOT);
    CHECK_EQ_INT(table_sum(server.origin.table).macs, 14);
    loader_destroy(loader);
    server_finish(&server);
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
