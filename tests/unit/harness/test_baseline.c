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
    struct requirement known = {.id = (char *)"SYN-2"};
    struct requirements q = {&known, 1};
    struct diag d = {0};

    scratch_begin();
    char *path = scratch_file("known", text);
    int result = baseline_read(b, path, &s, &q, &d);
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
        CHECK_EQ_INT(k->verdict, VERDICT_FAIL);
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
                           "a/b PASS - x\na/b FAIL -\na/b FAIL - x y z\na/c FAIL - x\n"
                           "a/b WEAK SYN-2 \"fine\"\na/b FAIL - \"twice\"\na/b FAIL - \"open\n",
                           &told),
                 -1);
#define SHAPE                                                                            \
    ":1: expected CASE VERDICT ID \"reason\" [\"message\"], with FAIL, WEAK, BROKEN or " \
    "UNRESOLVED\n"
    CHECK_EQ_STR(told, "known:1" SHAPE "known:2" SHAPE "known:3" SHAPE
                       "known:4:1: the suite has no case a/c; take the line out\n"
                       "known:6:1: a/b has a line already, line 5\n"
                       "known:7:12: this quote is never closed; expected another \" on the line\n");
    CHECK_EQ_INT(b.n, 1);
    baseline_finish(&b);
    free(told);
}

TEST(unknown_requirements_and_patterns_are_located)
{
    struct baseline b;
    char *told;

    CHECK_EQ_INT(read_text(&b, "a/b FAIL SNY-2 x\na/b FAIL - x \"a(b\"\n", &told), -1);
    CHECK_EQ_STR(told, "known:1:10: the spec has no requirement SNY-2; did you mean SYN-2?\n"
                       "known:2:17: not a pattern: missing closing parenthesis\n");
    CHECK_EQ_INT(b.n, 0);
    baseline_finish(&b);
    free(told);
}

/* The case a/b with this verdict, requirement and message, judged by a baseline of this line:
 * "VERDICT message", the caller's. */
static char *judge(const char *line, const char *verdict, const char *id, const char *message)
{
    json_t *e = json_pack("{s:s, s:s, s:s, s:s?, s:s}", "event", "case", "case", "a/b", "verdict",
                          verdict, "id", *id ? id : NULL, "message", message);
    struct baseline b;
    char *told, *result;

    CHECK_EQ_INT(read_text(&b, line, &told), 0);
    baseline_judge(&b, e);
    result = x_printf("%s %s", event_text(e, "verdict"), event_text(e, "message"));
    baseline_finish(&b);
    json_decref(e);
    free(told);
    return result;
}

TEST(verdicts_are_judged)
{
    static const struct {
        const char *line, *verdict, *id, *message, *want;
    } rows[] = {
        {"a/b FAIL SYN-2 why", "FAIL", "SYN-2", "m", "XFAIL known: why"},
        {"a/b FAIL - why", "FAIL", "", "m", "XFAIL known: why"},
        {"a/b FAIL SYN-2 why m+", "FAIL", "SYN-2", "xmmx", "XFAIL known: why"},
        {"a/b WEAK SYN-2 why", "WEAK", "SYN-2", "m", "XFAIL known: why"},
        {"a/b FAIL SYN-2 why ^x", "FAIL", "SYN-2", "m",
         "FAIL m; the baseline expects FAIL SYN-2 with \"^x\" (why)"},
        {"a/b FAIL SYN-2 why", "FAIL", "SYN-3", "m",
         "FAIL m; the baseline expects FAIL SYN-2 (why)"},
        {"a/b FAIL - why", "BROKEN", "", "m", "BROKEN m; the baseline expects FAIL (why)"},
        {"a/b FAIL - why", "PASS", "", "m",
         "XPASS passes, but the baseline says FAIL (why); take its line out"},
        {"a/b FAIL SYN-2 why", "WEAK", "SYN-3", "m",
         "XPASS is WEAK SYN-3, but the baseline says FAIL SYN-2 (why); take its line out"},
        {"a/b FAIL SYN-2 why", "UNSUPPORTED", "", "m",
         "XPASS is UNSUPPORTED, but the baseline says FAIL SYN-2 (why); take its line out"},
        {"a/b FAIL SYN-2 why", "SKIPPED", "", "m", "SKIPPED m"},
        {"", "FAIL", "SYN-2", "m", "FAIL m"},
    };

    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *got = judge(rows[i].line, rows[i].verdict, rows[i].id, rows[i].message);
        CHECK_EQ_STR(got, rows[i].want);
        free(got);
    }
}

TEST(a_run_is_written_as_a_baseline)
{
    struct stream s = {
        .start = json_pack("{s:s}", "iut", "an IUT"),
        .cases =
            json_pack("[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s, s:s, s:s, s:s},"
                      " {s:s, s:s}, {s:s, s:s}]",
                      "case", "a/b", "verdict", "FAIL", "id", "SYN-2", "message", "say \"no\" \\",
                      "case", "a b", "verdict", "BROKEN", "message", "m", "case", "a/c", "verdict",
                      "XFAIL", "found", "WEAK", "id", "SYN-2", "known", "why", "known_message",
                      "^x", "case", "a/d", "verdict", "XPASS", "case", "a/e", "verdict", "PASS"),
    };
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    baseline_write(&s, out);
    fclose(out);
    CHECK_EQ_STR(text, "# Known failures of an IUT: CASE VERDICT ID \"reason\" [\"message\"]\n"
                       "a/b FAIL SYN-2 \"say \\\"no\\\" \\ \"\n"
                       " \"a b\" BROKEN - \"m\"\n"
                       "a/c WEAK SYN-2 \"why\" \"^x\"\n");
    free(text);
    stream_finish(&s);
}

TEST(a_file_that_is_not_there_is_told)
{
    struct baseline b;
    struct suite s = {0};
    struct requirements q = {0};
    struct diag d = {0};

    CHECK_EQ_INT(baseline_read(&b, "/nonexistent", &s, &q, &d), -1);
    CHECK_EQ_STR(d.text.data, "/nonexistent:1:1: cannot be read: No such file or directory\n");
    baseline_finish(&b);
    diag_finish(&d);
}
