/* SPDX-License-Identifier: MIT */
/*
 * Classes of failures: what makes two of them the same, and what is none.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "command.h"
#include "failure.h"

static const struct command command = {.shape = "expect SERVER right"};
static struct step step = {.command = &command, .line = 7};
static const struct test_case test = {.steps = &step, .count = 1};

/* The class of an event that is made from what json_pack takes; compares and frees. */
static void check_class(json_t *event, const char *want)
{
    char *class = failure_class(&test, event);

    CHECK_EQ_STR(class, want);
    free(class);
    json_decref(event);
}

TEST(a_class_is_verdict_requirement_and_step)
{
    check_class(json_pack("{ss ss si ss}", "verdict", "FAIL", "id", "TBL-14", "line", 7, "message",
                          "the table of S is not that of the oracle"),
                "FAIL TBL-14 at: expect SERVER right");
    check_class(json_pack("{ss ss}", "verdict", "FAIL", "id", "ROB-7"), "FAIL ROB-7 at the end");
    check_class(json_pack("{ss si}", "verdict", "BROKEN", "line", 7),
                "BROKEN at: expect SERVER right");
}

TEST(an_end_by_itself_is_the_same_in_every_step)
{
    check_class(json_pack("{ss ss si ss}", "verdict", "FAIL", "id", "TBL-14", "line", 7, "ended",
                          "server with signal 11"),
                "FAIL server with signal 11");
}

TEST(what_is_undecided_is_no_failure)
{
    static const char *const none[] = {"PASS",        "WEAK",    "UNRESOLVED",
                                       "UNSUPPORTED", "SKIPPED", "XFAIL"};

    for (size_t i = 0; i < LENGTH(none); i++)
        check_class(json_pack("{ss ss si ss}", "verdict", none[i], "id", "TBL-14", "line", 7,
                              "ended", "server with signal 11"),
                    NULL);
}
