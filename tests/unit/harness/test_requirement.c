/* SPDX-License-Identifier: MIT */
/*
 * The ledger, read from chapters. The last test reads the spec itself: run from the top folder.
 */
#include "scratch.h"

#include "requirement.h"

#define SYN_1                                                                              \
    "**SYN-1** (MUST, server, course) The server MUST send all.\n\n> The slides say so.\n" \
    ">\n> All of them.\n\nText.\n"

/* The complaints about a chapter with this text. */
static char *complaints_about(const char *text)
{
    struct requirements r;
    struct diag d = {0};
    char *told;

    scratch_begin();
    free(scratch_file("spec/1-tables.md", text));
    char *directory = x_printf("%s/spec", scratch);
    int result = requirements_read(&r, directory, &d);
    CHECK_EQ_INT(result, d.count ? -1 : 0);
    told = scratch_complaints(&d);
    requirements_finish(&r);
    diag_finish(&d);
    free(directory);
    scratch_end();
    return told;
}

#define CHECK_TOLD(text, want)                \
    do {                                      \
        char *told_ = complaints_about(text); \
        CHECK_EQ_STR(told_, want);            \
        free(told_);                          \
    } while (0)

TEST(a_requirement_is_read_with_its_reason)
{
    struct requirements r;
    struct diag d = {0};

    scratch_begin();
    free(scratch_file("spec/2-b.md", "# Title\n\n" SYN_1));
    free(scratch_file("spec/1-a.md", "**TBL-1** (SHOULD, both, rtm1) A table SHOULD be.\nMore.\n"));
    free(scratch_file("spec/README.md", "**XXX-1** (MUST, server, course) It MUST not be read.\n"));
    char *directory = x_printf("%s/spec", scratch);
    CHECK_EQ_INT(requirements_read(&r, directory, &d), 0);
    if (CHECK_EQ_INT(r.n, 2)) {
        CHECK_EQ_STR(r.at[0].id, "TBL-1"); /* in the order of the chapters */
        CHECK_EQ_INT(r.at[0].level, LEVEL_SHOULD);
        CHECK_EQ_STR(r.at[0].why, "");
        CHECK_EQ_STR(r.at[1].id, "SYN-1");
        CHECK_EQ_INT(r.at[1].level, LEVEL_MUST);
        CHECK_EQ_STR(r.at[1].subject, "server");
        CHECK_EQ_STR(r.at[1].origin, "course");
        CHECK_EQ_STR(r.at[1].sentence, "The server MUST send all.");
        CHECK_EQ_STR(r.at[1].why, "The slides say so.  All of them.");
        CHECK_EQ_STR(r.at[1].file, "spec/2-b.md");
        CHECK_EQ_INT(r.at[1].line, 3);
    }
    requirements_finish(&r);
    free(directory);
    scratch_end();
}

TEST(what_is_written_otherwise_is_located)
{
#define WRONG                                                                                 \
    "spec/1-tables.md:2:1: expected **ID** (LEVEL, CLASS, ORIGIN) and one sentence with the " \
    "level in it\n"
    CHECK_TOLD("ok\n**A-1** (MUST, server, course) The server MUST.\n", "");
    CHECK_TOLD("ok\n**A-1** (WILL, server, course) The server WILL.\n", WRONG);
    CHECK_TOLD("ok\n**A-1** (MUST, peer, course) The peer MUST.\n", WRONG);
    CHECK_TOLD("ok\n**A-1** (MUST, server, slides) The server MUST.\n", WRONG);
    CHECK_TOLD("ok\n**A-1** (MUST, server) The server MUST.\n", WRONG);
    CHECK_TOLD("ok\n**A-1** (MUST, server, course) The server does.\n", WRONG);
    CHECK_TOLD("ok\n**A-1** The server MUST.\n", WRONG);
    CHECK_TOLD("ok\n**A-1 (MUST, server, course) The server MUST.\n", WRONG);
#undef WRONG
}

TEST(an_id_is_given_once)
{
    CHECK_TOLD(SYN_1 SYN_1, "spec/1-tables.md:8:1: SYN-1 stands twice; an id is given once\n");
}

TEST(a_directory_without_chapters_is_a_complaint)
{
    struct requirements r;
    struct diag d = {0};

    CHECK_EQ_INT(requirements_read(&r, "/nonexistent", &d), -1);
    CHECK_EQ_INT(d.count, 1);
    CHECK(strstr(d.text.data, "--share") != NULL);
    requirements_finish(&r);
    diag_finish(&d);
}

TEST(the_spec_is_read_without_complaint)
{
    struct requirements r;
    struct diag d = {0};

    if (!CHECK_EQ_INT(requirements_read(&r, "spec", &d), 0))
        printf("# %s", d.text.data);
    CHECK(r.n >= 100);
    if (CHECK(requirement_find(&r, "SYN-2") != NULL))
        CHECK_EQ_STR(requirement_find(&r, "SYN-2")->id, "SYN-2");
    CHECK(requirement_find(&r, "SYN-"
                               "999") == NULL);
    CHECK(requirement_find(&r, "syn-2") == NULL);
    CHECK_EQ_STR(requirement_suggest(&r, "SNY-2"), "SYN-2");
    CHECK_EQ_STR(requirement_suggest(&r, "no such thing at all"), NULL);
    CHECK_EQ_STR(level_name(LEVEL_MAY), "MAY");
    requirements_finish(&r);
    diag_finish(&d);
}
