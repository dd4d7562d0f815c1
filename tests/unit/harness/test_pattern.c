/* SPDX-License-Identifier: MIT */
/*
 * Patterns with named groups.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "pattern.h"

static struct pattern *make(const char *text)
{
    char *why = NULL;
    size_t offset;
    struct pattern *p = pattern_create(text, &why, &offset);

    if (!CHECK(p != NULL))
        printf("# %s\n", why);
    free(why);
    return p;
}

static bool matches(struct pattern *p, const char *line)
{
    return pattern_match(p, line, strlen(line));
}

TEST(a_pattern_matches_anywhere)
{
    struct pattern *p = make("b+c");

    CHECK(matches(p, "abbcd"));
    CHECK(!matches(p, "abbd"));
    CHECK(!matches(p, ""));
    CHECK(!pattern_match(p, "abc", 2)); /* only so far */
    CHECK(!pattern_match(NULL, "abc", 3));
    pattern_destroy(p);
    pattern_destroy(NULL);
}

TEST(groups_are_copied_by_name)
{
    struct pattern *p = make("^(?<dest>[0-9.]+)/(?<mask>\\d+)( via (?<gateway>\\S+))?");
    const char *line = "10.0.0.0/8 via 1.2.3.4";
    char out[16];

    CHECK(matches(p, line));
    CHECK(pattern_group(p, line, "dest", out, sizeof out));
    CHECK_EQ_STR(out, "10.0.0.0");
    CHECK(pattern_group(p, line, "gateway", out, sizeof out));
    CHECK_EQ_STR(out, "1.2.3.4");
    CHECK(pattern_group(p, line, "dest", out, 4));
    CHECK_EQ_STR(out, "10.");
    CHECK(!pattern_group(p, line, "oif", out, sizeof out));
    CHECK(pattern_has(p, "mask"));
    CHECK(!pattern_has(p, "oif"));
    CHECK(!pattern_has(NULL, "mask"));
    CHECK(matches(p, "10.0.0.0/8"));
    CHECK(!pattern_group(p, "10.0.0.0/8", "gateway", out, sizeof out)); /* took no part */
    pattern_destroy(p);
}

TEST(any_byte_may_be_matched_against)
{
    struct pattern *p = make("^a.*z$");

    CHECK(pattern_match(p, "a\xff\xfe\0z", 5));
    pattern_destroy(p);
}

TEST(what_is_no_pattern_says_why_and_where)
{
    static const struct {
        const char *text;
        size_t offset;
    } bad[] = {{"ab(cd", 5}, {"a)b", 1}, {"[a", 2}, {"*a", 0}};

    for (size_t i = 0; i < LENGTH(bad); i++) {
        char *why = NULL;
        size_t offset = 999;
        CHECK(pattern_create(bad[i].text, &why, &offset) == NULL);
        CHECK(why != NULL && *why != '\0');
        if (!CHECK_EQ_INT(offset, bad[i].offset))
            printf("# in \"%s\"\n", bad[i].text);
        free(why);
    }
}
