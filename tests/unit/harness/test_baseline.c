/* SPDX-License-Identifier: MIT */
/*
 * Known failures.
 */
#include "scratch.h"

#include "baseline.h"

/* Reads a baseline of this text against a suite of one case, a/b. */
static int read_text(struct baseline *b, const char *text, char **told)
{
    struct test_case c = {.name = (char *)"a/b"};
    struct suite s = {.at = &c, .n = 1};
    struct diag d = {0};

    scratch_begin();
    char *path = scratch_file("known", text);
    int result = baseline_read(b, path, &s, &d);
    *told = scratch_complaints(&d);
    diag_finish(&d);
    free(path);
    scratch_end();
    return result;
}

TEST(lines_are_read)
{
    struct baseline b;
    char *told;

    CHECK_EQ_INT(read_text(&b, "# known\n\na/b FAIL SYN-2 \"a reason\"\n", &told), 0);
    CHECK_EQ_STR(told, "");
    const struct known_failure *k = baseline_find(&b, "a/b");
    if (CHECK(k != NULL)) {
        CHECK_EQ_STR(k->verdict, "FAIL");
        CHECK_EQ_STR(k->id, "SYN-2");
        CHECK_EQ_STR(k->reason, "a reason");
    }
    CHECK(baseline_find(&b, "a/c") == NULL);
    baseline_finish(&b);
    free(told);
}

TEST(wrong_lines_are_located)
{
    struct baseline b;
    char *told;

    CHECK_EQ_INT(read_text(&b,
                           "a/b PASS - x\na/b FAIL -\na/b FAIL - x y\na/c FAIL - x\n"
                           "a/b WEAK TBL-15 \"fine\"\na/b FAIL - \"open\n",
                           &told),
                 -1);
#define SHAPE ":1: expected CASE VERDICT ID \"reason\", with FAIL, WEAK, BROKEN or UNRESOLVED\n"
    CHECK_EQ_STR(told, "known:1" SHAPE "known:2" SHAPE "known:3" SHAPE
                       "known:4:1: the suite has no case a/c; take the line out\n"
                       "known:6:12: this quote is never closed; expected another \" on the line\n");
    CHECK_EQ_INT(b.n, 1);
    baseline_finish(&b);
    free(told);
}

TEST(a_file_that_is_not_there_is_told)
{
    struct baseline b;
    struct suite s = {0};
    struct diag d = {0};

    CHECK_EQ_INT(baseline_read(&b, "/nonexistent", &s, &d), -1);
    CHECK_EQ_STR(d.text.data, "/nonexistent:1:1: cannot be read: No such file or directory\n");
    baseline_finish(&b);
    diag_finish(&d);
}
