/* SPDX-License-Identifier: MIT
 *
 * Standard input and output as the console of a program: lines in, answers out, and neither may
 * block the loop. The descriptors are never set nonblocking, because other processes may share
 * them: they are polled, and moved in bounded pieces. While an answer is unfinished no further
 * line is read.
 */
#ifndef OS_CONSOLE_H
#define OS_CONSOLE_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/mac.h"
#include "os/loop.h"
#include "os/sink.h"

enum {
    CONSOLE_LINE = 4352, /* longest line: a path and a command (CON-9) */
    CONSOLE_AHEAD = 64,  /* lines that are shown at once */
};

struct menu;

/* Executes one line or more of those that are there, from the first on, and says how many: who
 * knows what follows can prepare for it. */
typedef size_t console_lines(void *arg, const struct word *lines, size_t count);

/* What an unfinished answer says after a step; who yields is done, and ends the turn. */
enum console_more { MORE_FINISHED, MORE_YIELDS, MORE_GOES_ON, MORE_WAITS };

/* Answers to messages that wait in the output: `size` bytes since it was read up to `mark`. Where
 * nobody reads on they are lost, and their number is told when somebody does (MQ-19, MQ-20). */
struct telling {
    uint64_t written, mark; /* bytes of output, since the start */
    size_t before, size;
    uint64_t seen; /* what was read when somebody was last seen to read, at the time `since` */
    int64_t since;
    bool unread;
    uint64_t lost;
};

struct console {
    struct loop *loop;
    struct loop_source input, output;
    struct buffer in, out;
    size_t scanned; /* bytes of `in` that are known to hold no line end */
    struct sink sink;
    bool out_gone;
    bool terminal, prompted;
    const char *teller;       /* the queue whose message is answered: by a notice; or NULL */
    uint64_t teller_refusals; /* of messages, since the start */
    struct telling telling;   /* how far those answers are read */
    bool ended, skipping;     /* input is at its end; in the rest of a line that is too long */
    struct menu *menu;        /* on a terminal */
    console_lines *lines;
    void *arg;
    /* Goes on with an unfinished answer by one step; NULL: there is none. */
    enum console_more (*more)(void *arg);
    void *more_arg;
    bool more_silent; /* its steps print nothing, and need no room */
};

/* Takes over descriptors 0 and 1; -1 with errno. */
int console_open(struct console *console, struct loop *loop, console_lines *lines, void *arg);
void console_close(struct console *console);
/* No prompt comes any more: the program is about to end. */
void console_say_last(struct console *console);

/* Executes what has come, bounded; then writes. Whether there is more to do at once. */
bool console_turn(struct console *console);

/* Writes what can be written now. */
void console_flush(struct console *console);

/* Writes all, but gives up after a second. */
void console_drain(struct console *console);

/* Adds text; a row of a table, of the ARP table with its address if that is known (ARP-19); the
 * closing line of a command, in words on a terminal. */
__attribute__((format(printf, 2, 3))) void console_print(struct console *console,
                                                         const char *format, ...);
void console_route(struct console *console, const struct route *route);
void console_arp(struct console *console, const struct arp_entry *entry);
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) void
console_answer(struct console *console, const char *line, const char *words, ...);
/* As console_answer, for a text of up to 40 bytes with a number behind it: such answers come by the
 * million. */
void console_answer_number(struct console *console, const char *line, const char *words,
                           uint64_t number);
void console_refuse(struct console *console, enum refusal refusal, const char *reason);

/* Until it is called with NULL, answers go to the log for this queue (MQ-8): they are notices. */
void console_answer_for(struct console *console, const char *queue);

/* Whether a message may be answered: there is room, or nobody reads. The time until that may be
 * so without an event, in milliseconds; -1: never. */
bool console_hears(struct console *console);
int console_timeout(const struct console *console);

/* A line that belongs to no answer; dropped if nobody reads them. */
__attribute__((format(printf, 2, 3))) void console_notice(struct console *console,
                                                          const char *format, ...);

/* Whether an answer may grow on before some of it is written. */
bool console_room(const struct console *console);

#endif
