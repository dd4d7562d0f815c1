/* SPDX-License-Identifier: MIT
 *
 * The one table of commands. commands.def holds it: a new command is one line there and one
 * function. The shape of a command is the whole line:
 *
 *   lower case      that word; equal(s) is equal or equals
 *   SERVER CLIENT ACTOR PROBE LISTENER PROCESS FILE   a name declared above, of that kind
 *   CLIENTS ACTORS  one or more of them; a group counts as its members
 *   QUEUE QUEUES    a message queue declared above; one or more of them
 *   NEW NEWS NEWFILE                          names declared here
 *   NUMBER PERCENT SIGNAL TYPE                checked for what they say
 *   FAULTS                                    several CALL=ERRNO (fault.h)
 *   WORD WORDS      anything;  STRING: a quoted text;  FIELDS: any number of field=value,
 *                   fields of the frame that is named;  PAIRS: the same of something else
 */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include <stddef.h>

struct world;
struct step;

enum command_flag {
    ACT = 0,
    EXPECT = 1, /* checks something: must cite a requirement */
    BLOCK = 2,  /* lines follow, up to "end" */
    FRAMES =
        4, /* sends, reads or looks at what RTM/1 alone lays out: frames, its memory, its lock */
    TABLES = 8, /* sends or reads changes, in frames or in the [record] of a manifest */
    FEEDS = 16, /* changes that follow each other unanswered */
    LOOKS = 32, /* at the tables of the actors that are named first */
};

/* A command that works only where the host has this (enum need): the scenario has to say so. */
#define NEEDING(need) ((int)(need) << 8)
#define COMMAND_NEEDS(flags) ((unsigned)(flags) >> 8 & 0xff)
/* It asks this (enum operation) of the actors that are named first. COMMAND_ASKS is -1 for nothing.
 */
#define ASKING(op) (((int)(op) + 1) << 16)
#define COMMAND_ASKS(flags) (((flags) >> 16) - 1)

struct command {
    const char *shape;
    int flags;
    const char *cite; /* the requirement that is broken if an act is refused; NULL: none */
    /* 0, or -1 after world_fail(). */
    int (*run)(struct world *w, const struct step *s);
};

extern const struct command commands[];
extern const size_t command_count;

/* The kinds of names, as the parser checks them and the world keeps them. */
enum name_kind {
    NAME_SERVER,
    NAME_CLIENT,
    NAME_GROUP,
    NAME_PROBE,
    NAME_LISTENER,
    NAME_PROCESS,
    NAME_FILE,
    NAME_QUEUE
};

#endif
