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
                     "[client]\ncommand = c {socket}\nquit = say \"good bye\"\n[client.table]\n"
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
    CHECK_EQ_STR(dialogue_line(&m->server.ask[ASK_TABLE]), "show");
    CHECK(!dialogue_asks(&m->server.ask[ASK_CREATE]));
    CHECK_EQ_STR(dialogue_line(&m->client.ask[ASK_QUIT]), "good bye");
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
                                    "socket = x\ncommand = ${UNIT_PATH:-no}/s ${UNIT_NONE:-yes} "
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
#define TOLD                                                                                \
    "m.rtmi:4:1: no such section; expected [iut], [shm], [record], [server], [client], or " \
    "[server.X] and [client.X] with X one of create update delete table lookup arp-add "    \
    "arp-delete arp "                                                                       \
    "arp-lookup flush digest load save clients status messages line quit recover\n"
#define MEANT(text) "m.rtmi:4:1: no such section; did you mean [" text "]?\n"
    CHECK_TOLD(HEAD "[servr]\nsent = x\n" SERVER TABLE, MEANT("server"));
    CHECK_TOLD(HEAD "[server.tabel]\nsent = x\n" SERVER, MEANT("server.table"));
    CHECK_TOLD(HEAD "[server\n" SERVER TABLE, MEANT("server"));
    CHECK_TOLD(HEAD "[server] x\n" SERVER TABLE, MEANT("server"));
#undef MEANT
    CHECK_TOLD(HEAD "[nothing]\nsent = x\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[server.]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[iut.table]\n" SERVER TABLE, TOLD);
    CHECK_TOLD(HEAD "[]\n" SERVER TABLE, TOLD);
#undef TOLD
}

TEST(what_stands_twice_is_located)
{
#define MEANT(name, line) "[" name "] stands at line " line " already; was another section meant?\n"
#define KEY(name, line) \
    name " stands at line " line " already; a section has each key once, but send and expect\n"
    CHECK_TOLD(HEAD "name = x\n" SERVER TABLE, "m.rtmi:4:1: " KEY("name", "2"));
    CHECK_TOLD(HEAD SERVER TABLE " done = x\ndone = y\n",
               "m.rtmi:11:2: " KEY("done", "10") "m.rtmi:12:1: " KEY("done", "10"));
    CHECK_TOLD(HEAD SERVER TABLE "[server.flush]\nsend = flush\ndone = ok\n"
                                 "[server.flush]\nsend = other\ndone = x\nno = key\n",
               "m.rtmi:14:1: " MEANT("server.flush", "11"));
    CHECK_TOLD(HEAD SERVER TABLE SERVER, "m.rtmi:11:1: " MEANT("server", "4"));
    CHECK_TOLD(HEAD SERVER TABLE "[iut]\nroot = .\n", "m.rtmi:11:1: " MEANT("iut", "1"));
    CHECK_TOLD(HEAD "wire = own\n[shm]\nlayout = segment\n[shm]\n" SERVER TABLE,
               "m.rtmi:7:1: " MEANT("shm", "5"));
    CHECK_TOLD(HEAD "wire = own\n[record]\nsize = 72\nsize = 72\n[record]\n" SERVER TABLE,
               "m.rtmi:7:1: " KEY("size", "6") "m.rtmi:8:1: " MEANT("record", "5"));
    CHECK_TOLD(HEAD SERVER TABLE "[server.create]\nsend = 1\nexpect = x\nsend = 2\nexpect = x\n"
                                 "send = 1\nsilent = yes\n",
               "");
    CHECK_TOLD(HEAD SERVER TABLE "[server.clients]\nsend = a\ndone = x\n[server.status]\n"
                                 "send = a\ndone = x\n",
               "");
#undef KEY
#undef MEANT
}

TEST(wrong_keys_are_located)
{
    CHECK_TOLD(
        HEAD "nmae = x\n" SERVER TABLE,
        "m.rtmi:4:8: no such key in [iut]; expected name, root, build, features, memory, wire, "
        "longest-oif, most-clients, mask-in-key or mac-letters\n");
    CHECK_TOLD(HEAD SERVER "comand = x\n" TABLE,
               "m.rtmi:7:10: no such key here; expected command, terminal, ready, prompt, notice, "
               "quit, quiet, fresh, ends-with-server, socket, queue, message, select, network, "
               "public or port\n");
    CHECK_TOLD(HEAD SERVER TABLE "sent = x\n",
               "m.rtmi:11:8: no such key here; expected send, expect, done, refused, silent, row, "
               "no-mask, default, more, more-answer, observe, question, answer, begin, added, "
               "updated, deleted or "
               "emptied\n");
}

TEST(wrong_values_are_located)
{
    CHECK_TOLD("[iut]\nfeatures = routes\nname = two words\n" SERVER TABLE,
               "m.rtmi:3:12: expected one word or one \"quoted text\" after the =\n");
    CHECK_TOLD("[iut]\nfeatures = routes\nname =\n" SERVER TABLE,
               "m.rtmi:3:1: expected one word or one \"quoted text\" after the =\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = routes flying\n" SERVER TABLE,
               "m.rtmi:3:19: no such feature; expected some of: routes console mac flush mq net "
               "epochs reconnect signals tidy\n");
    CHECK_TOLD(HEAD "memory = 8\n" SERVER TABLE,
               "m.rtmi:4:10: expected a number of gibibytes such as 8G, or unlimited\n");
    CHECK_TOLD(HEAD "memory = 0G\n" SERVER TABLE,
               "m.rtmi:4:10: expected a number of gibibytes such as 8G, or unlimited\n");
    CHECK_TOLD(HEAD "[server]\ncommand =\n" TABLE, "m.rtmi:5:1: expected words after the =\n");
    CHECK_TOLD(HEAD SERVER "ready = a b\n" TABLE,
               "m.rtmi:7:11: expected one \"pattern\" after the =\n");
    CHECK_TOLD(HEAD "[server]\nquit = signal KIL\n" TABLE,
               "m.rtmi:5:8: expected: say \"a line\", or signal NAME, such as signal INT\n");
    CHECK_TOLD(HEAD "[server]\nquit = say\n" TABLE,
               "m.rtmi:5:8: expected: say \"a line\", or signal NAME, such as signal INT\n");
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
    CHECK_TOLD(HEAD SERVER, "m.rtmi:1:1: [server.table] is missing: nothing could be compared; if "
                            "nothing shows the table, say so there: observe = none\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nsend = x\nrow = " ROW, "");
    CHECK_TOLD(HEAD SERVER TABLE "[server.create]\nsend = x\n",
               "m.rtmi:11:1: [server.create] has no done pattern; if nothing is printed, say "
               "silent = yes\n");
    CHECK_TOLD(HEAD SERVER TABLE "[server.create]\ndone = x\n",
               "m.rtmi:11:1: [server.create] has no send\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nsend = x\ndone = y\nrow = \"(?<dest>x)\"\n",
               "m.rtmi:7:1: [server.table] needs a row pattern with the group mask\n"
               "m.rtmi:7:1: [server.table] needs a row pattern with the group gateway\n"
               "m.rtmi:7:1: [server.table] needs a row pattern with the group oif\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = mac\n" SERVER TABLE,
               "m.rtmi:1:1: [server.arp] is missing: the feature mac could not be judged\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = mq\n" SERVER TABLE,
               "m.rtmi:1:1: [server] has no queue: expected the words for a message queue, as --mq "
               "{queue}\n");
    CHECK_TOLD("[iut]\nname = x\nfeatures = net\n" SERVER TABLE,
               "m.rtmi:1:1: [server] has no network: the feature net could not be judged\n");
    CHECK_TOLD(HEAD SERVER "port = \"[0-9]+\"\n" TABLE,
               "m.rtmi:1:1: [server] needs a port pattern with the group port\n");
    CHECK_TOLD(
        HEAD "[server]\ncommand = x {socket}\n" TABLE,
        "m.rtmi:1:1: [server] has no quit; expected say \"a line\", signal INT, or a section "
        "[server.quit]\n");
}

TEST(objects_are_named_by_their_macs)
{
    struct objects o = {.per_mac = true};
    uint64_t mac = 0x01005e0101ff;
    char *name = objects_name(&o, mac);

    CHECK_EQ_STR(name, "/01:00:5e:01:01:ff");
    free(name);
    o = (struct objects){.per_mac = true, .name = x_strdup("/arp-{mac}.ip"), .upper = true};
    o.join = x_strdup("");
    name = objects_name(&o, mac);
    CHECK_EQ_STR(name, "/arp-01005E0101FF.ip");
    free(name);
    objects_finish(&o);
}

TEST(what_is_wrong_with_shared_memory_is_told)
{
    static const struct {
        const char *line, *told;
    } wrong[] = {
        {"name = mac", "m.rtmi:7:8: expected the name of an object with {mac} in it once, such as "
                       "\"arp-{mac}\"; a slash may only begin it\n"},
        {"name = a/{mac}", "m.rtmi:7:8: expected the name of an object with {mac} in it once, such "
                           "as \"arp-{mac}\"; a slash may only begin it\n"},
        {"separator = ab", "m.rtmi:7:13: expected what stands between the pairs of digits, such as "
                           "\":\", \"-\" or \"\"\n"},
        {"letters = mixed", "m.rtmi:7:11: expected lower or upper\n"},
        {"value = int", "m.rtmi:7:9: expected text, text-nul, network-order or host-order\n"},
        {"size = 4", "m.rtmi:7:8: no such key in [shm]; expected layout, name, separator, letters "
                     "or value\n"},
    };

    for (size_t i = 0; i < LENGTH(wrong); i++) {
        char *text = x_printf(HEAD "wire = own\n[shm]\nlayout = object-per-mac\n%s\n" SERVER TABLE,
                              wrong[i].line);
        CHECK_TOLD(text, wrong[i].told);
        free(text);
    }
    CHECK_TOLD(HEAD "wire = own\n[shm]\nlayout = one\n" SERVER TABLE,
               "m.rtmi:6:10: expected segment (the object of chapter 5) or object-per-mac\n");
    CHECK_TOLD(HEAD "[shm]\nlayout = object-per-mac\n" SERVER TABLE,
               "m.rtmi:4:1: [shm] has layout = object-per-mac, and with wire = rtm1 WELCOME names "
               "one segment; expected wire = own in [iut], or no [shm]\n");
    CHECK_TOLD(HEAD "wire = own\n[shm]\nlayout = segment\n" SERVER TABLE,
               "m.rtmi:5:1: [shm] of an own wire has layout = object-per-mac, or is not there: "
               "nothing names a segment\n");
}

TEST(dialogues_are_moves_in_the_order_of_the_text)
{
    struct diag d = {0};

    scratch_begin();
    char *path = scratch_file("m.rtmi", HEAD
                              "wire = own\nlongest-oif = 15\nmask-in-key = no\n" SERVER
                              "terminal = yes\nprompt = \"> $\"\nquiet = 90ms\nfresh = yes\n"
                              "socket = /tmp/s\n" TABLE
                              "[server.create]\nsend = 1\nexpect = \"Dest: $\"\nsend = \"{dest}\"\n"
                              "expect = \"Mask: $\"\nsend = \"{dotted-mask}\"\nsilent = yes\n"
                              "[server.recover]\nsend = 0\n"
                              "[client]\ncommand = c {socket}\nquit = signal USR1\n[client.table]\n"
                              "observe = ask\nquestion = \"see it\"\nanswer = y\nrow = " ROW);
    struct manifest *m = manifest_read(path, &d);
    if (CHECK(m != NULL)) {
        const struct dialogue *create = &m->server.ask[ASK_CREATE];
        CHECK(m->own_wire && m->limits.one_mask && !m->limits.no_letters && !manifest_is_tidy(m));
        CHECK_EQ_INT(m->limits.longest_oif, 15);
        CHECK(m->server.terminal && m->server.fresh && !m->client.terminal);
        CHECK_EQ_INT(m->server.quiet_ms, 90);
        CHECK_EQ_STR(m->server.socket, "/tmp/s");
        CHECK_EQ_INT((int)create->move_n, 5);
        CHECK_EQ_STR(create->moves[2].send, "{dest}");
        CHECK_EQ_STR(pattern_text(create->moves[3].expect), "Mask: $");
        CHECK(create->silent && dialogue_line(create) == NULL);
        CHECK_EQ_INT(m->client.quit_signal, SIGUSR1);
        CHECK_EQ_INT(m->client.ask[ASK_TABLE].observe, OBSERVE_ASK);
    } else {
        printf("# %s\n", d.text.data);
    }
    manifest_destroy(m);
    free(path);
    scratch_end();
}

TEST(wrong_dialogues_are_located)
{
    CHECK_TOLD(HEAD SERVER TABLE "[server.flush]\nsilent = yes\nsend = \"f {dst}\"\n",
               "m.rtmi:13:11: {dst} stands for nothing; expected some of {prefix} {dest} {mask} "
               "{dotted-mask} {gateway} {oif} {mac} {ip} {address} {file} {line}\n");
    CHECK_TOLD(HEAD SERVER "terminal = maybe\n" TABLE, "m.rtmi:7:12: expected yes or no\n");
    CHECK_TOLD(HEAD SERVER "quiet = 1s\n" TABLE,
               "m.rtmi:7:9: expected a number from 1ms to 5000ms\n");
    CHECK_TOLD(HEAD "wire = tcp\n" SERVER TABLE,
               "m.rtmi:4:8: expected rtm1 (the frames of chapter 3), own, or own NAME\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nobserve = look\n",
               "m.rtmi:8:11: expected command, ask, printed, log or none\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nobserve = ask\nsend = x\nrow = " ROW,
               "m.rtmi:7:1: [server.table] has send, which only observe = command has\n"
               "m.rtmi:7:1: [server.table] is seen by an answer: it needs question and answer\n");
    CHECK_TOLD(
        HEAD SERVER TABLE "[server.create]\nsend = x\nmore = m\ndone = d\n",
        "m.rtmi:11:1: [server.create] has more, which stands between the pages of a table: it "
        "needs row\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nsend = x\nmore-answer = key q\nrow = " ROW,
               "m.rtmi:7:1: [server.table] has more-answer, and no more to be answered\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nobserve = printed\nrow = " ROW,
               "m.rtmi:7:1: [server.table] is printed whole: it needs begin or done, which part "
               "it from the next one\n");
    CHECK_TOLD(HEAD SERVER "[server.table]\nobserve = log\nadded = " ROW "deleted = no\n",
               "m.rtmi:7:1: [server.table] needs a deleted pattern with the group dest\n"
               "m.rtmi:7:1: [server.table] needs a deleted pattern with the group mask\n");
    CHECK_TOLD(HEAD SERVER TABLE "[server.flush]\nobserve = none\n",
               "m.rtmi:11:1: [server.flush] is no table; observe stands in table and arp only\n");
}

#define CLIENT "[client]\ncommand = ./client\nquit = say q\n[client.table]\nobserve = none\n"

TEST(where_the_server_listens_is_said)
{
    CHECK_TOLD(HEAD "[server]\ncommand = x\nquit = say q\n" TABLE CLIENT,
               "m.rtmi:4:1: [server] has a command without {socket}, and [server] no socket: say "
               "where the server listens whatever it is told, as socket = /tmp/rtm.sock\n");
    CHECK_TOLD(HEAD SERVER TABLE CLIENT,
               "m.rtmi:11:1: [client] has a command without {socket}, and [server] no socket: say "
               "where the server listens whatever it is told, as socket = /tmp/rtm.sock\n");
    CHECK_TOLD(HEAD CLIENT,
               "m.rtmi:4:1: [client] has a command without {socket}, and [server] no socket: say "
               "where the server listens whatever it is told, as socket = /tmp/rtm.sock (a "
               "[server] without a command may say it)\n");
    CHECK_TOLD(HEAD "[server]\nsocket = /tmp/rtm.sock\n" CLIENT, "");
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
    CHECK_EQ_INT(lines, 4); /* and what is wrong is not missing as well */
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
        CHECK(op == ASK_STATUS || op == ASK_RECOVER || dialogue_asks(&m->server.ask[op]));
    CHECK_EQ_STR(operation_name(ASK_TABLE), "table");
    manifest_destroy(m);
}
