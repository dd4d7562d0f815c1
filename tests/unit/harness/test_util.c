/* SPDX-License-Identifier: MIT */
/*
 * Growing text, hexadecimal, whole files, complaints, suggestions.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

TEST(an_empty_buffer_gives_an_empty_text)
{
    struct buf b = {0};
    char *text = buf_take(&b);

    CHECK_EQ_STR(text, "");
    CHECK(b.data == NULL && b.len == 0);
    free(text);
}

TEST(a_buffer_grows_and_stays_terminated)
{
    struct buf b = {0};

    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "%d,", i % 10);
        if (!CHECK_EQ_INT(b.data[b.len], '\0'))
            break;
    }
    CHECK_EQ_INT(b.len, 20000);
    CHECK(memcmp(b.data, "0,1,2,3,", 8) == 0);
    CHECK(memcmp(b.data + 19996, "8,9,", 5) == 0);
    buf_finish(&b);
    CHECK(b.data == NULL);
}

TEST(a_buffer_holds_any_byte)
{
    struct buf b = {0};

    buf_add(&b, "a\0b", 3);
    buf_adds(&b, "c");
    CHECK_EQ_INT(b.len, 4);
    CHECK(memcmp(b.data, "a\0bc", 5) == 0);
    buf_finish(&b);
}

TEST(a_buffer_is_consumed_from_its_front)
{
    struct buf b = {0};

    buf_consume(&b, 0);
    buf_adds(&b, "abcdef");
    buf_consume(&b, 2);
    CHECK_EQ_STR(b.data, "cdef");
    buf_consume(&b, 4);
    CHECK_EQ_STR(b.data, "");
    buf_adds(&b, "g");
    CHECK_EQ_STR(b.data, "g");
    buf_finish(&b);
}

TEST(a_buffer_that_is_filled_and_consumed_keeps_its_bytes_and_its_size)
{
    struct buf b = {0};
    int put = 0, got = 0;

    for (int round = 0; round < 3000; round++) {
        for (int i = 0; i < 7; i++)
            buf_add(&b, &(char){(char)(put++ % 251)}, 1);
        for (int i = 0; i < (round % 100 < 99 ? 6 : 50); i++) {
            CHECK_EQ_INT(b.data[0], (char)(got++ % 251));
            buf_consume(&b, 1);
        }
        CHECK_EQ_INT(b.len, put - got);
        CHECK_EQ_INT(b.data[b.len], 0);
    }
    CHECK(b.cap < 64 * 1024);
    free(buf_take(&b));
}

TEST(hexadecimal_is_read_with_blanks_anywhere_between)
{
    struct buf b = {0};

    CHECK(hex_parse(" 00 1fa2  ff ", &b));
    CHECK_EQ_INT(b.len, 4);
    CHECK(b.len == 4 && memcmp(b.data, "\x00\x1f\xa2\xff", 4) == 0);
    CHECK(hex_parse("01", &b)); /* it appends */
    CHECK_EQ_INT(b.len, 5);
    buf_finish(&b);
}

TEST(what_is_no_hexadecimal_is_refused)
{
    static const char *const bad[] = {"", "  ", "0", "0 0", "0g", "g0", "0x10", "1F", "00 1", "é"};

    for (size_t i = 0; i < LENGTH(bad); i++) {
        struct buf b = {0};
        if (!CHECK(!hex_parse(bad[i], &b)))
            printf("# it was \"%s\"\n", bad[i]);
        buf_finish(&b);
    }
}

TEST(files_and_trees_come_and_go)
{
    char dir[] = "/tmp/unit-util-XXXXXX", path[64], deeper[64];
    struct buf b = {0};

    if (!CHECK(mkdtemp(dir) != NULL))
        return;
    snprintf(deeper, sizeof deeper, "%s/deeper", dir);
    snprintf(path, sizeof path, "%s/deeper/file", dir);
    CHECK_EQ_INT(mkdir(deeper, 0755), 0);
    CHECK_EQ_INT(file_write(path, "long ago\0", 9), 0);
    CHECK_EQ_INT(file_write(path, "now\n", 4), 0);
    CHECK_EQ_INT(symlink("nowhere", strcat(deeper, "/link")), 0);
    CHECK_EQ_INT(file_read(path, &b), 0);
    CHECK_EQ_INT(file_read(path, &b), 0); /* it appends */
    CHECK_EQ_STR(b.data, "now\nnow\n");
    tree_remove(dir);
    CHECK_EQ_INT(access(dir, F_OK), -1);
    CHECK_EQ_INT(file_read(path, &b), -1);
    CHECK_EQ_INT(errno, ENOENT);
    CHECK_EQ_INT(file_write(path, "", 0), -1);
    CHECK_EQ_INT(errno, ENOENT);
    buf_finish(&b);
}

TEST(complaints_have_their_place)
{
    struct diag d = {0};

    diag_add(&d, "a.rtm", 3, 7, "expected %s", "more");
    diag_add(&d, "b.rtm", 1, 1, "too late");
    CHECK_EQ_INT(d.count, 2);
    CHECK_EQ_STR(d.text.data, "a.rtm:3:7: expected more\nb.rtm:1:1: too late\n");
    diag_finish(&d);
    CHECK_EQ_INT(d.count, 0);
}

static const char *meant(const char *word)
{
    static const char *const known[] = {"run", "list", "requirements", "explain", "coverage"};

    return suggest(word, known, LENGTH(known));
}

TEST(a_misspelt_word_gets_the_nearest_one)
{
    CHECK_EQ_STR(meant("lst"), "list");
    CHECK_EQ_STR(meant("lists"), "list");
    CHECK_EQ_STR(meant("requirement"), "requirements");
    CHECK_EQ_STR(meant("expalin"), "explain");
    CHECK_EQ_STR(meant("covreage"), "coverage");
    CHECK_EQ_STR(meant("ran"), "run");
    CHECK_EQ_STR(meant("run"), "run");
}

TEST(a_word_far_from_all_gets_none)
{
    char long_word[200];

    memset(long_word, 'x', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    CHECK_EQ_STR(meant("zzz"), NULL);
    CHECK_EQ_STR(meant(""), NULL);
    CHECK_EQ_STR(meant("unrelated"), NULL);
    CHECK_EQ_STR(meant(long_word), NULL);
    CHECK_EQ_STR(suggest("word", NULL, 0), NULL);
}

TEST(the_clock_goes_on)
{
    int64_t before = now_us();

    CHECK(now_us() >= before);
    CHECK(now_ms() >= before / 1000);
}

TEST(a_plain_text_keeps_its_characters)
{
    static const char *const texts[][2] = {
        {"plain ~", "plain ~"},
        {"caf\303\251 \342\200\230do_print\342\200\231 \360\237\230\200",
         "caf\303\251 \342\200\230do_print\342\200\231 \360\237\230\200"},
        {"a\tb\033[31m\177\n", "a b?[31m??"},
        {"\302\233 \302\240", "?? \302\240"},       /* C1, and a blank */
        {"\303 \251\377 \355\240\200", "? ?? ???"}, /* cut, bare, a surrogate */
        {"\300\257 \364\220\200\200", "?? ????"},   /* too long, too large */
        {"\342\200", "??"},
    };

    for (size_t i = 0; i < LENGTH(texts); i++) {
        char *text = x_strdup(texts[i][0]);
        text_make_plain(text);
        CHECK_EQ_STR(text, texts[i][1]);
        free(text);
    }
}
