/* SPDX-License-Identifier: MIT */
#include "os/view.h"

#include <inttypes.h>

#include "os/menu.h"

enum { SLICE = 4096 }; /* rows that one step looks at */

/* The end of a closing line: a client adds its state. */
static const char *state_key(const struct view *view)
{
    return view->state ? " state=" : "";
}

static const char *state_of(const struct view *view)
{
    return view->state ? view->state(view->arg) : "";
}

static void heading(const struct view *view)
{
    if (view->console->terminal)
        console_print(view->console, "  %-18s  %-15s  %s\n", "Destination/mask", "Gateway",
                      "Interface");
}

/* Puts out some more rows, or all that are left. */
static enum console_more show_rows(struct view *view, bool all)
{
    struct table_cursor cursor;
    struct route route;

    table_seek(&cursor, *view->table, view->last, !view->begun);
    for (unsigned i = 0; all || i < SLICE; i++) {
        if (!all && !console_room(view->console))
            return MORE_GOES_ON;
        if (!table_next(&cursor, &route) ||
            !prefix_covers(view->filter.inside, (struct prefix){route.prefix.address, 32})) {
            console_answer(view->console, "ok show routes=%" PRIu64 "%s%s",
                           "%" PRIu64 " routes.%s%s", view->rows, state_key(view), state_of(view));
            return MORE_FINISHED;
        }
        view->begun = true;
        view->last = route.prefix;
        if (filter_fits(&view->filter, &route)) {
            console_route(view->console, &route);
            view->rows++;
        }
    }
    return MORE_GOES_ON;
}

static void arp_heading(const struct view *view)
{
    if (view->console->terminal)
        console_print(view->console, "  %-17s   %s\n", "MAC", "Address");
}

/* ARP-18: what is asked for is a key of the table. ARP-19: its address may not be there. */
static void arp_row(const struct view *view, struct arp_entry *entry)
{
    if (!entry->known && view->addresses)
        entry->known = arp_lookup(view->addresses, entry->mac, &entry->address);
    console_arp(view->console, entry);
}

static enum console_more arp_rows(struct view *view, bool all)
{
    struct macs_cursor cursor;
    struct arp_entry entry;

    table_seek_mac(&cursor, *view->table, view->next_mac);
    for (unsigned i = 0; all || i < SLICE; i++) {
        if (!all && !console_room(view->console))
            return MORE_GOES_ON;
        if (!macs_next(&cursor, &entry)) {
            console_answer(view->console, "ok show arp macs=%" PRIu64 "%s%s",
                           "%" PRIu64 " MAC addresses.%s%s", view->rows, state_key(view),
                           state_of(view));
            return MORE_FINISHED;
        }
        view->next_mac = entry.mac + 1;
        view->rows++;
        arp_row(view, &entry);
    }
    return MORE_GOES_ON;
}

static enum console_more show_some(struct view *view, bool all)
{
    return view->arp ? arp_rows(view, all) : show_rows(view, all);
}

static enum console_more show_more(void *arg)
{
    return show_some(arg, false);
}

void view_freeze(struct view *view)
{
    if (view->console->more != show_more)
        return;
    show_some(view, true);
    view->console->more = NULL;
}

static void begin_show(struct view *view)
{
    view->rows = 0;
    view->console->more = show_more;
    view->console->more_arg = view;
}

static void show(struct view *view, const struct filter *filter)
{
    view->filter = *filter;
    view->last = filter->inside; /* the walk begins there and ends where it ends */
    view->begun = view->arp = false;
    heading(view);
    begin_show(view);
}

static void show_arp(struct view *view)
{
    view->next_mac = 0;
    view->arp = true;
    arp_heading(view);
    begin_show(view);
}

static void lookup(struct view *view, uint32_t address)
{
    struct route route;
    bool found = table_match(*view->table, address, &route);

    if (found) {
        heading(view);
        console_route(view->console, &route);
    }
    console_answer(view->console, "ok lookup routes=%d%s%s", "%d route takes it.%s%s", found,
                   state_key(view), state_of(view));
}

static void lookup_mac(struct view *view, uint64_t mac)
{
    struct arp_entry entry;
    bool found = table_find_mac(*view->table, mac, &entry);

    if (found) {
        arp_heading(view);
        arp_row(view, &entry);
    }
    console_answer(view->console, "ok lookup macs=%d%s%s", "%d entry has it.%s%s", found,
                   state_key(view), state_of(view));
}

static void digest(struct view *view)
{
    struct table_sum sum = table_sum(*view->table);

    console_answer(view->console,
                   "ok digest seq=%" PRIu64 " routes=%u macs=%u digest=%016" PRIx64 "%s%s",
                   "Change %" PRIu64 ", %u routes, %u MAC addresses, digest %016" PRIx64 ".%s%s",
                   *view->seq, sum.routes, sum.macs, sum.digest, state_key(view), state_of(view));
}

static void help(struct view *view)
{
    if (view->console->menu)
        menu_show(view->console->menu);
    for (int kind = 0; kind < COMMAND_COUNT; kind++) {
        const struct command_help *line = command_help((enum command_kind)kind);

        if (line->sides & view->side)
            console_print(view->console, "%-44s  %s\n", line->usage, line->text);
    }
    console_answer(view->console, "ok help", "Empty line: the menu.");
}

bool view_command(struct view *view, const struct command *command)
{
    if (command->kind == COMMAND_SHOW)
        show(view, &command->filter);
    else if (command->kind == COMMAND_SHOW_ARP)
        show_arp(view);
    else if (command->kind == COMMAND_LOOKUP)
        lookup(view, command->address);
    else if (command->kind == COMMAND_LOOKUP_MAC)
        lookup_mac(view, command->arp.mac);
    else if (command->kind == COMMAND_DIGEST)
        digest(view);
    else if (command->kind == COMMAND_HELP)
        help(view);
    else
        return false;
    return true;
}
