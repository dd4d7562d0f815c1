/* SPDX-License-Identifier: MIT */
/*
 * Terminals and what a program sends to paint them.
 */
#include "unit.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "terminal.h"
#include "util.h"

/* The text, cleaned in pieces of so many bytes. */
static char *cleaned(const char *text, size_t piece)
{
    enum escaping state = PLAIN;
    size_t len = strlen(text), kept = 0;
    char *out = calloc(len + 1, 1);

    for (size_t at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        memcpy(out + kept, text + at, n);
        kept += terminal_clean(&state, out + kept, n);
    }
    out[kept] = '\0';
    return out;
}

TEST(sequences_are_taken_out_wherever_they_are_cut)
{
    static const char *const texts[][2] = {
        {"plain\ttext\n", "plain\ttext\n"},
        {"\033[1;31mred\033[0m\n", "red\n"},
        {"\033[2J\033[Hmenu: ", "menu: "},
        {"\033]0;a title\ashown", "shown"},
        {"\033]0;a title\033\\shown", "shown"},
        {"\033(Bascii", "ascii"},
        {"\033=keys\0338", "keys"},
        {"one\r\ntwo\r\n", "one\ntwo\n"},
        {"b\bell\a\f\177", "bell"},
        {"\033[12\nnext", "\nnext"},
        {"caf\303\251", "caf\303\251"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t piece = 1; piece <= 100; piece += piece == 1 ? 1 : 98) {
            char *got = cleaned(texts[i][0], piece);
            CHECK_EQ_STR(got, texts[i][1]);
            free(got);
        }
}

TEST(a_terminal_neither_echoes_nor_adds_carriage_returns)
{
    char text[32] = "";
    int master, slave;

    if (!CHECK(terminal_open(&master, &slave, getuid()) == 0))
        return;
    CHECK(isatty(slave));
    CHECK_EQ_INT(write(master, "hello\n", 6), 6);
    struct pollfd there = {.fd = slave, .events = POLLIN};
    CHECK_EQ_INT(poll(&there, 1, 10000), 1);
    CHECK_EQ_INT(terminal_unread(master), 6);
    CHECK_EQ_INT(read(slave, text, sizeof text), 6);
    CHECK_EQ_INT(terminal_unread(master), 0);
    CHECK_EQ_INT(write(slave, "a\nb\n", 4), 4);
    CHECK_EQ_INT(read(master, text, sizeof text), 4);
    CHECK(memcmp(text, "a\nb\n", 4) == 0);
    close(slave);
    CHECK(read(master, text, sizeof text) < 0);
    close(master);
}

TEST(what_is_left_of_a_line_ends_where_it_was_cut)
{
    enum escaping state = PLAIN;
    struct buf heard = {0};

    buf_adds(&heard, "\033[32mrtm\033[0m:: ");
    buf_cut(&heard, terminal_clean(&state, heard.data, heard.len));
    CHECK_EQ_STR(heard.data, "rtm:: ");
    buf_adds(&heard, "next");
    CHECK_EQ_STR(heard.data, "rtm:: next");
    buf_cut(&heard, 0);
    CHECK_EQ_STR(heard.data, "");
    buf_finish(&heard);
}
