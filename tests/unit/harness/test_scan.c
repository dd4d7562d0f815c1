/* SPDX-License-Identifier: MIT */
/*
 * The lexer of scenarios, manifests and baselines.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "scan.h"

/* Reads a text through a file, as everything that is scanned is read. */
static int read_text(struct source *s, const char *text, size_t len, struct diag *d)
{
    char path[] = "/tmp/unit-scan-XXXXXX";
    int fd = mkstemp(path), result;

    CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    close(fd);
    result = source_read(s, path, "shown", d);
    unlink(path);
    return result;
}

/* The words of one line, each in <> with its column, quoted ones in "". */
static char *words_of(const char *line)
{
    struct source s;
    struct diag d = {0};
    struct tokens t;
    struct buf out = {0};

    CHECK_EQ_INT(read_text(&s, line, strlen(line), &d), 0);
    if (scan_line(&s, 1, &t, &d) == 0) {
        for (size_t i = 0; i < t.n; i++)
            buf_printf(&out, t.at[i].quoted ? "%d\"%s\"" : "%d<%s>", t.at[i].column, t.at[i].text);
        tokens_finish(&t);
    }
    if (d.count > 0)
        buf_adds(&out, d.text.data);
    diag_finish(&d);
    source_finish(&s);
    return buf_take(&out);
}

#define CHECK_WORDS(line, want)      \
    do {                             \
        char *got_ = words_of(line); \
        CHECK_EQ_STR(got_, want);    \
        free(got_);                  \
    } while (0)

TEST(words_are_separated_by_blanks)
{
    CHECK_WORDS("one two\t three  \n", "1<one>5<two>10<three>");
    CHECK_WORDS("  \t \n", "");
    CHECK_WORDS("\n", "");
    CHECK_WORDS("last line without an end", "1<last>6<line>11<without>19<an>22<end>");
    CHECK_WORDS("dos line\r\n", "1<dos>5<line>");
}

TEST(a_quoted_text_is_one_word)
{
    CHECK_WORDS("say \"a  b # c ; d\" e", "1<say>5\"a  b # c ; d\"20<e>");
    CHECK_WORDS("\"\"", "1\"\"");
    CHECK_WORDS("oif=\"a b\"c", "1\"oif=a bc\"");
    CHECK_WORDS("\"ends with a blank \"", "1\"ends with a blank \"");
}

TEST(only_a_quote_is_escaped)
{
    CHECK_WORDS("\"say \\\"hi\\\"\"", "1\"say \"hi\"\"");
    CHECK_WORDS("\"^(\\d+)\\s\\.\\\\n$\"", "1\"^(\\d+)\\s\\.\\\\n$\"");
    CHECK_WORDS("back\\slash", "1<back\\slash>");
}

TEST(a_comment_begins_where_a_word_does)
{
    CHECK_WORDS("# all of it", "");
    CHECK_WORDS("   # all of it", "");
    CHECK_WORDS("a #b \"c", "1<a>");
    CHECK_WORDS("a#b c", "1<a#b>5<c>");
    CHECK_WORDS("\"a\"#b", "1\"a#b\"");
}

TEST(an_open_quote_is_located)
{
    CHECK_WORDS("ab \"cd",
                "shown:1:4: this quote is never closed; expected another \" on the line\n");
    CHECK_WORDS("a \"b\" c=\"d \\\"",
                "shown:1:9: this quote is never closed; expected another \" on the line\n");
}

TEST(lines_are_counted)
{
    struct source s;
    struct diag d = {0};

    CHECK_EQ_INT(read_text(&s, "one\n\n\r\nfour", 11, &d), 0);
    CHECK_EQ_INT(s.count, 4);
    CHECK_EQ_STR(s.lines[0], "one");
    CHECK_EQ_STR(s.lines[1], "");
    CHECK_EQ_STR(s.lines[2], "");
    CHECK_EQ_STR(s.lines[3], "four");
    CHECK_EQ_INT(d.count, 0);
    source_finish(&s);
    CHECK_EQ_INT(read_text(&s, "", 0, &d), 0);
    CHECK_EQ_INT(s.count, 0);
    source_finish(&s);
}

TEST(a_line_may_be_of_any_length)
{
    size_t len = 300000;
    char *line = x_calloc(len + 1, 1), *got;

    memset(line, 'x', len);
    line[100] = ' ';
    got = words_of(line);
    CHECK_EQ_INT(strlen(got), len - 1 + strlen("1<>102<>"));
    free(got);
    free(line);
}

TEST(a_nul_byte_is_located)
{
    struct source s;
    struct diag d = {0};

    CHECK_EQ_INT(read_text(&s, "one\ntw\0o\n", 9, &d), -1);
    CHECK_EQ_STR(d.text.data, "shown:2:1: holds a NUL byte; expected text\n");
    source_finish(&s);
    diag_finish(&d);
}

TEST(text_is_utf_8)
{
    struct source s;
    struct diag d = {0};

    CHECK_EQ_INT(read_text(&s, "caf\xc3\xa9\n", 6, &d), 0);
    source_finish(&s);
    CHECK_EQ_INT(read_text(&s, "one\ncaf\xe9\n", 9, &d), -1);
    CHECK_EQ_STR(d.text.data, "shown:2:1: holds bytes that are not UTF-8; expected text\n");
    source_finish(&s);
    diag_finish(&d);
}

TEST(a_file_that_is_not_there_is_a_complaint)
{
    struct source s;
    struct diag d = {0};

    CHECK_EQ_INT(source_read(&s, "/nonexistent/file", "shown", &d), -1);
    CHECK_EQ_STR(d.text.data, "shown:1:1: cannot be read: No such file or directory\n");
    source_finish(&s);
    diag_finish(&d);
}
