/* SPDX-License-Identifier: MIT */
/*
 * Scenarios: what a right one gives, and each error at its place. Run from the top folder.
 */
#include "scratch.h"

#include "command.h"
#include "script.h"

#define HEAD "title t\nneeds routes\n" /* lines 1 and 2 */
#define CHECKED "expect S right [TBL-14]\n"

static struct requirements requirements;

static const struct requirements *spec(void)
{
    struct diag d = {0};

    if (requirements.n == 0)
        CHECK_EQ_INT(requirements_read(&requirements, "spec", &d), 0);
    return &requirements;
}

/* Reads a scenario of this text; the complaints are the caller's. */
static char *read_text(struct suite *s, const char *text)
{
    struct diag d = {0};

    *s = (struct suite){0};
    scratch_begin();
    char *path = scratch_file("x/s.rtm", text), *told;
    int result = suite_read(s, path, spec(), &d);
    CHECK_EQ_INT(result, d.count ? -1 : 0);
    told = scratch_complaints(&d);
    diag_finish(&d);
    free(path);
    scratch_end();
    return told;
}

#define CHECK_TOLD(text, want)              \
    do {                                    \
        struct suite s_;                    \
        char *told_ = read_text(&s_, text); \
        CHECK_EQ_STR(told_, want);          \
        suite_finish(&s_);                  \
        free(told_);                        \
    } while (0)

/* Of one step, in line 4 behind "server S"; column and message of the complaint. */
#define CHECK_STEP(step, want) \
    CHECK_TOLD(HEAD "server S\n" step "\n" CHECKED, want[0] ? "x/s.rtm:4:" want "\n" : "")

/* The same where other commands may accept other words there: the place, and one of what would do.
 */
static void check_expected(const char *step, const char *place, const char *one)
{
    struct suite s;
    char *text = x_printf("%sserver S\n%s\n%s", HEAD, step, CHECKED);
    char *told = read_text(&s, text), *start = x_printf("x/s.rtm:4:%s", place);

    if (!CHECK(strncmp(told, start, strlen(start)) == 0) || !CHECK(strstr(told, one) != NULL))
        printf("# wanted %s ... %s; got %s", start, one, told);
    suite_finish(&s);
    free(start);
    free(told);
    free(text);
}

TEST(a_right_scenario_gives_what_it_says)
{
    struct suite s;
    char *told = read_text(
        &s, "# comment\ntitle  a title: with all # of it\nneeds routes console\n"
            "tags slow data\ncost processes=12\ndeadline 3s\n\n"
            "server S\n  client A B\nexpect A B equal S  [SYN-2]\n"
            "S create 10.0.0.0/8 1.1.1.1 eth0\nexpect S answers \"^ok\" to \"a  b\" [CON-1]\n");

    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 1)) {
        const struct test_case *c = &s.at[0];
        char *text = step_text(&c->steps[4]);
        CHECK_EQ_STR(c->name, "x/s");
        CHECK_EQ_STR(c->values, "");
        CHECK_EQ_STR(c->head.title, "a title: with all # of it");
        CHECK_EQ_STR(c->head.features[1], "console");
        CHECK_EQ_STR(c->head.features[2], NULL);
        CHECK_EQ_INT(c->head.needs, 0);
        CHECK_EQ_INT(c->head.processes, 12);
        CHECK_EQ_INT(c->head.deadline_ms, 3000);
        CHECK_EQ_INT(c->count, 5);
        CHECK_EQ_INT(c->steps[2].line, 10);
        CHECK_EQ_STR(c->steps[2].cite->id, "SYN-2");
        CHECK_EQ_STR(c->steps[3].cite->id, "TBL-1"); /* the command's own */
        CHECK_EQ_STR(text, "expect S answers \"^ok\" to \"a  b\" [CON-1]");
        CHECK(case_tagged(c, "slow") && case_tagged(c, "data") && !case_tagged(c, "fast"));
        CHECK(case_cites(c, "SYN-2") && case_cites(c, "TBL-1") && !case_cites(c, "SYN-3"));
        free(text);
    }
    suite_finish(&s);
    free(told);
}

TEST(what_is_not_said_has_its_default)
{
    struct suite s;
    char *told = read_text(&s, "title t\nneeds routes pid-namespace\nserver S\n" CHECKED);

    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 1)) {
        CHECK_EQ_INT(s.at[0].head.deadline_ms, 5000);
        CHECK_EQ_INT(s.at[0].head.processes, 4);
        CHECK_EQ_INT(s.at[0].head.needs, NEED_PID_NAMESPACE);
        CHECK_EQ_STR(s.at[0].head.features[1], NULL);
    }
    suite_finish(&s);
    free(told);
}

TEST(a_title_ends_before_an_empty_value)
{
    struct suite s;
    char *told = read_text(&s, "title the reason: {why}\nneeds routes\nrows why\nrow \"\"\nrow b\n"
                               "server S\n" CHECKED);

    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 2)) {
        CHECK_EQ_STR(s.at[0].head.title, "the reason");
        CHECK_EQ_STR(s.at[1].head.title, "the reason: b");
    }
    suite_finish(&s);
    free(told);
}

TEST(rows_make_cases)
{
    struct suite s;
    char *told = read_text(&s, "title refuses {prefix}\nneeds routes\nrows prefix kind\n"
                               "row 10.0.0.1/8 prefix\nrow \"a b\" address\nserver S\n"
                               "file F\n{kind} and {other}\nend\n"
                               "expect S refuses delete \"{prefix}\" as {kind} [TBL-10]\n");

    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 2)) {
        CHECK_EQ_STR(s.at[0].name, "x/s#1");
        CHECK_EQ_STR(s.at[1].name, "x/s#2");
        CHECK_EQ_STR(s.at[0].values, "prefix=10.0.0.1/8 kind=prefix");
        CHECK_EQ_STR(s.at[0].head.title, "refuses 10.0.0.1/8");
        CHECK_EQ_STR(s.at[0].steps[2].words.at[4].text, "10.0.0.1/8");
        CHECK_EQ_STR(s.at[1].steps[2].words.at[4].text, "a b");
        CHECK_EQ_STR(s.at[1].steps[1].block[0], "address and {other}");
        CHECK_EQ_STR(s.at[1].steps[1].block[1], NULL);
    }
    suite_finish(&s);
    free(told);
}

TEST(a_value_may_be_several_words)
{
    struct suite s;
    char *told =
        read_text(&s, HEAD "rows frame\nrow \"RESYNC seq=1\"\nrow BYE\nserver S\n"
                           "probe P of S\nP sends {frame}\nP sends hex \"{frame}\"\n" CHECKED);

    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 2)) {
        CHECK_EQ_INT(s.at[0].steps[2].words.n, 4);
        CHECK_EQ_STR(s.at[0].steps[2].words.at[2].text, "RESYNC");
        CHECK_EQ_STR(s.at[0].steps[2].words.at[3].text, "seq=1");
        CHECK_EQ_STR(s.at[0].steps[3].words.at[3].text, "RESYNC seq=1");
        CHECK_EQ_INT(s.at[1].steps[2].words.n, 3);
    }
    suite_finish(&s);
    free(told);
}

TEST(a_row_has_a_value_for_each_column)
{
    CHECK_TOLD(HEAD "rows a b\nrow 1 2\nrow 1\nserver S\n" CHECKED,
               "x/s.rtm:5:1: 1 values for 2 columns\n");
}

TEST(the_head_is_checked)
{
    CHECK_TOLD("needs routes\nserver S\n" CHECKED, "x/s.rtm:1:1: expected a line: title ...\n");
    CHECK_TOLD(
        "title t\nserver S\n" CHECKED,
        "x/s.rtm:1:1: expected a line: needs routes (the features that an IUT must claim)\n");
    CHECK_TOLD(
        "title t\nneeds routes flying\nserver S\n" CHECKED,
        "x/s.rtm:2:14: expected features (routes console mac flush mq net epochs reconnect "
        "signals tidy) or "
        "needs of the host (pid-namespace two-uids choose-pid seccomp own-network own-files)\n");
    CHECK_TOLD(HEAD "cost 12\nserver S\n" CHECKED,
               "x/s.rtm:3:6: expected: processes=N, with N from 1 to 4096, many=N, up to 99999, or "
               "queues=N, "
               "up to 16\n");
    CHECK_TOLD(HEAD "cost processes=0\nserver S\n" CHECKED,
               "x/s.rtm:3:6: expected: processes=N, with N from 1 to 4096, many=N, up to 99999, or "
               "queues=N, "
               "up to 16\n");
    CHECK_TOLD(HEAD "deadline 500ms\nserver S\n" CHECKED,
               "x/s.rtm:3:1: expected: deadline Ns, with N from 1 to 300\n");
    CHECK_TOLD(HEAD "deadline 0s\nserver S\n" CHECKED,
               "x/s.rtm:3:1: expected: deadline Ns, with N from 1 to 300\n");
    CHECK_TOLD(HEAD "deadline 301s\nserver S\n" CHECKED,
               "x/s.rtm:3:1: expected: deadline Ns, with N from 1 to 300\n");
    CHECK_TOLD(HEAD "deadline 3s later\nserver S\n" CHECKED,
               "x/s.rtm:3:1: expected: deadline Ns, with N from 1 to 300\n");
}

TEST(what_a_step_needs_is_named_in_the_head)
{
    struct suite s;
    char *told = read_text(&s, "title t\nneeds routes seccomp two-uids choose-pid pid-namespace\n"
                               "server S failing pidfd_open=ENOSYS getsockopt/3:77=ENOPROTOOPT\n"
                               "process X\nprocess Y as another user\nkill X KILL\n"
                               "process Z with the pid of X\nprobe P of S in Y\n"
                               "P sends PID pid=0\n" CHECKED);

    CHECK_EQ_STR(told, "");
    CHECK_EQ_INT(s.n, 1);
    suite_finish(&s);
    free(told);
    CHECK_TOLD(HEAD "server S failing pidfd_open=ENOSYS\n" CHECKED,
               "x/s.rtm:3:1: this step needs seccomp: add it to the line that begins with needs\n");
    CHECK_TOLD(
        HEAD "server S\nprocess X as another user\n" CHECKED,
        "x/s.rtm:4:1: this step needs two-uids: add it to the line that begins with needs\n");
    CHECK_TOLD(HEAD "server S\nprobe P of S\nP sends PID pid={P.pid}\n" CHECKED, "");
    CHECK_TOLD(
        HEAD "server S\nprobe P of S\nP sends PID pid=4294967295\n" CHECKED,
        "x/s.rtm:5:1: this step needs pid-namespace: add it to the line that begins with needs\n");
}

TEST(a_scenario_expects_something)
{
    CHECK_TOLD(HEAD "server S\n",
               "x/s.rtm:3:1: this scenario expects nothing; a check that cannot fail is none\n");
}

TEST(misspelt_words_get_a_suggestion)
{
    CHECK_STEP("expect S rigth [TBL-14]", "10: \"rigth\": did you mean \"right\"?");
    CHECK_STEP("expet S right [TBL-14]", "1: \"expet\": did you mean \"expect\"?");
    CHECK_STEP("clinet A", "1: \"clinet\": did you mean \"client\"?");
    CHECK_STEP("S craete 10.0.0.0/8 1.1.1.1 e", "3: \"craete\": did you mean \"create\"?");
    CHECK_STEP("expect S lcaks 10.0.0.0/8 [TBL-3]", "10: \"lcaks\": did you mean \"lacks\"?");
}

TEST(misspelt_requirements_get_a_suggestion)
{
    CHECK_STEP("expect S right [SNY-2]",
               "16: no requirement SNY-2 in the spec; did you mean SYN-2?");
    CHECK_STEP("expect S right [nothing-like-it]",
               "16: no requirement nothing-like-it in the spec");
}

TEST(citations_are_checked)
{
    CHECK_STEP("expect S right", "1: an expectation cites its requirement; add [ID] at the end");
    CHECK_STEP("expect S right []", "16: expected one requirement in brackets, such as [SYN-2]");
    CHECK_STEP("expect S right [SYN-2",
               "16: expected one requirement in brackets, such as [SYN-2]");
    CHECK_STEP("[SYN-2]", "1: expected a command before the requirement");
    CHECK_STEP("S delete 10.0.0.0/8 [TBL-6]", "");
}

TEST(names_have_to_be_declared_and_of_their_kind)
{
#define NEW_NAME "a new name: a capital letter, then letters and digits"
    check_expected("server S", "8: \"S\": expected ", "a name that is not taken yet");
    check_expected("client lower", "8: \"lower\": expected ", NEW_NAME);
}

TEST(an_unknown_name_is_told_with_all_that_would_do)
{
    struct suite s;
    char *told = read_text(&s, HEAD "server S\nexpect A equals S [SYN-2]\n" CHECKED);

    CHECK(strncmp(told, "x/s.rtm:4:8: \"A\": no A was declared above; expected ", 50) == 0);
    CHECK(strstr(told, "names of clients") != NULL);
    CHECK(strstr(told, "the name of a probe") != NULL);
    CHECK(strstr(told, "second") == NULL); /* who wrote A meant no word of the language */
    suite_finish(&s);
    free(told);
    check_expected("client A of B", "13: \"B\": no B was declared above; expected ",
                   "the name of a server or of a probe that listens");
    check_expected("S load F", "8: \"F\": no F was declared above; expected ",
                   "the name of a file");
    check_expected("S load S", "8: \"S\": expected ", "the name of a file");
    check_expected("expect \"A\" equals S [SYN-2]", "8: \"A\": expected ", "names of clients");
}

TEST(values_are_of_their_kind)
{
    check_expected("kill S KIL", "8: \"KIL\": expected ", "a signal: KILL TERM INT USR1 PIPE HUP");
    check_expected("clients C many", "11: \"many\": expected ", "a number");
    check_expected("clients C 1234567890", "11: \"1234567890\": expected ", "a number");
    check_expected("await S 50", "9: \"50\": expected ", "a percentage such as 50%");
    check_expected("expect S complains plain [TRN-8]", "20: \"plain\": expected ",
                   "a \"quoted text\"");
}

TEST(frames_are_checked)
{
#define PROBE "probe P listens\n" /* then the fault is in line 5 */
    CHECK_TOLD(HEAD "server S\n" PROBE "P sends HELLO version_min 1\n" CHECKED,
               "x/s.rtm:5:15: \"version_min\": expected field=value\n");
    CHECK_TOLD(HEAD "server S\n" PROBE "P sends HELLO pid=1\n" CHECKED,
               "x/s.rtm:5:15: \"pid=1\": expected a field that chapter 3 gives this frame\n");
    CHECK_TOLD(HEAD "server S\n" PROBE "P sends 3 times PID flags=1 pid=1\n" CHECKED, "");
    struct suite s;
    char *told = read_text(&s, HEAD "server S\n" PROBE "P sends HELO\n" CHECKED);
    CHECK(strncmp(told, "x/s.rtm:5:9: \"HELO\": expected ", 30) == 0);
    CHECK(strstr(told, "a frame type of chapter 3") != NULL);
    suite_finish(&s);
    free(told);
}

TEST(lines_end_where_they_should)
{
    check_expected("S create 10.0.0.0/8 1.1.1.1", "28: the line ends too early; expected ", "WORD");
    check_expected("S delete 10.0.0.0/8 1.1.1.1", "21: \"1.1.1.1\": expected ",
                   "the end of the line");
    check_expected("client", "7: the line ends too early; expected ", NEW_NAME);
    CHECK_STEP("S delete \"10.0.0.0/8",
               "10: this quote is never closed; expected another \" on the line");
}

TEST(a_quoted_word_is_no_keyword)
{
    struct suite s;
    char *told = read_text(&s, HEAD "server S\n\"expect\" S right [TBL-14]\n" CHECKED);

    CHECK(strncmp(told, "x/s.rtm:4:1: ", 13) == 0);
    suite_finish(&s);
    free(told);
}

/* Reads a scenario of this text, for processes under a wrapper or not. */
static void read_many(struct suite *s, bool wrapped)
{
    struct diag d = {0};

    *s = (struct suite){.wrapped = wrapped};
    scratch_begin();
    char *path = scratch_file("x/s.rtm", "title {many} of them\nneeds routes\ncost many=200\n"
                                         "server S\nclients C {many}\n" CHECKED);
    CHECK_EQ_INT(suite_read(s, path, spec(), &d), 0);
    CHECK_EQ_INT(s->n, 1);
    diag_finish(&d);
    free(path);
    scratch_end();
}

TEST(many_stands_for_a_number)
{
    struct suite s;

    read_many(&s, false);
    CHECK_EQ_STR(s.at[0].head.title, "200 of them");
    CHECK_EQ_STR(step_word(&s.at[0].steps[1], 2), "200");
    CHECK_EQ_INT(s.at[0].head.processes, 204);
    CHECK_EQ_INT(s.at[0].head.deadline_ms, 5000);
    suite_finish(&s);
}

TEST(many_is_less_under_a_wrapper_and_steps_take_longer)
{
    struct suite s;

    read_many(&s, true);
    CHECK_EQ_STR(s.at[0].head.title, "16 of them");
    CHECK_EQ_STR(step_word(&s.at[0].steps[1], 2), "16");
    CHECK_EQ_INT(s.at[0].head.processes, 20);
    CHECK_EQ_INT(s.at[0].head.deadline_ms, 50000);
    suite_finish(&s);
}

TEST(steps_are_repeated)
{
    struct suite s;
    char *told = read_text(&s, HEAD "cost many=30\nserver S\nrepeat {many}\nfile F\n1\nend\n"
                                    "end\nclient A\nrepeat 2\nkill A KILL\nstart A again\nend\n"
                                    "repeat 3\n" CHECKED "end\n");

    CHECK_EQ_STR(told, "x/s.rtm:5:1: a repeat cannot hold steps that give a new name\n");
    suite_finish(&s);
    free(told);
    told = read_text(&s, HEAD "cost many=30\nserver S\nclient A\nrepeat {many}\nkill A KILL\n"
                              "start A again\nend\nrepeat 3\n" CHECKED "end\n");
    CHECK_EQ_STR(told, "");
    if (CHECK_EQ_INT(s.n, 1) && CHECK_EQ_INT(s.at[0].loop_count, 2)) {
        const struct loop *l = s.at[0].loops;
        CHECK(l[0].from == 2 && l[0].to == 4 && l[0].times == 30);
        CHECK(l[1].from == 4 && l[1].to == 5 && l[1].times == 3);
    }
    suite_finish(&s);
    free(told);
}

TEST(a_repeat_is_checked)
{
    CHECK_STEP("repeat", "1: expected: repeat N, with N from 1 to 999999\n"
                         "x/s.rtm:4:1: this repeat has no line that says end");
    CHECK_STEP("repeat 0\nS delete x\nend", "1: expected: repeat N, with N from 1 to 999999");
    CHECK_STEP("repeat 5x\nS delete x\nend", "1: expected: repeat N, with N from 1 to 999999");
    CHECK_STEP("repeat 2\nend", "1: this repeat holds no step");
    CHECK_TOLD(HEAD "server S\nrepeat 2\nS delete x\nrepeat 2\nS delete x\nend\n" CHECKED,
               "x/s.rtm:6:1: a repeat cannot hold another\n");
}

TEST(a_block_needs_its_end)
{
    CHECK_TOLD(HEAD "server S\nfile F\n1.0.0.0/8 1.1.1.1 e\n",
               "x/s.rtm:4:1: this block has no line that says end\n");
}

TEST(lists_end_at_the_next_word)
{
    struct suite s;
    char *told = read_text(
        &s,
        HEAD "server S\nclient A B\nclients C 3\nexpect A C B equals S [SYN-2]\n"
             "kill A B KILL\nexpect S refuses create x y z as any [TBL-11]\n"
             "expect S C show nothing [TBL-14]\nexpect C agrees with S on 10 lookups [TBL-16]\n");

    CHECK_EQ_STR(told, "");
    CHECK_EQ_INT(s.n, 1);
    suite_finish(&s);
    free(told);
}

TEST(every_command_has_a_function_and_a_known_citation)
{
    for (size_t i = 0; i < command_count; i++) {
        CHECK(commands[i].run != NULL);
        if (commands[i].cite == NULL)
            continue;
        if (!CHECK(requirement_find(spec(), commands[i].cite) != NULL))
            printf("# %s\n", commands[i].shape);
        CHECK(!(commands[i].flags & EXPECT)); /* those say it themselves */
    }
}

TEST(a_folder_is_read_in_the_order_of_names)
{
    struct suite s = {0};
    struct diag d = {0};

    scratch_begin();
    free(scratch_file("2-b/Z.rtm", HEAD "server S\n" CHECKED));
    free(scratch_file("2-b/A.rtm", HEAD "server S\n" CHECKED));
    free(scratch_file("1-a/B.rtm", HEAD "server S\n" CHECKED));
    free(scratch_file("1-a/note.txt", "no scenario"));
    CHECK_EQ_INT(suite_read(&s, scratch, spec(), &d), 0);
    if (CHECK_EQ_INT(s.n, 3)) {
        CHECK_EQ_STR(s.at[0].name, "1-a/B");
        CHECK_EQ_STR(s.at[1].name, "2-b/A");
        CHECK_EQ_STR(s.at[2].name, "2-b/Z");
    }
    suite_finish(&s);
    scratch_end();
}

TEST(the_readable_files_are_read_beside_a_wrong_one)
{
    struct suite s = {0};
    struct diag d = {0};

    scratch_begin();
    free(scratch_file("a/A.rtm", HEAD "server S\nnonsense\n"));
    free(scratch_file("a/B.rtm", HEAD "server S\n" CHECKED));
    CHECK_EQ_INT(suite_read(&s, scratch, spec(), &d), -1);
    CHECK_EQ_INT(s.n, 1);
    CHECK_EQ_INT(suite_read(&s, "/nonexistent", spec(), &d), -1);
    CHECK(strstr(d.text.data, "/nonexistent:1:1: cannot be read: No such file or directory\n"));
    suite_finish(&s);
    diag_finish(&d);
    scratch_end();
}

TEST(the_scenarios_of_the_suite_are_well_formed)
{
    struct suite s = {0};
    struct diag d = {0};

    if (!CHECK_EQ_INT(suite_read(&s, "tests/conformance", spec(), &d), 0))
        printf("# %s\n", d.text.data);
    CHECK(s.n > 0);
    suite_finish(&s);
    diag_finish(&d);
    requirements_finish(&requirements);
}
