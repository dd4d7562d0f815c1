/* SPDX-License-Identifier: MIT
 *
 * The numbered menu of a terminal. A number chooses an item, whose words are then asked for one by
 * one; the line that they make is executed like a typed one. Typed commands are taken as well.
 */
#ifndef OS_MENU_H
#define OS_MENU_H

#include "core/command.h"
#include "os/console.h"

enum { MENU_FIELDS = 3 };

struct menu {
    struct console *console;
    enum command_side side;
    const char *title;
    bool shown;
    const struct menu_item *item; /* whose words are asked for, or NULL */
    int field;
    size_t size; /* of the line that they make; more than it holds: it is refused */
    char line[CONSOLE_LINE];
};

/* Attaches to a console that is on a terminal. */
void menu_open(struct menu *menu, struct console *console, enum command_side side,
               const char *title);

/* A line was typed. */
void menu_line(struct menu *menu, struct word line);

/* Asks for the next one. */
void menu_prompt(struct menu *menu);

/* Shows the items. */
void menu_show(struct menu *menu);

#endif
