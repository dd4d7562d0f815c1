/* SPDX-License-Identifier: MIT */
/*
 * Manifests: what a right one gives, and each error at its place. Run from the top folder.
 */
#include "scratch.h"

#include <limits.h>
#include <signal.h>

#include "manifest.h"

#define ROW "\"^(?<dest>\\S+)/(?<mask>\\d+) (?<gateway>\\S+) (?<oif>\\S+)$\"\n"
#define HEAD "[iut]\nname = \"An IUT\"\nfeatures = routes\n"
#define SERVER "[server]\ncommand = ./server {socket}\nquit = say quit\n"
#define TABLE "[server.table]\nsend = show\nrow = " ROW "done = \"^ok\"\n"

/* What is wrong with a manifest of this text; the caller's. */
static char *complaints_about(const char *text)
{
    struct diag d = {0};

    scratch_begin();
    char *path = scratch_file("m.rtmi", text), *told;
    struct manifest *m = manifest_read(path, &d);
    CHECK((m == NULL) == (d.count > 0));
    told = scratch_complaints(&d);
    manifest_destroy(m);
    diag_finish(&d);
    free(path);
    scratch_end();
    return told;
}

#define CHECK_TOLD(text, want)                \
    do {                                      \
        char *told_ = complaints_about(text); \
        CHECK_EQ_STR(told_, want);            \
        free(told_);                          \
    } while (0)

TEST(a_right_manifest_gives_what_it_says)
{
    struct diag d = {0};
    char root[PATH_MAX];

    scratch_begin();
    char *path =
        scratch_file("m.rtmi", HEAD
                     "memory = 2G\n# a comment\n[server]\ncommand = ./server -s {socket} \"a b\"\n"
                     "ready = \"^up$\"\nnotice = \"^#\"\nquit = signal INT\n" TABLE
                     "[client]\ncommand = c\nquit = say \"good bye\"\n[client.table]\n"
                     "send = \"show\"\nrow = " ROW "done = done\nrefused = \"^no\"\n");
    struct manifest *m = manifest_read(path, &d);
    if (!CHECK(m != NULL)) {
        printf("# %s\n", d.text.data);
        return;
    }
    CHECK_EQ_STR(m->name, "An IUT");
    CHECK_EQ_STR(m->root, realpath(scratch, root));
    CHECK(manifest_claims(m, "routes"));
    CHECK(!manifest_claims(m, "console"));
    CHECK_EQ_INT((intmax_t)m->memory, (intmax_t)2 << 30);
    CHECK_EQ_STR(m->server.command[3], "a b");
    CHECK_EQ_STR(m->server.command[4], NULL);
    CHECK_EQ_INT(m->server.quit_signal, SIGINT);
    CHECK(pattern_match(m->server.ready, "up", 2));
    CHECK(pattern_match(m->server.notice, "# x", 3));
    CHECK_EQ_STR(m->server.ask[ASK_TABLE].send, "show");
    CHECK_EQ_STR(m->server.ask[ASK_CREATE].send, NULL);
    CHECK_EQ_STR(m->client.quit_say, "good bye");
    CHECK(pattern_match(m->client.ask[ASK_TABLE].refused, "no!", 3));
    manifest_destroy(m);
    manifest_destroy(NULL);
    free(path);
    scratch_end();
}

TEST(the_environment_stands_in_commands_and_memory)
{
    struct diag d = {0};

    scratch_begin();
    setenv("UNIT_PATH", "/from/environment", 1);
    unsetenv("UNIT_NONE");
    char *path =
        scratch_file("m.rtmi", HEAD "memory = ${UNIT_NONE:-unlimited}\n[server]\n"
                                    "command = ${UNIT_PATH:-no}/s ${UNIT_NONE:-yes} "
                                    "${UNIT_NONE} ${open $x "
                                    "a${UNIT_NONE:-${UNIT_PATH:-no}/b}c${UNIT_PATH:-${UNIT_NONE}} "
                                    "${UNIT_NONE:-${UNIT_NONE:-d}}\nquit = say quit\n" TABLE);
    struct manifest *m = manifest_read(path, &d);
    if (CHECK(m != NULL)) {
        CHECK_EQ_INT((intmax_t)m->memory, 0);
        CHECK_EQ_STR(m->server.command[0], "/from/environment/s");
        CHECK_EQ_STR(m->server.command[1], "yes");
        CHECK_EQ_STR(m->server.command[2], "");
        CHECK_EQ_STR(m->server.command[3], "${open");
        CHECK_EQ_STR(m->server.command[4], "$x");
        CHECK_EQ_STR(m->server.command[5], "a/from/environment/bc/from/environment");
        CHECK_EQ_STR(m->server.command[6], "d");
    }
    manifest_destroy(m);
    free(path);
    scratch_end();
}

TEST(wrong_lines_are_located)
{
    CHECK_TOLD(HEAD SERVER TABLE, "");
    CHECK_TOLD("name = x\n" HEAD SERVER TABLE,
               "m.rtmi:1:1: a key before the first section; expected [iut]\n");
    CHECK_TOLD(HEAD "  name: x\n" SERVER TABLE,
               "m.rtmi:4:3: expected KEY = VALUE, with blanks around the =\n");
    CHECK_TOLD(HEAD "name=x\n" SERVER TABLE,
               "m.rtmi:4:1: expected KEY = VALUE, with blanks around the =\n");
    CHECK_TOLD(HEAD "root = \"x\n" SERVER TABLE,
               "m.rtmi:4:8: this quote is never closed; expected another \" on the line\n");
}

TEST(wrong_sections_are_located)
{
#define TOLD                                                                              \
    "m.rtmi:4:1: no such section; expected [iut], [server], [client], or [server.X] and " \
    "[client.X] with X one of create update delete table lookup arp-add arp-delete arp "  \
    "arp-lookup flush digest load save clients status messages line\n"
    CHECK_TOLD(HEAD "[servr]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[server.tabel]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[server.]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[iut.table]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[server\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[server] x\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[]\n" SERVER TABLE, TOLD);
#undef TOLD
}

TEST(wrong_keys_are_located)
{
    CHECK_TOLD(HEAD "nmae = x\n" SERVER TABLE,
               "m.rtmi:4:8: no such key in [iut]; expected name, root, features or memory\n");
    CHECK_TOLD(HEAD SERVER "comand = x\n" TABLE,
               "m.rtmi:7:10: no such key here; expected command, ready, notice, quit, "
               "queue, message, select, network, public or port\n");
    CHECK_TOLD(HEAD SERVER TABLE "sent = x\n",
               "m.rtmi:11:8: no such key here; expected send, done, refused or row\n");
}

TEST(wrong_values_are_located)
{
    CHECK_TOLD(HEAD "name = two words\n" SERVER TABLE,
               "m.rtmi:4:12: expected one word or one \"quoted text\" after the =\n");
    CHECK_TOLD(HEAD "name =\n" SERVER TABLE,
               "m.rtmi:4:1: expected one word or one \"quoted text\" after the =\n");
    CHECK_TOLD(HEAD "features = routes flying\n" SERVER TABLE,
               "m.rtmi:4:19: no such feature; expected some of: routes console mac flush mq net\n");
    CHECK_TOLD(HEAD "memory = 8\n" SERVER TABLE,
               "m.rtmi:4:10: expected a number of gibibytes such as 8G, or unlimited\n");
    CHECK_TOLD(HEAD "memory = 0G\n" SERVER TABLE,
               "m.rtmi:4:10: expected a number of gibibytes such as 8G, or unlimited\n");
    CHECK_TOLD(HEAD SERVER "command =\n" TABLE, "m.rtmi:7:1: expected words after the =\n");
    CHECK_TOLD(HEAD SERVER "ready = a b\n" TABLE,
               "m.rtmi:7:11: expected one \"pattern\" after the =\n");
    CHECK_TOLD(HEAD SERVER "quit = signal KILL\n" TABLE,
               "m.rtmi:7:8: expected: say \"a line\", signal INT or signal TERM\n");
    CHECK_TOLD(HEAD SERVER "quit = say\n" TABLE,
               "m.rtmi:7:8: expected: say \"a line\", signal INT or signal TERM\n");
}

TEST(a_wrong_pattern_says_where_and_why)
{
    char *told = complaints_about(HEAD SERVER TABLE "refused = \"ab(cd\"\n");

    CHECK(strncmp(told, "m.rtmi:11:16: not a pattern: ", 29) == 0);
    CHECK(strlen(told) > 32);
    free(told);
}

TEST(what_is_missing_is_told)
{
    CHECK_TOLD("", "m.rtmi:1:1: [iut] has no name\n"
                   "m.rtmi:1:1: [iut] has no features; an IUT that claims nothing can't be judged\n"
                   "m.rtmi:1:1: neither [server] nor [client] has a command\n");
    CHECK_TOLD(HEAD SERVER, "m.rtmi:1:1: [server.table] is missing: nothing could be compared\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nsend = x\nrow = " ROW,
               "m.rtmi:1:1: [server.table] has send but no done pattern\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nsend = x\ndone = y\nrow = \"(?<dest>x)\"\n",
               "m.rtmi:1:1: [server.table] needs a row pattern with the group mask\n"
               "m.rtmi:1:1: [server.table] needs a row pattern with the group gateway\n"
               "m.rtmi:1:1: [server.table] needs a row pattern with the group oif\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = mac\n" SERVER TABLE,
               "m.rtmi:1:1: [server.arp] is missing: the feature mac could not be judged\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = mq\n" SERVER TABLE,
               "m.rtmi:1:1: [server] has no queue: expected the words for a message queue, as --mq "
               "{queue}\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = net\n" SERVER TABLE,
               "m.rtmi:1:1: [server] has no network: the feature net could not be judged\n");
    CHECK_TOLD(HEAD SERVER "port = \"[0-9]+\"\n" TABLE,
               "m.rtmi:1:1: [server] needs a port pattern with the group port\n");
    CHECK_TOLD(HEAD "[server]\ncommand = x\n" TABLE,
               "m.rtmi:1:1: [server] has no quit; expected say \"a line\" or signal INT\n");
}

TEST(a_root_that_is_not_there_is_told)
{
    char *told = complaints_about(HEAD "root = nowhere\n" SERVER TABLE);

    CHECK(strstr(told, "m.rtmi:1:1: root ") == told);
    CHECK(strstr(told, "nowhere: No such file or directory\n") != NULL);
    free(told);
}

TEST(a_manifest_that_is_not_there_is_told)
{
    struct diag d = {0};

    CHECK(manifest_read("/nonexistent.rtmi", &d) == NULL);
    CHECK_EQ_STR(d.text.data, "/nonexistent.rtmi:1:1: cannot be read: No such file or directory\n");
    diag_finish(&d);
}

TEST(all_errors_are_told_at_once)
{
    char *told = complaints_about("[iut]\nname = a b\nfeatures = x\n[nothing]\n");
    int lines = 0;

    for (const char *c = told; *c; c++)
        lines += *c == '\n';
    CHECK(lines >= 5);
    free(told);
}

TEST(the_manifest_of_the_reference_is_right)
{
    struct diag d = {0};
    struct manifest *m = manifest_read("tests/iuts/reference.rtmi", &d);

    if (!CHECK(m != NULL)) {
        printf("# %s\n", d.text.data);
        return;
    }
    for (int op = 0; op < ASK_COUNT; op++)
        CHECK(op == ASK_STATUS || m->server.ask[op].send != NULL);
    CHECK_EQ_STR(operation_name(ASK_TABLE), "table");
    manifest_destroy(m);
}
