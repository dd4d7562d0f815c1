/* SPDX-License-Identifier: MIT */
/*
 * Text of addresses, routes, digests and console lines.
 */
#include "tests/unit/unit.h"

#include "core/command.h"
#include "core/digest.h"
#include "core/table.h"

static struct word word(const char *text)
{
    return (struct word){text, strlen(text)};
}

TEST(addresses_are_strict)
{
    static const char *const bad[] = {"",           "1",         "1.2.3",     "1.2.3.4.",
                                      ".1.2.3.4",   "1..2.3",    "1.2.3.256", "01.2.3.4",
                                      "1.2.3.00",   "1.2.3.4 ",  "+1.2.3.4",  "1.2.3.4.5",
                                      "1.2.3.1000", "0x1.2.3.4", "1.2.3.010"};
    uint32_t address;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!CHECK(!address_parse(word(bad[i]), &address)))
            printf("# %s\n", bad[i]);
    CHECK(address_parse(word("0.0.0.0"), &address) && address == 0);
    CHECK(address_parse(word("255.255.255.255"), &address) && address == UINT32_MAX);
    CHECK(address_parse(word("10.20.100.9"), &address) && address == 0x0a146409);
}

TEST(an_address_survives_its_text)
{
    char text[ADDRESS_TEXT];
    int wrong = 0;

    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t address = i * 2654435761u, back;
        size_t size = address_format(address, text);

        wrong += size != strlen(text) || !address_parse((struct word){text, size}, &back) ||
                 back != address;
    }
    CHECK_EQ_INT(wrong, 0);
}

TEST(the_digest_is_fnv_1a_over_the_canonical_line)
{
    struct route route = {.prefix = {0x0a000000, 8}, .gateway = 0x01020304, .oif = "eth0"};
    char line[ROUTE_LINE];

    CHECK_EQ_INT(digest_bytes("", 0), 0xcbf29ce484222325);
    CHECK_EQ_INT(digest_bytes("foobar", 6), 0x85944171f73967e8);
    route_format(&route, line);
    CHECK_EQ_STR(line, "10.0.0.0/8 1.2.3.4 eth0");
}

static uint64_t digest_of_line(const struct route *route)
{
    char line[ROUTE_LINE];

    return digest_bytes(line, route_format(route, line));
}

/* Values that are equal, that differ early or late, that go on where the other ends. */
TEST(a_change_moves_the_digest_from_one_line_to_the_other)
{
    static const struct route values[] = {
        {.gateway = 0x01020304, .oif = "eth0"}, {.gateway = 0x01020304, .oif = "eth0.100"},
        {.gateway = 0x01020304, .oif = "e"},    {.gateway = 0x010203, .oif = "eth0"},
        {.gateway = 0xfefefefe, .oif = "x"},    {.oif = "an-interface-with-a-long-name"},
    };
    enum { VALUES = sizeof(values) / sizeof(*values) };
    int wrong = 0;

    for (int i = 0; i < VALUES * VALUES; i++) {
        struct route from = values[i / VALUES], to = values[i % VALUES];
        struct table *table = table_create();

        from.prefix = to.prefix = (struct prefix){0x0a000000, 8};
        wrong += table_add(table, &from) || table_sum(table).digest != digest_of_line(&from);
        wrong += table_replace(table, &to) || table_sum(table).digest != digest_of_line(&to);
        wrong += table_remove(table, to.prefix) || table_sum(table).digest != 0;
        table_destroy(table);
    }
    CHECK_EQ_INT(wrong, 0);
}

/* Eight bytes are judged at once: a bad one anywhere, and a tab is none. */
TEST(a_byte_that_is_not_printable_is_seen_wherever_it_stands)
{
    static const char bad[] = {'\0',   '\1',   '\b',   '\n',   '\r',
                               '\x1f', '\x7f', '\x80', '\xa0', '\xff'};
    char line[] = "create 10.0.0.0/8 1.1.1.1 eth0~", reason[REASON_SIZE] = "";
    struct command command;
    int wrong = 0;

    for (size_t at = 0; at < sizeof(line) - 1; at++) {
        char kept = line[at];

        for (size_t i = 0; i < sizeof(bad); i++) {
            line[at] = bad[i];
            command_parse((struct word){line, sizeof(line) - 1}, COMMAND_SERVER, &command, reason);
            wrong += strstr(reason, "not printable") == NULL;
            reason[0] = 0;
        }
        line[at] = kept;
    }
    CHECK_EQ_INT(wrong, 0);
    CHECK_EQ_INT(command_parse(word("create\t10.0.0.0/8\t1.1.1.1\t\teth0~\t "), COMMAND_SERVER,
                               &command, reason),
                 REFUSED_NOT);
}

static enum refusal parse(const char *line, enum command_side side, struct command *command)
{
    char reason[REASON_SIZE];

    return command_parse(word(line), side, command, reason);
}

TEST(every_refusal_has_its_kind)
{
    static const struct {
        const char *line;
        enum refusal refusal;
    } cases[] = {
        {"bogus", REFUSED_SYNTAX},
        {"creat 10.0.0.0/8 1.1.1.1 e", REFUSED_SYNTAX},
        {"create 10.0.0.0/8 1.1.1.1", REFUSED_SYNTAX},
        {"create 10.0.0.0/8 1.1.1.1 e f", REFUSED_SYNTAX},
        {"create 10.0.0/8 1.1.1.1 e", REFUSED_ADDRESS},
        {"create 10.0.0.0/8 1.1.1 e", REFUSED_ADDRESS},
        {"create 10.0.0.0 1.1.1.1 e", REFUSED_MASK},
        {"create 10.0.0.0/33 1.1.1.1 e", REFUSED_MASK},
        {"create 10.0.0.0/08 1.1.1.1 e", REFUSED_MASK},
        {"create 10.0.0.1/8 1.1.1.1 e", REFUSED_PREFIX},
        {"create 10.0.0.0/8 1.1.1.1 12345678901234567890123456789012", REFUSED_OIF},
        {"show via", REFUSED_SYNTAX},
        {"show 10.0.0.0/8 11.0.0.0/8", REFUSED_SYNTAX},
        {"show dev a dev b", REFUSED_SYNTAX},
        {"lookup", REFUSED_SYNTAX},
        {"lookup 1.2.3.4/8", REFUSED_ADDRESS},
        {"status", REFUSED_UNAVAILABLE},
        {"quit now", REFUSED_SYNTAX},
        {"show\r", REFUSED_SYNTAX},
        {"show\x80", REFUSED_SYNTAX},
        {"  create\t10.0.0.0/8  1.1.1.1 1234567890123456789012345678901 ", REFUSED_NOT},
        {"show 0.0.0.0/0 via 1.1.1.1 dev a", REFUSED_NOT},
        {"show dev a via 1.1.1.1", REFUSED_NOT},
        {"delete 0.0.0.0/0", REFUSED_NOT},
    };
    struct command command;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (!CHECK_EQ_INT(parse(cases[i].line, COMMAND_SERVER, &command), cases[i].refusal))
            printf("# %s\n", cases[i].line);
    CHECK_EQ_INT(parse("create 10.0.0.0/8 1.1.1.1 e", COMMAND_CLIENT, &command),
                 REFUSED_UNAVAILABLE);
    CHECK_EQ_INT(parse("status", COMMAND_CLIENT, &command), REFUSED_NOT);
}

TEST(a_refused_prefix_names_the_one_that_was_meant)
{
    struct command command;
    char reason[REASON_SIZE];

    command_parse(word("delete 10.1.2.3/8"), COMMAND_SERVER, &command, reason);
    CHECK_EQ_STR(reason, "10.1.2.3/8 has bits set below its mask; expected 10.0.0.0/8");
}
