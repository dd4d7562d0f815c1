/* SPDX-License-Identifier: MIT */
#include "os/menu.h"

#include <stdio.h>
#include <string.h>

/* A field with a lead (`via `) may be left empty, and then it and its lead are left out. */
struct menu_item {
    enum command_kind kind;
    const char *text;
    struct {
        const char *prompt, *lead;
    } fields[MENU_FIELDS];
};

#define ROUTE_FIELDS                                   \
    {                                                  \
        {"Destination/mask", NULL}, {"Gateway", NULL}, \
        {                                              \
            "Interface", NULL                          \
        }                                              \
    }
#define FILTER_FIELDS                                                         \
    {                                                                         \
        {"Inside prefix (empty: all)", ""}, {"Gateway (empty: any)", "via "}, \
        {                                                                     \
            "Interface (empty: any)", "dev "                                  \
        }                                                                     \
    }

/* The numbers of the menu, from 1, are the places of a side's items in this table. */
static const struct menu_item items[] = {
    {COMMAND_CREATE, "Create a route", ROUTE_FIELDS},
    {COMMAND_UPDATE, "Update a route", ROUTE_FIELDS},
    {COMMAND_DELETE, "Delete a route", {{"Destination/mask", NULL}}},
    {COMMAND_ARP_ADD, "Add an ARP entry", {{"MAC", NULL}, {"Address", NULL}}},
    {COMMAND_ARP_DELETE, "Delete an ARP entry", {{"MAC", NULL}}},
    {COMMAND_FLUSH, "Flush both tables", {{0}}},
    {COMMAND_SHOW, "Show the routing table", FILTER_FIELDS},
    {COMMAND_SHOW_ARP, "Show the ARP table", {{0}}},
    {COMMAND_LOOKUP, "Look up an address", {{"Address", NULL}}},
    {COMMAND_LOOKUP_MAC, "Look up a MAC", {{"MAC", NULL}}},
    {COMMAND_LOAD, "Load a table file", {{"File", NULL}}},
    {COMMAND_SAVE, "Save to a table file", {{"File", NULL}}},
    {COMMAND_SHOW_CLIENTS, "List the clients", {{0}}},
    {COMMAND_STATUS, "Show the status", {{0}}},
    {COMMAND_DIGEST, "Show the digest", {{0}}},
    {COMMAND_STATS, "Show the counters", {{0}}},
    {COMMAND_QUIT, "Quit", {{0}}},
};

enum { ITEMS = sizeof(items) / sizeof(items[0]) };

void menu_open(struct menu *menu, struct console *console, enum command_side side,
               const char *title)
{
    *menu = (struct menu){.console = console, .side = side, .title = title};
    console->menu = menu;
}

/* The item with this number on this side, or NULL. */
static const struct menu_item *item_at(const struct menu *menu, int number)
{
    for (int i = 0; i < ITEMS; i++)
        if ((command_help(items[i].kind)->sides & menu->side) && --number == 0)
            return &items[i];
    return NULL;
}

void menu_show(struct menu *menu)
{
    const struct menu_item *item;

    console_print(menu->console, "\n%s\n", menu->title);
    for (int number = 1; (item = item_at(menu, number)); number++)
        console_print(menu->console, "  %2d. %s\n", number, item->text);
    console_print(menu->console, "  Or type a command; help lists them.\n");
    menu->shown = true;
}

void menu_prompt(struct menu *menu)
{
    if (menu->item) {
        console_print(menu->console, "%s: ", menu->item->fields[menu->field].prompt);
        return;
    }
    if (!menu->shown)
        menu_show(menu);
    console_print(menu->console, "> ");
}

static int number_of(struct word line)
{
    struct word word = word_next(&line);
    int number = 0;

    if (word.size < 1 || word.size > 2 || word_next(&line).size)
        return 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.text[i] < '0' || word.text[i] > '9')
            return 0;
        number = number * 10 + (word.text[i] - '0');
    }
    return number;
}

static void add(struct menu *menu, const char *text, size_t size)
{
    if (menu->size + size <= CONSOLE_LINE)
        memcpy(menu->line + menu->size, text, size);
    menu->size += size;
}

/* CON-9: a line that was cut would be another command. */
static void refuse_long(struct menu *menu)
{
    char reason[REASON_SIZE];

    snprintf(reason, sizeof(reason), "the words are too long; expected at most %d bytes in all",
             CONSOLE_LINE);
    console_refuse(menu->console, REFUSED_SYNTAX, reason);
}

/* Executes the line once no field is left. */
static void advance(struct menu *menu)
{
    struct word line = {menu->line, menu->size};

    if (menu->field < MENU_FIELDS && menu->item->fields[menu->field].prompt)
        return;
    menu->item = NULL;
    if (menu->size > CONSOLE_LINE)
        refuse_long(menu);
    else
        menu->console->lines(menu->console->arg, &line, 1);
}

static void start(struct menu *menu, const struct menu_item *item)
{
    menu->item = item;
    menu->field = 0;
    menu->size = 0;
    add(menu, command_help(item->kind)->usage, command_name_size(item->kind));
    advance(menu);
}

static void fill_field(struct menu *menu, struct word line)
{
    const char *lead = menu->item->fields[menu->field].lead;
    struct word rest = line, word = word_next(&rest);

    if (!word.size && !lead) {
        console_print(menu->console, "Cancelled.\n");
        menu->item = NULL;
        return;
    }
    if (word.size) {
        add(menu, " ", 1);
        add(menu, lead ? lead : "", lead ? strlen(lead) : 0);
        add(menu, line.text, line.size);
    }
    menu->field++;
    advance(menu);
}

void menu_line(struct menu *menu, struct word line)
{
    struct word rest = line;
    const struct menu_item *item;

    if (menu->item) {
        fill_field(menu, line);
    } else if (word_next(&rest).size == 0) {
        menu_show(menu);
    } else if ((item = item_at(menu, number_of(line)))) {
        start(menu, item);
    } else {
        menu->console->lines(menu->console->arg, &line, 1);
    }
}
