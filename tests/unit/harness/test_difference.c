/* SPDX-License-Identifier: MIT */
/*
 * What changed from one run to another.
 */
#include "tests/unit/unit.h"

#include "difference.h"

#include <stdlib.h>

/* A run of cases "NAME VERDICT [ID]", each citing SYN-1 and the id; NULL at the end. One that
 * begins with "..." is a run of these only. */
static struct stream make_run(const char *const *cases)
{
    bool whole = cases[0] == NULL || strcmp(cases[0], "...") != 0;
    struct stream s = {
        .start = json_pack("{s:b}", "whole", whole), .cases = json_array(), .end = json_object()};

    for (size_t i = !whole; cases[i] != NULL; i++) {
        char name[16], verdict[16], id[16] = "";
        sscanf(cases[i], "%15s %15s %15s", name, verdict, id);
        json_t *e =
            json_pack("{s:s, s:s, s:[s]}", "case", name, "verdict", verdict, "cites", "SYN-1");
        if (*id != '\0') {
            event_set(e, "id", id);
            json_array_append_new(json_object_get(e, "cites"), json_string(id));
        }
        json_array_append_new(s.cases, e);
    }
    return s;
}

static void add_changes(struct buf *b, json_t *const *all, char sign)
{
    static const char marks[CHANGE_COUNT] = {'!', '.', '~', '+', '-'};

    for (int k = 0; k < CHANGE_COUNT; k++)
        for (size_t i = 0; i < json_array_size(all[k]); i++) {
            const json_t *c = json_array_get(all[k], i);
            const char *id = event_text(c, "requirement");
            buf_printf(b, "%c%c%s %s>%s\n", sign, marks[k], *id ? id : event_text(c, "case"),
                       event_text(c, "from"), event_text(c, "to"));
        }
}

/* Changes of cases as "c!NAME FROM>TO", of requirements as "r!ID FROM>TO". */
static void check(const char *const *from, const char *const *to, bool worse, const char *want)
{
    struct stream a = make_run(from), b = make_run(to);
    struct difference d;
    struct buf text = {0};

    difference_find(&d, &a, &b);
    buf_adds(&text, "");
    add_changes(&text, d.cases, 'c');
    add_changes(&text, d.requirements, 'r');
    CHECK_EQ_STR(text.data, want);
    CHECK_EQ_INT(d.worse, worse);
    CHECK_EQ_INT(d.differs, *want != '\0');
    difference_finish(&d);
    stream_finish(&a);
    stream_finish(&b);
    buf_finish(&text);
}

#define RUN(...) ((const char *const[]){__VA_ARGS__, NULL})

TEST(the_same_verdicts_in_another_order_are_the_same)
{
    check(RUN("a PASS", "b FAIL SYN-2"), RUN("b FAIL SYN-2", "a PASS"), false, "");
}

TEST(failing_and_passing_are_told_both_ways)
{
    check(RUN("a PASS"), RUN("a FAIL SYN-2"), true,
          "c!a PASS>FAIL SYN-2\nr!SYN-2 unchecked>fails\nr~SYN-1 holds>unchecked\n");
    check(RUN("a FAIL SYN-2"), RUN("a PASS"), false,
          "c.a FAIL SYN-2>PASS\nr.SYN-1 unchecked>holds\nr~SYN-2 fails>unchecked\n");
}

TEST(a_failure_of_another_requirement_is_a_change)
{
    check(RUN("a FAIL SYN-2"), RUN("a FAIL SYN-3"), true,
          "c~a FAIL SYN-2>FAIL SYN-3\nr!SYN-3 unchecked>fails\nr~SYN-2 fails>unchecked\n");
}

TEST(a_known_failure_is_still_one)
{
    check(RUN("a FAIL SYN-2"), RUN("a XFAIL SYN-2"), false,
          "c~a FAIL SYN-2>XFAIL SYN-2\nr~SYN-2 fails>unchecked\n");
}

TEST(weak_is_missed_and_broken_is_undecided)
{
    check(RUN("a PASS"), RUN("a WEAK SYN-2"), false,
          "c~a PASS>WEAK SYN-2\nr~SYN-2 unchecked>missed\n");
    check(RUN("a PASS"), RUN("a BROKEN"), true, "c!a PASS>BROKEN\nr~SYN-1 holds>undecided\n");
    check(RUN("a UNRESOLVED"), RUN("a BROKEN"), false, "c~a UNRESOLVED>BROKEN\n");
}

TEST(added_and_removed_cases_are_told)
{
    check(RUN("a PASS"), RUN("a PASS", "b PASS"), false, "c+b ->PASS\n");
    check(RUN("a PASS"), RUN("a PASS", "b FAIL SYN-2"), true,
          "c+b ->FAIL SYN-2\nr!SYN-2 unchecked>fails\n");
    check(RUN("a PASS", "b PASS"), RUN("a PASS"), false, "c-b PASS>-\n");
    check(RUN("a PASS", "b SKIPPED"), RUN("b SKIPPED"), true,
          "c-a PASS>-\nr~SYN-1 holds>unchecked\n");
}

TEST(what_a_run_of_some_cases_left_out_is_no_change)
{
    check(RUN("a PASS", "b PASS SYN-2"), RUN("...", "a PASS"), false, "");
    check(RUN("...", "a PASS"), RUN("a PASS", "b PASS SYN-2"), false, "");
    check(RUN("...", "a PASS"), RUN("...", "b FAIL SYN-2"), true,
          "c+b ->FAIL SYN-2\nr!SYN-2 unchecked>fails\n");
}
