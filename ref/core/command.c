/* SPDX-License-Identifier: MIT */
#include "core/command.h"

#include <stdio.h>
#include <string.h>

static const struct command_help commands[COMMAND_COUNT] = {
    [COMMAND_CREATE] = {COMMAND_SERVER, "create DEST/MASK GATEWAY OIF", "adds a route"},
    [COMMAND_UPDATE] = {COMMAND_SERVER, "update DEST/MASK GATEWAY OIF", "changes a route"},
    [COMMAND_DELETE] = {COMMAND_SERVER, "delete DEST/MASK", "removes a route"},
    [COMMAND_ARP_ADD] = {COMMAND_SERVER, "arp add MAC ADDRESS", "adds an ARP entry"},
    [COMMAND_ARP_DELETE] = {COMMAND_SERVER, "arp delete MAC", "removes an ARP entry"},
    [COMMAND_FLUSH] = {COMMAND_SERVER, "flush", "empties both tables, here and in every copy"},
    [COMMAND_SHOW_ARP] = {COMMAND_BOTH, "show arp", "shows the ARP table"},
    [COMMAND_SHOW_CLIENTS] = {COMMAND_SERVER, "show clients", "lists the clients"},
    [COMMAND_SHOW] = {COMMAND_BOTH, "show [DEST/MASK] [via GATEWAY] [dev OIF]",
                      "shows the routes, or those that fit"},
    [COMMAND_LOOKUP] = {COMMAND_BOTH, "lookup ADDRESS", "shows the route that an address takes"},
    [COMMAND_LOOKUP_MAC] = {COMMAND_BOTH, "lookup MAC", "shows the ARP entry of a MAC"},
    [COMMAND_LOAD] = {COMMAND_SERVER, "load FILE", "creates the entries of a table file"},
    [COMMAND_SAVE] = {COMMAND_SERVER, "save FILE", "writes both tables to a table file"},
    [COMMAND_WAIT] = {COMMAND_SERVER, "wait", "answers when no load is running"},
    [COMMAND_DIGEST] = {COMMAND_BOTH, "digest", "tells what copies are compared by"},
    [COMMAND_STATS] = {COMMAND_SERVER, "stats", "shows counters"},
    [COMMAND_STATUS] = {COMMAND_CLIENT, "status", "tells how the copy stands"},
    [COMMAND_HELP] = {COMMAND_BOTH, "help", "lists the commands"},
    [COMMAND_QUIT] = {COMMAND_BOTH, "quit", "says farewell and ends"},
};

const struct command_help *command_help(enum command_kind kind)
{
    return &commands[kind];
}

static bool is(struct word word, const char *text)
{
    return word.size > 0 && strncmp(text, word.text, word.size) == 0 && text[word.size] == 0;
}

size_t command_name_size(enum command_kind kind)
{
    const char *usage = commands[kind].usage;
    size_t size = strcspn(usage, " ");

    while (usage[size] && usage[size + 1] >= 'a' && usage[size + 1] <= 'z')
        size += 1 + strcspn(usage + size + 1, " ");
    return size;
}

/* Whether the line, of which `first` is the first word and `behind` the others, begins with the
 * name of the command; `rest` is then what follows. */
static bool names_command(struct word first, struct word behind, enum command_kind kind,
                          struct word *rest)
{
    const char *name = commands[kind].usage, *end = name + command_name_size(kind);
    struct word word = first;

    while (word.size && word.size <= (size_t)(end - name) &&
           memcmp(name, word.text, word.size) == 0) {
        name += word.size;
        if (name == end) {
            *rest = behind;
            return true;
        }
        if (*name++ != ' ')
            return false;
        word = word_next(&behind);
    }
    return false;
}

/* The command whose name the line starts with, the longest such; COMMAND_COUNT if it has none. */
static enum command_kind kind_of(struct word line, struct word *rest)
{
    struct word behind = line, first = word_next(&behind);
    enum command_kind kind = 0;

    while (kind < COMMAND_COUNT && (!first.size || first.text[0] != commands[kind].usage[0] ||
                                    !names_command(first, behind, kind, rest)))
        kind++;
    return kind;
}

static enum refusal misused(const char *usage, const char *what, struct word word,
                            char reason[REASON_SIZE])
{
    char quoted[48];

    if (word.size)
        snprintf(reason, REASON_SIZE, "%s \"%s\"; expected: %s", what, word_quote(word, quoted),
                 usage);
    else
        snprintf(reason, REASON_SIZE, "%s; expected: %s", what, usage);
    return REFUSED_SYNTAX;
}

static const struct word no_word = {"", 0};

/* Takes the next word, which has to be there. */
static enum refusal take(struct word *line, struct word *word, const char *usage,
                         char reason[REASON_SIZE])
{
    *word = word_next(line);
    return word->size ? REFUSED_NOT : misused(usage, "a word is missing", no_word, reason);
}

static enum refusal at_end(struct word line, const char *usage, char reason[REASON_SIZE])
{
    struct word word = word_next(&line);

    return word.size ? misused(usage, "surplus word", word, reason) : REFUSED_NOT;
}

/* All words are there before any is judged: a missing word is what a person sees first. */
static enum refusal parse_route(struct word line, const char *usage, struct route *route,
                                char reason[REASON_SIZE])
{
    struct word prefix, gateway, oif;
    enum refusal refusal;

    if ((refusal = take(&line, &prefix, usage, reason)) ||
        (refusal = take(&line, &gateway, usage, reason)) ||
        (refusal = take(&line, &oif, usage, reason)) || (refusal = at_end(line, usage, reason)) ||
        (refusal = prefix_read(prefix, &route->prefix, reason)) ||
        (refusal = address_read(gateway, &route->gateway, reason)))
        return refusal;
    return oif_read(oif, route->oif, reason);
}

static enum refusal parse_arp(struct word line, const char *usage, struct arp_entry *arp,
                              char reason[REASON_SIZE])
{
    struct word mac, address;
    enum refusal refusal;

    if ((refusal = take(&line, &mac, usage, reason)) ||
        (refusal = take(&line, &address, usage, reason)) ||
        (refusal = at_end(line, usage, reason)) || (refusal = mac_read(mac, &arp->mac, reason)))
        return refusal;
    return address_read(address, &arp->address, reason);
}

enum refusal command_parse_row(struct word line, struct table_row *row, char reason[REASON_SIZE])
{
    struct word rest = line;

    row->is_arp = mac_meant(word_next(&rest));
    if (row->is_arp)
        return parse_arp(line, "MAC ADDRESS", &row->arp, reason);
    return parse_route(line, "DEST/MASK GATEWAY OIF", &row->route, reason);
}

static enum refusal parse_filter(struct word line, const char *usage, struct filter *filter,
                                 char reason[REASON_SIZE])
{
    struct word word, value;
    enum refusal refusal = REFUSED_NOT;
    bool first = true;

    *filter = (struct filter){0};
    while (!refusal && (word = word_next(&line)).size) {
        if (is(word, "via") && !filter->by_gateway) {
            filter->by_gateway = true;
            if (!(refusal = take(&line, &value, usage, reason)))
                refusal = address_read(value, &filter->gateway, reason);
        } else if (is(word, "dev") && !filter->by_oif) {
            filter->by_oif = true;
            if (!(refusal = take(&line, &value, usage, reason)))
                refusal = oif_read(value, filter->oif, reason);
        } else if (first) {
            refusal = prefix_read(word, &filter->inside, reason);
        } else {
            refusal = misused(usage, "surplus word", word, reason);
        }
        first = false;
    }
    return refusal;
}

bool filter_fits(const struct filter *filter, const struct route *route)
{
    return prefix_covers(filter->inside, route->prefix) &&
           (!filter->by_gateway || filter->gateway == route->gateway) &&
           (!filter->by_oif || memcmp(filter->oif, route->oif, OIF_SIZE) == 0);
}

/* The one word of a command that has one. */
static enum refusal parse_one(struct word line, const char *usage, struct word *word,
                              char reason[REASON_SIZE])
{
    enum refusal refusal = take(&line, word, usage, reason);

    return refusal ? refusal : at_end(line, usage, reason);
}

static enum refusal parse_arguments(struct word line, struct command *command,
                                    char reason[REASON_SIZE])
{
    const char *usage = commands[command->kind].usage;
    struct word word;
    enum refusal refusal;

    switch (command->kind) {
    case COMMAND_CREATE:
    case COMMAND_UPDATE:
        return parse_route(line, usage, &command->route, reason);
    case COMMAND_DELETE:
        refusal = parse_one(line, usage, &word, reason);
        return refusal ? refusal : prefix_read(word, &command->route.prefix, reason);
    case COMMAND_ARP_ADD:
        return parse_arp(line, usage, &command->arp, reason);
    case COMMAND_ARP_DELETE:
        refusal = parse_one(line, usage, &word, reason);
        return refusal ? refusal : mac_read(word, &command->arp.mac, reason);
    case COMMAND_SHOW:
        return parse_filter(line, usage, &command->filter, reason);
    case COMMAND_LOOKUP:
    case COMMAND_LOOKUP_MAC: /* what is looked up says which */
        refusal = parse_one(line, "lookup ADDRESS or lookup MAC", &word, reason);
        if (refusal)
            return refusal;
        command->kind = mac_meant(word) ? COMMAND_LOOKUP_MAC : COMMAND_LOOKUP;
        return mac_meant(word) ? mac_read(word, &command->arp.mac, reason)
                               : address_read(word, &command->address, reason);
    case COMMAND_LOAD:
    case COMMAND_SAVE:
        return parse_one(line, usage, &command->path, reason);
    default:
        return at_end(line, usage, reason);
    }
}

/* Whether eight bytes all are from blank to `~`. */
static bool plain(const char bytes[8])
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t all;

    memcpy(&all, bytes, sizeof(all));
    return !((all | (all + each) | (all - ' ' * each)) & 0x80 * each);
}

/* CON-9 */
static bool printable(struct word line)
{
    size_t i = 0;

    while (i < line.size) {
        if (line.size - i >= 8 && plain(line.text + i)) {
            i += 8;
            continue;
        }
        if ((line.text[i] < ' ' && line.text[i] != '\t') || line.text[i] > '~')
            return false;
        i++;
    }
    return true;
}

static enum refusal parse(struct word line, enum command_side side, struct command *command,
                          char reason[REASON_SIZE])
{
    struct word rest = line;
    char quoted[48];

    command->kind = kind_of(line, &rest);
    if (command->kind == COMMAND_COUNT) {
        snprintf(reason, REASON_SIZE, "unknown command \"%s\"; try help",
                 word_quote(word_next(&rest), quoted));
        return REFUSED_SYNTAX;
    }
    if (!(commands[command->kind].sides & side)) {
        snprintf(reason, REASON_SIZE, "%.*s is a command of the %s; try help",
                 (int)command_name_size(command->kind), commands[command->kind].usage,
                 side == COMMAND_CLIENT ? "server" : "client");
        return REFUSED_UNAVAILABLE; /* CON-5 */
    }
    return parse_arguments(rest, command, reason);
}

/* Only a line that is refused, or holds a path, may hold what cannot be printed: all else was
 * compared byte by byte. */
enum refusal command_parse(struct word line, enum command_side side, struct command *command,
                           char reason[REASON_SIZE])
{
    enum refusal refusal = parse(line, side, command, reason);

    if ((refusal || command->kind == COMMAND_LOAD || command->kind == COMMAND_SAVE) &&
        !printable(line)) {
        snprintf(reason, REASON_SIZE,
                 "the line holds a byte that is not printable ASCII; expected a command");
        return REFUSED_SYNTAX;
    }
    return refusal;
}

bool command_skips(struct word line)
{
    size_t first = 0;

    while (first < line.size && (line.text[first] == ' ' || line.text[first] == '\t'))
        first++;
    return first == line.size || line.text[first] == '#';
}
