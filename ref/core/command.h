/* SPDX-License-Identifier: MIT
 *
 * The console grammar of chapter 7: one line in, one command or one refusal out. The same parser
 * serves the line protocol, the menu and the rows of table files.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/mac.h"

enum command_side { COMMAND_SERVER = 1, COMMAND_CLIENT = 2, COMMAND_BOTH = 3 };

enum command_kind {
    COMMAND_CREATE,
    COMMAND_UPDATE,
    COMMAND_DELETE,
    COMMAND_ARP_ADD,
    COMMAND_ARP_DELETE,
    COMMAND_FLUSH,
    COMMAND_SHOW_ARP, /* before what its name begins with */
    COMMAND_SHOW_CLIENTS,
    COMMAND_SHOW,
    COMMAND_LOOKUP,
    COMMAND_LOOKUP_MAC,
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
    struct arp_entry arp; /* arp add; arp delete, lookup: its MAC */
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

/* A row of a table file, DEST/MASK GATEWAY OIF or MAC ADDRESS. */
struct table_row {
    bool is_arp;
    struct route route;
    struct arp_entry arp;
};

/* Reads a row. */
enum refusal command_parse_row(struct word line, struct table_row *row, char reason[REASON_SIZE]);

/* Whether the line is empty or a comment. */
bool command_skips(struct word line);

bool filter_fits(const struct filter *filter, const struct route *route);

const struct command_help *command_help(enum command_kind kind);

/* Bytes of the command's name at the front of its usage: one or more words. */
size_t command_name_size(enum command_kind kind);

#endif
