/* SPDX-License-Identifier: MIT
 *
 * The functions behind the table of commands: one prototype for each line of commands.def. Each
 * runs one step: 0, or -1 after world_fail().
 */
#ifndef HARNESS_COMMAND_LIST_H
#define HARNESS_COMMAND_LIST_H

#include "command.h"

#define COMMAND(shape, flags, cite, function) int function(struct world *w, const struct step *s);
#include "commands.def"
#undef COMMAND

/* Reads a declared table file into a table (cmd_change.c); -1 after world_fail(). */
struct oracle;
int table_read(struct world *w, const char *name, struct oracle *into);

/* Starts the actor made last. It has to end by itself, not with status 0, and to say both texts on
 * standard error (cmd_start.c). */
struct actor;
int start_fails(struct world *w, struct actor *a, const char *path, const char *text);

/* The number of a signal's name without SIG (cmd_process.c). */
int signal_number(const char *name);

#endif
