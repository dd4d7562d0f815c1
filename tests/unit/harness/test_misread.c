/* SPDX-License-Identifier: MIT */
/*
 * Masks in both forms, and rows that are no entries.
 */
#include "unit.h"

#include <stdlib.h>

#include "mask.h"
#include "miscut.h"
#include "misread.h"

TEST(every_mask_comes_back_from_its_quad)
{
    char bits[24], quad[24];

    for (int i = 0; i <= 32; i++) {
        snprintf(bits, sizeof bits, "%d", i);
        mask_dot(bits, quad, sizeof quad);
        CHECK(mask_count(quad) == NULL);
        CHECK_EQ_STR(quad, bits);
        CHECK(mask_count(quad) == NULL);
        CHECK_EQ_STR(quad, bits);
    }
}

TEST(a_quad_with_holes_is_no_mask)
{
    char quads[][24] = {"255.0.255.0", "0.0.0.255", "255.255.255.253", "127.0.0.0"};
    char other[] = "255.255.0";

    for (size_t i = 0; i < LENGTH(quads); i++)
        CHECK_EQ_STR(mask_count(quads[i]), "has holes");
    CHECK_EQ_STR(quads[0], "255.0.255.0");
    CHECK(mask_count(other) == NULL);
    CHECK_EQ_STR(other, "255.255.0");
}

static void check(const char *const row[4], const char *want, bool want_form)
{
    struct route r;
    bool form;
    char *why = misread_route(row[0], row[1], row[2], row[3], &r, &form);

    CHECK_EQ_STR(why ? why : "", want);
    CHECK_EQ_INT(form, want_form);
    free(why);
}

/* Behind "10.0.0.0/8 1.1.1.1 ". */
static bool is_oif(const char *line, const char *shown, const char *oif)
{
    return miscut_is_oif(line, 19, shown, oif);
}

TEST(a_name_is_cut_where_the_line_has_it_whole)
{
    CHECK(is_oif("10.0.0.0/8 1.1.1.1 Gi1/0/24", "Gi1", "Gi1/0/24"));
    CHECK(is_oif("10.0.0.0/8 1.1.1.1 eth0", "", "eth0"));
    CHECK(is_oif("10.0.0.0/8 1.1.1.1 eth0;", "eth0;", "eth0"));
    CHECK(is_oif("10.0.0.0/8 1.1.1.1 dev e", "dev e", "e"));
    CHECK(is_oif("10.0.0.0/8 1.1.1.1 eth0 metric 5", "eth0 metric 5", "eth0"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 1", "1", "10"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 eth0???", "eth0???", "eth0"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 ~~", "~~", "~"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 eth1", "eth1", "eth10"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 eth10", "eth10", "eth1"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 Gi1/0/24.100", "Gi1/0/24.100", "Gi1/0/24"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 eth0", "eth0", "eth0"));
    CHECK(!is_oif("10.0.0.0/8 1.1.1.1 eth0", "eth0", ""));
}

TEST(a_name_stands_beside_as_a_word)
{
    CHECK(miscut_is_beside("10.0.0.0/8 1.1.1.1 dev eth0;", "eth0"));
    CHECK(!miscut_is_beside("10.0.0.0/8 1.1.1.1 dev eth01", "eth0"));
    CHECK(!miscut_is_beside("10.0.0.0/8 1.1.1.1 dev e", "10"));
    CHECK(!miscut_is_beside("10.0.0.0/8 1.1.1.1 dev e", "e"));
}

TEST(a_row_is_told_by_its_group)
{
    check((const char *const[]){"10.1.0.0", "255.255.0.0", "1.1.1.1", "e"}, "", false);
    check((const char *const[]){"0.0.0.0", "0.0.0.0", "1.1.1.1", "e"}, "", false);
    check((const char *const[]){"10", "8", "1.1.1.1", "e"},
          "its dest is \"10\", no address (TBL-11)", true);
    check((const char *const[]){"10.0.0.0", "0xff", "1.1.1.1", "e"},
          "its mask is \"0xff\", no number from 0 to 32 (TBL-12) and no dotted quad", true);
    check((const char *const[]){"10.0.0.0", "255.0.255.0", "1.1.1.1", "e"},
          "its mask is \"255.0.255.0\", which has holes (TBL-12)", true);
    check((const char *const[]){"10.0.0.0", "8", "via", "e"},
          "its gateway is \"via\", no address (TBL-11)", true);
    check((const char *const[]){"10.0.1.0", "23", "1.1.1.1", "e"},
          "10.0.1.0/23 has bits below its mask, and is accepted; TBL-10 has it refused, for "
          "10.0.0.0/23",
          false);
    check(
        (const char *const[]){"10.0.1.0", "0", "1.1.1.1", "e"},
        "10.0.1.0/0 has bits below its mask, and is accepted; TBL-10 has it refused, for 0.0.0.0/0",
        false);
    check((const char *const[]){"10.0.0.0", "8", "1.1.1.1", "caf\303\251"},
          "its oif is \"caf\303\251\", and is accepted; TBL-13 has 1 to 31 printable ASCII bytes "
          "without blanks",
          false);
}
