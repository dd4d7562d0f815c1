/* SPDX-License-Identifier: MIT
 *
 * The commands that show the tables, the same on the server and on the client. A big one is walked
 * in slices as its reader drains it. Its rows are those of one table (CON-21): before the table
 * changes, view_freeze() renders what is left of the walk at once.
 */
#ifndef OS_VIEW_H
#define OS_VIEW_H

#include "core/arp_read.h"
#include "core/command.h"
#include "core/table.h"
#include "os/console.h"

struct view {
    struct console *console;
    enum command_side side;
    struct table **table;               /* a client replaces its table */
    const struct arp_reader *addresses; /* of ARP entries that the table has without; or NULL */
    const uint64_t *seq;
    const char *(*state)(void *arg); /* of a client; NULL on a server */
    void *arg;
    /* the show that is under way */
    struct filter filter;
    struct prefix last;
    uint64_t next_mac; /* of the ARP table */
    bool begun, arp;
    uint64_t rows;
};

/* Before the table changes, or goes: finishes the show that is under way, if there is one. */
void view_freeze(struct view *view);

/* Executes show, lookup, digest or help; false if the command is another one. */
bool view_command(struct view *view, const struct command *command);

#endif
