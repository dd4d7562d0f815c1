/* SPDX-License-Identifier: MIT
 *
 * The console grammar of chapter 7: one line in, one command or one refusal out. The same parser
 * serves the line protocol, the menu and the rows of table files.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/route.h"

enum command_side { COMMAND_SERVER = 1, COMMAND_CLIENT = 2, COMMAND_BOTH = 3 };

enum command_kind {
    COMMAND_CREATE,
    COMMAND_UPDATE,
    COMMAND_DELETE,
    COMMAND_FLUSH,
    COMMAND_SHOW,
    COMMAND_SHOW_CLIENTS,
    COMMAND_LOOKUP,
    COMMAND_LOAD,
    COMMAND_SAVE,
    COMMAND_WAIT,
    COMMAND_DIGEST,
    COMMAND_STATS,
    COMMAND_STATUS,
    COMMAND_HELP,
    COMMAND_QUIT,
    COMMAND_COUNT
};

/* What `show` is narrowed to. */
struct filter {
    bool by_gateway, by_oif;
    struct prefix inside; /* 0.0.0.0/0: all */
    uint32_t gateway;
    char oif[OIF_SIZE];
};

struct command {
    enum command_kind kind;
    struct route route;   /* create, update; delete: its prefix */
    struct filter filter; /* show */
    uint32_t address;     /* lookup */
    struct word path;     /* load, save: points into the line */
};

/* One line of help. */
struct command_help {
    enum command_side sides;
    const char *usage, *text;
};

/* Reads a line without its end. A refusal fills the reason. */
enum refusal command_parse(struct word line, enum command_side side, struct command *command,
                           char reason[REASON_SIZE]);

/* Reads a row DEST/MASK GATEWAY OIF of a table file. */
enum refusal command_parse_row(struct word line, struct route *route, char reason[REASON_SIZE]);

/* Whether the line is empty or a comment. */
bool command_skips(struct word line);

bool filter_fits(const struct filter *filter, const struct route *route);

const struct command_help *command_help(enum command_kind kind);

/* Bytes of the command's name at the front of its usage: one or more words. */
size_t command_name_size(enum command_kind kind);

#endif
