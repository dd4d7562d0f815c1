/* SPDX-License-Identifier: MIT */
#include "os/console.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/menu.h"

enum {
    READ_BYTES = 64 * 1024, /* of one turn */
    OUT_HIGH = 64 * 1024,   /* an answer waits until less is unwritten */
    TURN_LINES = 2100,      /* their changes fill one unit of output to the clients */
    OTHERS_LINES = 128,     /* after so many the turn ends if something else has input: ROB-13 */
    DRAIN_MS = 1000,
    UNREAD_MS = 1000, /* without a byte read, after which nobody reads: MQ-19 */
};

static void want(struct console *console);
static void catch_up(struct console *console);

static void on_input(void *arg, unsigned events)
{
    struct console *console = arg;
    char *room;
    ssize_t got;

    (void)events;
    buffer_compact(&console->in);
    room = buffer_reserve(&console->in, READ_BYTES);
    if (!room)
        return;
    got = read(console->input.fd, room, READ_BYTES);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        buffer_commit(&console->in, (size_t)got);
    else
        console->ended = true; /* CON-11 */
    want(console);
}

static void on_output(void *arg, unsigned events)
{
    (void)events;
    console_flush(arg);
}

int console_open(struct console *console, struct loop *loop, console_lines *lines, void *arg)
{
    *console = (struct console){
        .loop = loop,
        .input = {.fd = STDIN_FILENO, .ready = on_input, .arg = console},
        .output = {.fd = STDOUT_FILENO, .ready = on_output, .arg = console},
        .lines = lines,
        .arg = arg,
        .terminal = isatty(STDIN_FILENO),
    };
    console->telling.seen = UINT64_MAX;
    sink_init(&console->sink, STDOUT_FILENO);
    if (loop_add(loop, &console->input, LOOP_READ) || loop_add(loop, &console->output, 0))
        return -1;
    return 0;
}

void console_say_last(struct console *console)
{
    console->prompted = true; /* as if it stood there already */
}

void console_close(struct console *console)
{
    loop_remove(console->loop, &console->input);
    loop_remove(console->loop, &console->output);
    buffer_finish(&console->in);
    buffer_finish(&console->out);
}

bool console_room(const struct console *console)
{
    return console->out_gone || buffer_size(&console->out) < OUT_HIGH;
}

/* Where the next line ends, or NULL. */
static char *line_end(struct console *console)
{
    struct buffer *in = &console->in;
    char *end = NULL;

    if (console->scanned < buffer_size(in))
        end = memchr(in->data + in->start + console->scanned, '\n',
                     buffer_size(in) - console->scanned);
    console->scanned = end ? (size_t)(end - in->data) - in->start : buffer_size(in);
    return end;
}

/* Reads only what can be executed: back-pressure to whoever writes the commands. */
static void want(struct console *console)
{
    bool idle = !console->more && console_room(console) && !line_end(console);

    loop_want(console->loop, &console->input, idle && !console->ended ? LOOP_READ : 0);
    loop_want(console->loop, &console->output,
              buffer_size(&console->out) && !console->out_gone ? LOOP_WRITE : 0);
}

/* CON-9: drops the rest of a line that is too long, and refuses it as one. */
static bool skip_long_line(struct console *console, const char *end)
{
    size_t size = end ? (size_t)(end - buffer_bytes(&console->in)) : buffer_size(&console->in);
    char reason[REASON_SIZE];

    if (!console->skipping && size <= CONSOLE_LINE)
        return false;
    console->skipping = !end && !console->ended;
    buffer_consume(&console->in, end ? size + 1 : size);
    console->scanned = 0;
    if (console->skipping)
        return true;
    snprintf(reason, sizeof(reason), "the line is too long; expected at most %d bytes",
             CONSOLE_LINE);
    console_refuse(console, REFUSED_SYNTAX, reason);
    return true;
}

/* The next lines, of which the first ends there; at the end of input it may end by that. */
static size_t next_lines(const struct console *console, const char *end,
                         struct word lines[CONSOLE_AHEAD])
{
    const char *at = buffer_bytes(&console->in), *stop = at + buffer_size(&console->in);
    size_t count = 0;

    if (!end && console->ended && at < stop)
        end = stop;
    while (end && end - at <= CONSOLE_LINE) {
        lines[count++] = (struct word){at, (size_t)(end - at)};
        if (count == CONSOLE_AHEAD || end == stop)
            break;
        at = end + 1;
        end = memchr(at, '\n', (size_t)(stop - at));
    }
    return count;
}

/* Executes the next lines that are whole, bounded: how many. */
static size_t execute(struct console *console)
{
    struct word lines[CONSOLE_AHEAD];
    char *end = line_end(console);
    size_t count, done = 1, size;

    if (skip_long_line(console, end))
        return console->in.end > 0;
    count = next_lines(console, end, lines);
    if (count == 0)
        return 0;
    console->prompted = false;
    if (console->menu)
        menu_line(console->menu, lines[0]);
    else
        done = console->lines(console->arg, lines, count);
    size = (size_t)(lines[done - 1].text + lines[done - 1].size - lines[0].text);
    buffer_consume(&console->in, size + (size < buffer_size(&console->in)));
    console->scanned = 0;
    return done;
}

/* A save that waited for a log that nobody reads would keep the messages waiting: MQ-19. */
static bool goes_on(const struct console *console)
{
    return console_room(console) || (console->more && console->more_silent);
}

bool console_turn(struct console *console)
{
    enum console_more more = MORE_FINISHED;
    size_t steps = 1, look = OTHERS_LINES;

    for (size_t i = 0; steps > 0 && i < TURN_LINES && more == MORE_FINISHED && goes_on(console);
         i += steps) {
        if (i >= look && loop_others(console->loop, &console->input))
            break;
        look = i >= look ? i + OTHERS_LINES : look;
        if (console->more) {
            more = console->more(console->more_arg);
            if (more == MORE_FINISHED || more == MORE_YIELDS) {
                console->more = NULL;
                console->more_silent = false;
            }
        } else {
            steps = execute(console);
        }
    }
    if (console->menu && !console->more && !console->prompted && console_room(console)) {
        menu_prompt(console->menu);
        console->prompted = true;
    }
    console_flush(console);
    if (!goes_on(console) || more == MORE_WAITS)
        return false;
    return console->more || line_end(console) || (console->ended && buffer_size(&console->in));
}

/* Whether nobody reads the answers that wait. */
static bool is_unread(struct console *console)
{
    struct telling *telling = &console->telling;
    uint64_t read = telling->written - sink_unread(&console->sink);

    if (telling->seen != read) {
        telling->seen = read;
        telling->since = loop_now();
    }
    telling->unread = loop_now() - telling->since >= UNREAD_MS;
    return telling->unread;
}

bool console_hears(struct console *console)
{
    return console->out_gone || console->telling.size < OUT_HIGH || is_unread(console);
}

int console_timeout(const struct console *console)
{
    const struct telling *telling = &console->telling;
    int64_t left;

    if (console->out_gone || telling->size < OUT_HIGH || telling->unread)
        return -1;
    left = telling->since + UNREAD_MS - loop_now();
    return left > 0 ? (int)left : 0;
}

void console_flush(struct console *console)
{
    struct telling *telling = &console->telling;

    while (buffer_size(&console->out) > 0 && !console->out_gone) {
        ssize_t sent =
            sink_write(&console->sink, buffer_bytes(&console->out), buffer_size(&console->out));

        if (sent >= 0) {
            buffer_consume(&console->out, (size_t)sent);
            telling->written += (uint64_t)sent;
        } else if (errno == EAGAIN || errno == EINTR) {
            break;
        } else {
            console->out_gone = true; /* nobody reads: serve on */
        }
    }
    if (telling->size > 0 && telling->written >= telling->mark)
        catch_up(console);
    if (console->out_gone || (!buffer_size(&console->out) && console->out.capacity > 2 * OUT_HIGH))
        buffer_finish(&console->out);
    want(console);
}

void console_drain(struct console *console)
{
    int64_t until = loop_now() + DRAIN_MS, left = DRAIN_MS;
    struct pollfd poll_out = {.fd = console->output.fd, .events = POLLOUT};

    console_flush(console);
    while (buffer_size(&console->out) > 0 && left > 0 && poll(&poll_out, 1, (int)left) >= 0) {
        console_flush(console);
        left = until - loop_now();
    }
}

static void add(struct console *console, const char *text, size_t size)
{
    /* the memory is that of what is unwritten, however long a slow reader keeps it from being none
     */
    if (console->out.start > OUT_HIGH && console->out.start > buffer_size(&console->out))
        buffer_compact(&console->out);
    /* without memory the answer is lost, not the program */
    if (!console->out_gone && buffer_append(&console->out, text, size))
        console->out_gone = true;
}

static void add_format(struct console *console, const char *format, va_list args)
{
    char text[1024];
    int size = vsnprintf(text, sizeof(text), format, args);

    add(console, text, size < (int)sizeof(text) ? (size_t)size : sizeof(text) - 1);
}

void console_print(struct console *console, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_format(console, format, args);
    va_end(args);
}

void console_route(struct console *console, const struct route *route)
{
    char line[ROUTE_LINE], destination[ADDRESS_TEXT + 3], gateway[ADDRESS_TEXT];
    size_t size;

    if (console->terminal) {
        prefix_format(route->prefix, destination);
        address_format(route->gateway, gateway);
        console_print(console, "  %-18s  %-15s  %s\n", destination, gateway, route->oif);
        return;
    }
    size = route_format(route, line);
    line[size++] = '\n';
    add(console, line, size);
}

void console_arp(struct console *console, const struct arp_entry *entry)
{
    char line[ARP_LINE];
    bool known = entry->known;
    size_t size = known ? arp_format(entry, line) : mac_format(entry->mac, line);

    if (console->terminal) {
        console_print(console, "  %.17s   %s\n", line, known ? line + MAC_TEXT : "-");
        return;
    }
    add(console, line, size);
    add(console, known ? "\n" : " -\n", known ? 1 : 3);
}

/* What comes while a prompt waits gets a line of its own; the prompt is then shown again. */
static void leave_prompt(struct console *console)
{
    if (console->prompted)
        add(console, "\n", 1);
    console->prompted = false;
}

void console_answer_for(struct console *console, const char *queue)
{
    struct telling *telling = &console->telling;
    size_t size = buffer_size(&console->out);

    if (queue) {
        telling->before = size;
    } else if (console->teller) {
        if (telling->size == 0)
            telling->mark = telling->written + size;
        telling->size += size - telling->before;
    }
    console->teller = queue;
}

/* The answers to messages have room again. */
static void catch_up(struct console *console)
{
    struct telling *telling = &console->telling;
    uint64_t lost = telling->lost;

    telling->size = 0;
    telling->seen = UINT64_MAX;
    telling->unread = false;
    telling->lost = 0;
    if (lost == 0)
        return;
    leave_prompt(console);
    console_print(console, "# %" PRIu64 " answers to messages were dropped\n", lost);
}

/* False: it is a notice, and nobody reads those. */
static bool begin_answer(struct console *console)
{
    if (console->teller && console->telling.unread && is_unread(console)) {
        console->telling.lost++;
        return false;
    }
    leave_prompt(console);
    if (console->teller)
        console_print(console, "# queue %s: ", console->teller);
    return true;
}

static bool in_words(const struct console *console)
{
    return console->terminal && !console->teller;
}

void console_answer(struct console *console, const char *line, const char *words, ...)
{
    va_list args;

    if (!begin_answer(console))
        return;
    va_start(args, words);
    add_format(console, in_words(console) ? words : line, args);
    va_end(args);
    add(console, "\n", 1);
}

void console_answer_number(struct console *console, const char *line, const char *words,
                           uint64_t number)
{
    const char *text = in_words(console) ? words : line;
    size_t size = strlen(text);
    char answer[64], *end = answer + sizeof(answer), *first = end; /* built from its end */

    *--first = '\n';
    if (in_words(console))
        *--first = '.';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    if (!begin_answer(console))
        return;
    memcpy(first - size, text, size);
    add(console, first - size, (size_t)(end - first) + size);
}

void console_refuse(struct console *console, enum refusal refusal, const char *reason)
{
    console->teller_refusals += console->teller != NULL;
    if (!begin_answer(console))
        return;
    if (in_words(console))
        console_print(console, "Refused: %s.\n", reason);
    else
        console_print(console, "error: %s: %s\n", refusal_name(refusal), reason);
}

void console_notice(struct console *console, const char *format, ...)
{
    va_list args;

    if (!console_room(console))
        return;
    leave_prompt(console);
    add(console, "# ", 2);
    va_start(args, format);
    add_format(console, format, args);
    va_end(args);
    add(console, "\n", 1);
}
