/* SPDX-License-Identifier: MIT
 *
 * rtm-send: puts commands into a message queue of an rtm-server, one a message.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/mq.h"

enum { EXIT_USAGE = 64 };

struct sender {
    char name[MQ_NAME];
    int fd;
    size_t longest;
    unsigned priority;
    bool no_wait, told; /* told: that it waits */
};

static void print_help(void)
{
    printf("Usage: rtm-send NAME [OPTION]... [COMMAND...]\n\n"
           "Puts a command into the message queue NAME of an rtm-server; without a command the\n"
           "lines of standard input, one a message, but for empty ones and those that begin\n"
           "with #. What becomes of them the server's log tells.\n\n"
           "  --priority N  the higher, the sooner: 0 to %ld (0)\n"
           "  --no-wait     fail where the queue is full, instead of waiting for room as long as\n"
           "                a server reads it\n"
           "  --help, --version\n\n"
           "Exit status: 0 all are in the queue; 1 one is not; 64 usage.\n",
           sysconf(_SC_MQ_PRIO_MAX) - 1);
}

static int usage(const char *what, const char *value, const char *expected)
{
    fprintf(stderr, "rtm-send: %s \"%s\": expected %s; try --help\n", what, value, expected);
    return EXIT_USAGE;
}

static int set_priority(struct sender *sender, const char *value)
{
    char *end;
    unsigned long priority = strtoul(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end ||
        priority >= (unsigned long)sysconf(_SC_MQ_PRIO_MAX))
        return usage("--priority", value, "a number from 0 to 32767");
    sender->priority = (unsigned)priority;
    return -1;
}

/* -1: go on; otherwise the exit status, all is said. */
static int read_options(struct sender *sender, int argc, char **argv)
{
    static const struct option known[] = {
        {"priority", required_argument, NULL, 'p'},
        {"no-wait", no_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    int option, status = -1;

    while (status < 0 && (option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'p')
            status = set_priority(sender, optarg);
        else if (option == 'n')
            sender->no_wait = true;
        else if (option == 'h')
            return print_help(), EXIT_SUCCESS;
        else if (option == 'v')
            return puts("rtm-send (RTM/1)"), EXIT_SUCCESS;
        else
            status = usage("option", argv[optind - 1], "one that there is");
    }
    if (status < 0 && optind == argc)
        return usage("queue", "", "its name");
    if (status < 0 && mq_name_read(argv[optind], sender->name))
        return usage("queue", argv[optind], "a name of 1 to 255 bytes without a slash in it");
    return status;
}

/* Where a message comes from: a line of standard input, or 0 for the command. */
static int complain(const struct sender *sender, unsigned long line, const char *why)
{
    char place[40] = "";

    if (line > 0)
        snprintf(place, sizeof(place), "line %lu: ", line);
    fprintf(stderr, "rtm-send: %smessage queue %s: %s\n", place, sender->name, why);
    return -1;
}

/* Waits for room, and says so once; not with --no-wait. */
static int put_in_time(struct sender *sender, const char *text, size_t size)
{
    int result = -1;

    if (sender->no_wait)
        return mq_put(sender->fd, text, size, sender->priority);
    while ((result = mq_put_soon(sender->fd, text, size, sender->priority)) && errno == EAGAIN) {
        if (!sender->told)
            fprintf(stderr, "rtm-send: message queue %s: it is full; waiting for room\n",
                    sender->name);
        sender->told = true;
    }
    return result;
}

static int put(struct sender *sender, const char *text, size_t size, unsigned long line)
{
    char why[120];

    if (size > sender->longest) {
        snprintf(why, sizeof(why), "the command has %zu bytes, the queue takes %zu; shorten it",
                 size, sender->longest);
        return complain(sender, line, why);
    }
    if (put_in_time(sender, text, size) == 0)
        return 0;
    if (errno == ESRCH)
        return complain(sender, line, "it is full, and no server reads it; start one with --mq");
    if (errno == EAGAIN)
        return complain(sender, line, "it is full; send later, or leave out --no-wait");
    if (errno == EPIPE)
        return complain(sender, line, "its server has ended; start it again");
    return complain(sender, line, strerror(errno));
}

/* The words of the command, as one line. */
static int put_words(struct sender *sender, char **words)
{
    size_t size = 0, used = 0;
    char *line;
    int result;

    for (char **word = words; *word; word++)
        size += strlen(*word) + 1;
    line = malloc(size);
    if (!line)
        return complain(sender, 0, strerror(errno));
    for (char **word = words; *word; word++)
        used += (size_t)sprintf(line + used, "%s%s", word == words ? "" : " ", *word);
    result = put(sender, line, used, 0);
    free(line);
    return result;
}

static bool is_empty(const char *line)
{
    line += strspn(line, " \t");
    return *line == 0 || *line == '#';
}

static int put_lines(struct sender *sender)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int result = 0;

    for (unsigned long number = 1; result == 0 && (size = getline(&line, &room, stdin)) >= 0;
         number++) {
        if (line[size - 1] == '\n')
            line[--size] = 0;
        if (!is_empty(line) || strlen(line) < (size_t)size)
            result = put(sender, line, (size_t)size, number);
    }
    if (result == 0 && ferror(stdin))
        result = complain(sender, 0, "standard input cannot be read");
    free(line);
    return result;
}

int main(int argc, char **argv)
{
    static struct sender sender;
    char reason[REASON_SIZE];
    int status = read_options(&sender, argc, argv);

    if (status >= 0)
        return status;
    sender.fd = mq_reach(sender.name, &sender.longest, reason);
    if (sender.fd < 0) {
        fprintf(stderr, "rtm-send: %s\n", reason);
        return EXIT_FAILURE;
    }
    if (argv[optind + 1])
        status = put_words(&sender, argv + optind + 1);
    else
        status = put_lines(&sender);
    close(sender.fd);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
