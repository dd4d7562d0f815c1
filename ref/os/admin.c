/* SPDX-License-Identifier: MIT */
#include "os/admin.h"

#include <inttypes.h>
#include <stdio.h>

#include "os/mq.h"
#include "os/survey.h"

enum { TELL_MS = 1000 }; /* between two notices of a load's progress */

void admin_init(struct admin *admin, struct server *server, struct console *console)
{
    *admin = (struct admin){.server = server, .console = console};
    admin->view = (struct view){.console = console,
                                .side = COMMAND_SERVER,
                                .table = &server->origin.table,
                                .seq = &server->origin.seq};
}

void admin_finish(struct admin *admin)
{
    load_finish(&admin->load);
    if (admin->save.fd > 0)
        save_abandon(&admin->save);
}

static void refuse(struct admin *admin, enum refusal refusal, struct prefix prefix)
{
    char reason[REASON_SIZE];

    refusal_explain(refusal, prefix, reason);
    console_refuse(admin->console, refusal, reason);
}

static void change(struct admin *admin, enum frame_op op, const struct route *route)
{
    static const char *const lines[] = {
        [OP_CREATE] = "ok create seq=",
        [OP_UPDATE] = "ok update seq=",
        [OP_DELETE] = "ok delete seq=",
    };
    static const char *const words[] = {
        [OP_CREATE] = "Created: change ",
        [OP_UPDATE] = "Updated: change ",
        [OP_DELETE] = "Deleted: change ",
    };
    enum refusal refusal;

    if (admin->load.loader && loader_holds(admin->load.loader, route->prefix))
        refusal = REFUSED_LOADING; /* CON-17 */
    else
        refusal = server_change(admin->server, op, route);
    if (refusal)
        refuse(admin, refusal, route->prefix);
    else
        console_answer_number(admin->console, lines[op], words[op], admin->server->origin.seq);
}

static void change_arp(struct admin *admin, enum frame_op op, const struct arp_entry *entry)
{
    char reason[REASON_SIZE];
    enum refusal refusal;

    if (admin->load.loader && loader_holds_mac(admin->load.loader, entry->mac))
        refusal = REFUSED_LOADING; /* CON-17 */
    else
        refusal = server_change_arp(admin->server, op, entry);
    if (refusal) {
        arp_explain(refusal, entry->mac, reason);
        console_refuse(admin->console, refusal, reason);
    } else if (op == OP_CREATE) {
        console_answer(admin->console, "ok arp add seq=%" PRIu64, "Added: change %" PRIu64 ".",
                       admin->server->origin.seq);
    } else {
        console_answer(admin->console, "ok arp delete seq=%" PRIu64, "Deleted: change %" PRIu64 ".",
                       admin->server->origin.seq);
    }
}

static enum console_more wait_more(void *arg);

static void tell_loaded(struct admin *admin)
{
    const struct outcome *outcome = &admin->outcome;

    if (admin->unasked && !admin->loader)
        console_notice(admin->console, "loaded %s: routes=%u macs=%u seq=%" PRIu64,
                       admin->load.path, outcome->routes, outcome->macs, outcome->seq);
    else
        console_answer(admin->console, "ok load routes=%u macs=%u seq=%" PRIu64,
                       "Loaded %u routes, %u MAC addresses: change %" PRIu64 ".", outcome->routes,
                       outcome->macs, outcome->seq);
}

/* The load of the start: who was to begin with a table does not go on without. */
static void give_up(struct admin *admin)
{
    fprintf(stderr, "rtm-server: --load: %s: %s\n", refusal_name(admin->outcome.refusal),
            admin->outcome.reason);
    admin->quit = true;
    admin->lost = admin->outcome.refusal != REFUSED_ENDED; /* CON-13: it was told to end */
}

/* The end of a load, an answer to its command or a notice. A `wait` has no rows to come between. */
static void tell_outcome(struct admin *admin)
{
    struct outcome *outcome = &admin->outcome;

    if (!outcome->held || (admin->console->more && admin->console->more != wait_more))
        return;
    if (admin->unasked && !admin->loader && !outcome->refusal && !console_room(admin->console))
        return; /* a notice would be dropped */
    outcome->held = false;
    console_answer_for(admin->console, admin->loader);
    if (!outcome->refusal)
        tell_loaded(admin);
    else if (admin->unasked && !admin->loader)
        give_up(admin);
    else
        console_refuse(admin->console, outcome->refusal, outcome->reason);
    console_answer_for(admin->console, NULL);
}

static void end_load(struct admin *admin, enum refusal refusal)
{
    admin->outcome.held = true;
    admin->outcome.refusal = refusal;
    if (admin->load.loader) {
        admin->outcome.macs = loader_macs(admin->load.loader);
        admin->outcome.routes = loader_rows(admin->load.loader) - admin->outcome.macs;
    }
    admin->outcome.seq = admin->server->origin.seq;
    load_finish(&admin->load);
    tell_outcome(admin);
    admin->console_first = admin->loader;
}

/* CON-20: one file at a time. */
static bool refuse_busy(struct admin *admin)
{
    const char *what = admin->load.loader ? "load" : admin->save.fd > 0 ? "save" : NULL;
    char reason[REASON_SIZE];

    if (!what)
        return false;
    snprintf(reason, sizeof(reason), "a %s is running; wait for it to end", what);
    console_refuse(admin->console, REFUSED_BUSY, reason);
    return true;
}

static void load(struct admin *admin, struct word path, bool unasked)
{
    enum refusal refusal;

    if (refuse_busy(admin))
        return;
    admin->outcome.held = false; /* a notice that had no room */
    admin->loader = admin->console->teller;
    admin->unasked = unasked || admin->loader;
    refusal = load_start(&admin->load, admin->server, path, admin->outcome.reason);
    if (refusal)
        end_load(admin, refusal);
}

void admin_preload(struct admin *admin, struct word path)
{
    load(admin, path, true);
}

static void tell_progress(struct admin *admin)
{
    struct load *running = &admin->load;
    int64_t now = loop_now();

    if (now - running->told < TELL_MS)
        return;
    running->told = now;
    if (running->fd >= 0)
        console_notice(admin->console, "load %s: checked %u lines", running->path,
                       loader_line(running->loader));
    else
        console_notice(admin->console, "load %s: applied %u of %u rows", running->path,
                       loader_applied(running->loader), loader_rows(running->loader));
}

bool admin_turn(struct admin *admin)
{
    enum refusal refusal;
    enum file_state state;

    admin->console_first = false;
    tell_outcome(admin);
    if (!admin->load.loader)
        return false;
    if (load_applies(&admin->load))
        view_freeze(&admin->view);
    state = load_turn(&admin->load, &refusal, admin->outcome.reason);
    tell_progress(admin);
    if (state != FILE_RUNNING)
        end_load(admin, refusal);
    return true; /* a `wait` may be over */
}

static enum console_more save_more(void *arg)
{
    struct admin *admin = arg;
    char reason[REASON_SIZE];
    enum file_state state = save_turn(&admin->save, reason);

    if (state == FILE_RUNNING)
        return MORE_GOES_ON;
    if (state == FILE_REFUSED)
        console_refuse(admin->console, REFUSED_FILE, reason);
    else
        console_answer(admin->console, "ok save routes=%u macs=%u",
                       "Saved %u routes, %u MAC addresses.", admin->save.routes, admin->save.macs);
    admin->save.fd = 0;
    return MORE_YIELDS; /* to the messages that had to wait for it: ROB-13 */
}

static void save(struct admin *admin, struct word path)
{
    char reason[REASON_SIZE];
    enum refusal refusal;

    if (refuse_busy(admin))
        return;
    refusal = save_start(&admin->save, admin->server->origin.table, path, reason);
    if (refusal) {
        admin->save.fd = 0;
        console_refuse(admin->console, refusal, reason);
        return;
    }
    admin->console->more = save_more;
    admin->console->more_arg = admin;
    admin->console->more_silent = true;
}

static enum console_more wait_more(void *arg)
{
    struct admin *admin = arg;

    if (admin->load.loader)
        return MORE_WAITS;
    console_answer(admin->console, "ok wait", "No load is running.");
    return MORE_FINISHED;
}

static void wait_for_load(struct admin *admin)
{
    admin->console->more = wait_more;
    admin->console->more_arg = admin;
}

/* What is left undone is refused, and nobody waits for it any more. */
void admin_end(struct admin *admin)
{
    struct console *console = admin->console;
    bool waits = console->more == wait_more;

    view_freeze(&admin->view);
    if (admin->save.fd > 0) {
        save_abandon(&admin->save);
        admin->save.fd = 0;
        console_refuse(console, REFUSED_ENDED, "the server ends; the file is as it was");
    }
    console->more = NULL;
    if (admin->load.loader) {
        snprintf(admin->outcome.reason, REASON_SIZE, "the server ends; %u of the rows were applied",
                 loader_applied(admin->load.loader));
        end_load(admin, REFUSED_ENDED);
    }
    tell_outcome(admin);
    if (waits)
        console_answer(console, "ok wait", "No load is running.");
}

/* A row that was checked before a flush would be created after it: CON-22. */
static void flush(struct admin *admin)
{
    const struct origin *origin = &admin->server->origin;
    enum refusal refusal;
    uint32_t signalled;

    if (refuse_busy(admin))
        return;
    refusal = server_flush(admin->server, &signalled);
    if (refusal)
        console_refuse(admin->console, refusal,
                       "there is no memory to tell the clients; nothing was flushed");
    else
        console_answer(admin->console, "ok flush seq=%" PRIu64 " flushes=%u signalled=%u",
                       "Flushed: change %" PRIu64 ", flush %u, %u clients signalled.", origin->seq,
                       (uint32_t)origin->epoch, signalled);
}

static void execute(struct admin *admin, const struct command *command)
{
    switch (command->kind) {
    case COMMAND_CREATE:
        change(admin, OP_CREATE, &command->route);
        break;
    case COMMAND_UPDATE:
        change(admin, OP_UPDATE, &command->route);
        break;
    case COMMAND_DELETE:
        change(admin, OP_DELETE, &command->route);
        break;
    case COMMAND_FLUSH:
        flush(admin);
        break;
    case COMMAND_ARP_ADD:
        change_arp(admin, OP_CREATE, &command->arp);
        break;
    case COMMAND_ARP_DELETE:
        change_arp(admin, OP_DELETE, &command->arp);
        break;
    case COMMAND_LOAD:
        load(admin, command->path, false);
        break;
    case COMMAND_SAVE:
        save(admin, command->path);
        break;
    case COMMAND_WAIT:
        wait_for_load(admin);
        break;
    case COMMAND_SHOW_CLIENTS:
        survey_clients(admin->console, admin->server);
        break;
    case COMMAND_STATS:
        survey_counters(admin->console, admin->server, admin->messages);
        break;
    case COMMAND_QUIT:
        admin_end(admin);
        console_answer(admin->console, "ok quit", "Goodbye.");
        console_say_last(admin->console);
        admin->quit = true;
        break;
    default:
        view_command(&admin->view, command);
    }
}

bool admin_takes_messages(struct admin *admin)
{
    bool starts = admin->load.loader && admin->unasked && !admin->loader;
    bool hears = console_hears(admin->console); /* always: console_timeout() rests on it */

    return hears && admin->save.fd <= 0 && !admin->quit && !starts && !admin->console_first;
}

/* MQ-7: what changes the tables. Rows would have no reader, and the end of the server is its
 * console's. */
static bool queue_takes(enum command_kind kind)
{
    return kind <= COMMAND_FLUSH || kind == COMMAND_LOAD;
}

static enum refusal parse_message(struct word message, struct command *command,
                                  char reason[REASON_SIZE])
{
    enum refusal refusal;

    if (message.size > MQ_COMMAND) {
        snprintf(reason, REASON_SIZE, "the message is too long; expected at most %d bytes",
                 MQ_COMMAND);
        return REFUSED_SYNTAX;
    }
    refusal = command_parse(message, COMMAND_SERVER, command, reason);
    if (refusal || queue_takes(command->kind))
        return refusal;
    snprintf(reason, REASON_SIZE, "%.*s is no command of a queue; expected a change of the tables",
             (int)command_name_size(command->kind), command_help(command->kind)->usage);
    return REFUSED_UNAVAILABLE;
}

void admin_message(struct admin *admin, const char *queue, struct word message)
{
    struct command command;
    char reason[REASON_SIZE];
    enum refusal refusal;

    admin->messages++;
    if (message.size > 0 && message.text[message.size - 1] == '\n')
        message.size--; /* MQ-5 */
    if (command_skips(message))
        return;
    refusal = parse_message(message, &command, reason);
    if (!refusal) { /* an answer of the console's, or of a load, and its end is not the log's */
        view_freeze(&admin->view);
        tell_outcome(admin);
    }
    console_answer_for(admin->console, queue);
    if (refusal)
        console_refuse(admin->console, refusal, reason);
    else
        execute(admin, &command);
    console_answer_for(admin->console, NULL);
}

static bool changes_route(const struct command *command)
{
    return command->kind == COMMAND_CREATE || command->kind == COMMAND_UPDATE ||
           command->kind == COMMAND_DELETE;
}

/* Lines are parsed up to the first that is not a change of a route: parsing depends on nothing
 * that they change. */
struct batch {
    struct command commands[CONSOLE_AHEAD];
    struct prefix prefixes[CONSOLE_AHEAD];
    size_t lines, count; /* parsed, and of them commands */
    bool other;          /* the last command is no change of a route */
    enum refusal refusal;
    char reason[REASON_SIZE];
};

static void parse(struct batch *batch, const struct word *lines, size_t count)
{
    batch->lines = batch->count = 0;
    batch->other = false;
    while (batch->lines < count && !batch->other) {
        struct word line = lines[batch->lines++];
        struct command *command = &batch->commands[batch->count];

        if (command_skips(line))
            continue;
        batch->refusal = command_parse(line, COMMAND_SERVER, command, batch->reason);
        batch->other = batch->refusal || !changes_route(command);
        if (!batch->other)
            batch->prefixes[batch->count++] = command->route.prefix;
    }
}

size_t admin_lines(void *arg, const struct word *lines, size_t count)
{
    struct admin *admin = arg;
    struct batch batch;

    tell_outcome(admin); /* no answer is unfinished here */
    if (admin->quit)
        return count;
    parse(&batch, lines, count);
    table_expect(admin->server->origin.table, batch.prefixes, batch.count);
    for (size_t i = 0; i < batch.count; i++)
        execute(admin, &batch.commands[i]);
    if (batch.other && batch.refusal)
        console_refuse(admin->console, batch.refusal, batch.reason);
    else if (batch.other)
        execute(admin, &batch.commands[batch.count]);
    return batch.lines;
}
