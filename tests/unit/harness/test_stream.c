/* SPDX-License-Identifier: MIT */
/*
 * Saved runs: what is whole is read, what is not is refused, and where.
 */
#include "scratch.h"

#include "stream.h"

#define START                                                                                 \
    "{\"event\":\"start\",\"stream\":1,\"suite\":\"s\",\"spec\":\"p\",\"spec_digest\":\"0\"," \
    "\"iut\":\"i\",\"manifest\":\"m\",\"features\":[],\"kernel\":\"k\",\"sandbox\":\"n\","    \
    "\"seed\":\"1\",\"jobs\":1,\"began\":\"t\",\"cases\":2,\"whole\":true,\"repeat\":\"r\"}\n"
#define CASE(name, verdict)                                                                    \
    "{\"event\":\"case\",\"case\":\"" name "\",\"only\":\"o\",\"title\":\"t\",\"file\":\"f\"," \
    "\"values\":\"\",\"cites\":[],\"verdict\":\"" verdict "\"}\n"
#define END_OF(events, counts, passed, failed, code)                                      \
    "{\"event\":\"end\",\"events\":" events ",\"counts\":{" counts "},\"passed\":" passed \
    ",\"failed\":" failed ",\"skipped\":0,\"seconds\":0.5,\"exit\":" code ",\"reason\":\"r\"}\n"
#define END END_OF("4", "\"PASS\":1,\"FAIL\":1", "1", "1", "1")
#define CASES CASE("a", "PASS") CASE("b", "FAIL")

/* What is said of this text; "" if it was taken. The caller's. */
static char *read_text(const char *text, size_t *cases)
{
    struct stream s;
    struct diag d = {0};
    char *told, *path;

    scratch_begin();
    path = scratch_file("run", text);
    int result = stream_read(&s, path, &d);
    told = scratch_complaints(&d);
    CHECK_EQ_INT(result, *told == '\0' ? 0 : -1);
    *cases = json_array_size(s.cases);
    CHECK((result == 0) == (s.start != NULL && s.end != NULL && *told == '\0'));
    stream_finish(&s);
    diag_finish(&d);
    scratch_end();
    free(path);
    return told;
}

static void check_refused(const char *text, const char *want)
{
    size_t n;
    char *told = read_text(text, &n);

    CHECK_EQ_STR(told, want);
    free(told);
}

TEST(a_whole_run_is_read)
{
    size_t n;
    char *told = read_text(START CASES END, &n);

    CHECK_EQ_STR(told, "");
    CHECK_EQ_INT(n, 2);
    free(told);
}

TEST(an_interrupted_run_is_whole)
{
    check_refused(START CASE("a", "PASS") END_OF("3", "\"PASS\":1", "1", "0", "2"), "");
    check_refused(START CASE("a", "PASS") END_OF("3", "\"PASS\":1", "1", "0", "0"),
                  "run:3:1: 2 cases were announced, and 1 told\n");
}

TEST(what_is_cut_off_is_refused)
{
    check_refused("", "run:1:1: empty; expected the events of a run: rtmtest run --report "
                      "ndjson=FILE\n");
    check_refused(START CASE("a", "PASS"), "run:2:1: no closing record: the run ended after 1 of 2 "
                                           "cases; run it again to the end\n");
    check_refused(START CASES "{\"event\":\"end\"",
                  "run:4:1: the line is cut off: the run ended before its report was whole\n");
    check_refused(START "{\"event\":\n",
                  "run:2:9: expected an event, as JSON: unexpected token near end of file\n");
}

TEST(what_does_not_add_up_is_refused)
{
    check_refused(START CASE("a", "PASS") END,
                  "run:3:1: the closing record counts 4 events, but 3 were read: lines are lost\n");
    check_refused(START CASE("a", "PASS") CASE("b", "PASS") END,
                  "run:4:1: the closing record counts 1 PASS, but 2 were read: lines are lost\n");
    check_refused(START CASES END_OF("4", "\"PASS\":1,\"FAIL\":1", "2", "0", "1"),
                  "run:4:1: the closing record says 2 passed, but its verdicts come to 1\n");
    check_refused(START CASES CASE("c", "PASS") END_OF("5", "\"PASS\":2,\"FAIL\":1", "2", "1", "1"),
                  "run:5:1: 2 cases were announced, and 3 told\n");
    check_refused(START CASES END_OF("4", "\"PASS\":1,\"FAIL\":1", "1", "1", "0"),
                  "run:4:1: the closing record says exit status 0, but 1 failed\n");
    check_refused(START CASES END_OF("4", "\"PASS\":1,\"FAIL\":1", "1", "1", "3"),
                  "run:4:1: the closing record says exit status 3, but 1 failed\n");
}

TEST(what_is_out_of_place_is_refused)
{
    check_refused(CASES END, "run:1:1: expected the event start first\n");
    check_refused(START START, "run:2:1: the event start for the second time\n");
    check_refused(START CASE("a", "PASS") CASE("a", "PASS"),
                  "run:3:1: the case a for the second time\n");
    check_refused(START CASES END CASE("c", "PASS"), "run:5:1: an event behind the end\n");
}

TEST(what_is_no_event_is_refused)
{
    check_refused("[]\n", "run:1:1: expected an object whose \"event\" is start, case or end\n");
    check_refused("{\"event\":\"middle\"}\n",
                  "run:1:1: expected an object whose \"event\" is start, case or end\n");
    check_refused(START CASE("a", "FINE"),
                  "run:2:1: expected \"verdict\" in the event case, the name of a verdict\n");
    check_refused(START CASE("a\\u001b", "PASS"), "run:2:1: expected \"case\" in the event case, a "
                                                  "text without control characters\n");
    check_refused("{\"event\":\"end\"}\n",
                  "run:1:1: expected \"events\" in the event end, a whole number from 0\n");
    check_refused(START "{\"event\":\"end\",\"events\":-1}\n",
                  "run:2:1: expected \"events\" in the event end, a whole number from 0\n");
    check_refused(
        START CASES END_OF("4", "\"FINE\":1", "1", "1", "1"),
        "run:4:1: expected \"counts\" in the event end, an object of counts by verdict\n");
    check_refused(START CASES END_OF("4", "\"PASS\":1", "1", "1", "1,\"more\":1"),
                  "run:4:1: the event end has no member \"more\"; was it written by another "
                  "version?\n");
}

TEST(texts_of_events_are_plain)
{
    static const struct {
        const char *text, *want;
    } rows[] = {{"a\tb\x1b\n", "a b  "}, {"\xc3\xa4", "\xc3\xa4"}, {"x\xff\xc3\xa4", "x?\xc3\xa4"}};

    for (size_t i = 0; i < LENGTH(rows); i++) {
        json_t *s = event_string(rows[i].text);
        CHECK_EQ_STR(json_string_value(s), rows[i].want);
        json_decref(s);
    }
}
