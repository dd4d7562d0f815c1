/* SPDX-License-Identifier: MIT */
/*
 * The values in the lines of a dialogue.
 */
#include "unit.h"

#include <stdlib.h>

#include "dialogue.h"

static void check_filled(const char *line, const struct values *v, const char *want)
{
    char *got = dialogue_fill(line, v);

    CHECK_EQ_STR(got, want);
    free(got);
}

TEST(a_prefix_stands_whole_and_in_its_parts)
{
    struct values v = {.prefix = "10.1.0.0/16", .gateway = "1.2.3.4", .oif = "eth0"};

    check_filled("CREATE {dest} {mask} {gateway} {oif}", &v, "CREATE 10.1.0.0 16 1.2.3.4 eth0");
    check_filled("{prefix} {dest}/{mask}", &v, "10.1.0.0/16 10.1.0.0/16");
    check_filled("{dotted-mask} {mac}", &v, "255.255.0.0 {mac}");
}

TEST(masks_are_dotted_and_what_is_none_stays)
{
    static const char *const masks[][2] = {
        {"0/0", "0.0.0.0"},
        {"0/1", "128.0.0.0"},
        {"0/24", "255.255.255.0"},
        {"0/32", "255.255.255.255"},
        {"0/33", "33"},
        {"0/-1", "-1"},
        {"0/8a", "8a"},
        {"0", "{dotted-mask}"},
        {"0/", ""},
    };

    for (size_t i = 0; i < LENGTH(masks); i++) {
        struct values v = {.prefix = masks[i][0]};
        check_filled("{dotted-mask}", &v, masks[i][1]);
    }
}

TEST(names_that_stand_for_nothing_are_found)
{
    size_t len;

    CHECK(dialogue_unknown("1", &len) == NULL);
    CHECK(dialogue_unknown("{dest} {dotted-mask} {} {\"json\": 1}", &len) == NULL);
    const char *line = "{dest} {destination}", *found = dialogue_unknown(line, &len);
    CHECK_EQ_INT(found - line, 7);
    CHECK_EQ_INT((int)len, 13);
}
