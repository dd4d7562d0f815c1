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

static enum console_more show_more(void *arg)
{
    return show_rows(arg, false);
}

void view_freeze(struct view *view)
{
    if (view->console->more != show_more)
        return;
    show_rows(view, true);
    view->console->more = NULL;
}

static void show(struct view *view, const struct filter *filter)
{
    view->filter = *filter;
    view->last = filter->inside; /* the walk begins there and ends where it ends */
    view->begun = false;
    view->rows = 0;
    heading(view);
    view->console->more = show_more;
    view->console->more_arg = view;
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
    else if (command->kind == COMMAND_LOOKUP)
        lookup(view, command->address);
    else if (command->kind == COMMAND_DIGEST)
        digest(view);
    else if (command->kind == COMMAND_HELP)
        help(view);
    else
        return false;
    return true;
}
