/* SPDX-License-Identifier: MIT */
#include "sim/scenario.h"

#include <inttypes.h>
#include <string.h>

#include "sim/teller.h"
#include "sim/universe.h"

/* A client of the scenario: what it has to show, by what it was told. */
struct copy {
    bool started, dead, connected, within, synchronised;
    uint64_t epoch;
    state_t shown;
    size_t passed; /* bytes of a frame that was begun */
};

struct writer {
    FILE *file;
    const struct failure *failure;
    struct copy copies[CLIENTS_MAX];
    bool served, serves, macs;
    bool streams;  /* it is about what the server sends: probes alone follow it */
    bool doubtful; /* the real server may send other frames */
    unsigned unsaid, tables;
};

static const struct {
    enum tapped type;
    const char *name, *id;
} frames[] = {
    {TAPPED_HELLO, "HELLO", "SES-1"},
    {TAPPED_PID, "PID", "SES-5"},
    {TAPPED_RESYNC, "RESYNC", "SYN-13"},
    {TAPPED_WELCOME, "WELCOME", "SES-2"},
    {TAPPED_BEGIN, "SNAPSHOT_BEGIN", "SYN-1"},
    {TAPPED_ROUTE, "ROUTE", "SYN-11"},
    {TAPPED_MAC, "MAC", "ARP-12"},
    {TAPPED_END, "SNAPSHOT_END", "SYN-1"},
    {TAPPED_FLUSH, "FLUSH", "FLU-3"},
    {TAPPED_DIGEST, "DIGEST", "SYN-17"},
    {TAPPED_ERROR, "ERROR", "SES-14"},
    {TAPPED_BYE, "BYE", "SES-9"},
};

static unsigned frame_of(const struct tap *tap)
{
    unsigned at = 0;

    while (at + 1 < sizeof(frames) / sizeof(*frames) && frames[at].type != tap_type(tap))
        at++;
    return at;
}

static struct copy *copy_of(struct writer *writer, enum actor actor)
{
    return &writer->copies[actor - ACTOR_A];
}

/* -- what a client has to show ------------------------------------------------------------------
 */

static void adopt(struct copy *copy, uint64_t epoch)
{
    copy->epoch = epoch;
    copy->shown = 0;
    copy->within = false;
}

static void hear(struct copy *copy, const struct told_event *event)
{
    enum tapped type = tap_type(event->tap);

    if (tap_epoch(event->tap) < copy->epoch)
        return;
    if (tap_epoch(event->tap) > copy->epoch)
        adopt(copy, tap_epoch(event->tap));
    if (type == TAPPED_BEGIN)
        copy->within = true;
    if (type == TAPPED_END || type == TAPPED_FLUSH) {
        copy->within = false;
        copy->synchronised = true;
    }
    if (copy->synchronised && !copy->within && type >= TAPPED_ROUTE && type <= TAPPED_FLUSH)
        copy->shown = event->state;
}

/* -- steps --------------------------------------------------------------------------------------
 */

static void begin_client(struct writer *writer, enum actor actor)
{
    struct copy *copy = copy_of(writer, actor);
    const char *name = actor_name(actor);

    if (!copy->started)
        fprintf(writer->file, "probe P%s of S\nprobe Q%s listens\nclient %s of Q%s\n", name, name,
                name, name);
    else if (copy->dead)
        fprintf(writer->file, "start %s again\n", name);
    if (copy->started)
        fprintf(writer->file, "P%s connects\n", name);
    fprintf(writer->file, "expect Q%s connected  [SES-%d]\n", name, copy->started ? 12 : 13);
    *copy = (struct copy){.started = true, .connected = true};
}

/* A probe in the place of a client. */
static void speak(struct writer *writer, const struct told_event *event)
{
    struct copy *copy = copy_of(writer, event->actor);
    const char *name = actor_name(event->actor);

    if (tap_type(event->tap) == TAPPED_HELLO) {
        fprintf(writer->file, copy->started ? "P%s connects\n" : "probe P%s of S\n", name);
        fprintf(writer->file, "P%s sends HELLO version_min=1 version_max=1\n", name);
        *copy = (struct copy){.started = true, .connected = true};
    } else if (copy->connected && tap_type(event->tap) == TAPPED_RESYNC) {
        fprintf(writer->file, "P%s sends RESYNC seq=%" PRIu64 "\n", name, tap_seq(event->tap));
    }
}

static void pass_up(struct writer *writer, const struct told_event *event)
{
    const char *name = actor_name(event->actor);
    unsigned frame = frame_of(event->tap);

    if (writer->streams) {
        speak(writer, event);
        return;
    }
    /* the probe is not the client: its PID would be refused; a needless RESYNC is what went wrong
     */
    if (copy_of(writer, event->actor)->connected &&
        (tap_type(event->tap) == TAPPED_HELLO ||
         (tap_type(event->tap) == TAPPED_RESYNC && writer->failure->class != CLASS_NEEDLESS)))
        fprintf(writer->file, "expect Q%s passes %s to P%s  [%s]\n", name, frames[frame].name, name,
                frames[frame].id);
}

static void pass_down(struct writer *writer, const struct told_event *event)
{
    struct copy *copy = copy_of(writer, event->actor);
    const char *name = actor_name(event->actor);
    unsigned frame = frame_of(event->tap);

    if (copy->passed > 0)
        fprintf(writer->file, "Q%s uncorks\n", name);
    else
        fprintf(writer->file, "expect P%s passes %s to Q%s  [%s]\n", name, frames[frame].name, name,
                frames[frame].id);
    fprintf(writer->file, "await Q%s taken\n", name);
    copy->passed = 0;
    hear(copy, event);
}

static void unsaid(struct writer *writer, const char *what)
{
    fprintf(writer->file, "# cannot be said: %s\n", what);
    writer->unsaid++;
}

/* A part of a frame: the probe keeps what is behind it. */
static void pass_part(struct writer *writer, const struct told_event *event)
{
    struct copy *copy = copy_of(writer, event->actor);
    const char *name = actor_name(event->actor);
    unsigned frame = frame_of(event->tap);
    size_t have = event->tap->have;

    if (have <= copy->passed)
        return;
    if (have < TAP_HEADER) {
        unsaid(writer, "less than the header of a frame comes");
        return;
    }
    if (copy->passed == 0)
        fprintf(writer->file, "Q%s corks\nexpect P%s passes %s to Q%s  [%s]\n", name, name,
                frames[frame].name, name, frames[frame].id);
    fprintf(writer->file, "Q%s uncorks %zu bytes\nawait Q%s taken\n", name, have - copy->passed,
            name);
    copy->passed = have;
}

static void take_signal(struct writer *writer, const struct told_event *event)
{
    struct copy *copy = copy_of(writer, event->actor);
    const char *name = actor_name(event->actor);

    fprintf(writer->file, "kill %s USR1\nawait %s took its signals\n", name, name);
    if (copy->connected && event->epoch > copy->epoch)
        adopt(copy, event->epoch);
}

static void end_connection(struct writer *writer, enum actor actor)
{
    struct copy *copy = copy_of(writer, actor);
    const char *name = actor_name(actor);

    if (copy->connected && !writer->streams)
        fprintf(writer->file, "Q%s closes\n", name);
    if (copy->connected)
        fprintf(writer->file, "P%s closes\n", name);
    *copy = (struct copy){.started = copy->started, .dead = copy->dead};
}

/* -- moves --------------------------------------------------------------------------------------
 */

static void say_change(struct writer *writer, const struct move *move)
{
    struct route route = universe_route(move->key, move->value);
    struct arp_entry entry = {.mac = universe_mac(move->key),
                              .address = universe_address(move->value)};
    char line[ROUTE_LINE], mac[MAC_TEXT], address[ADDRESS_TEXT];

    route_format(&route, line);
    mac_format(entry.mac, mac);
    address_format(entry.address, address);
    if (move->kind == MOVE_DELETE)
        line[strcspn(line, " ")] = 0;
    if (move->kind == MOVE_CREATE || move->kind == MOVE_UPDATE || move->kind == MOVE_DELETE)
        fprintf(writer->file, "S %s %s\n",
                move->kind == MOVE_CREATE   ? "create"
                : move->kind == MOVE_UPDATE ? "update"
                                            : "delete",
                line);
    else if (move->kind == MOVE_ADD)
        fprintf(writer->file, "S arp add %s %s\n", mac, address);
    else
        fprintf(writer->file, "S arp delete %s\n", mac);
    writer->macs |= move->kind == MOVE_ADD;
}

static bool is_there(struct writer *writer, enum actor actor)
{
    if (actor == ACTOR_SERVER)
        return writer->serves;
    return copy_of(writer, actor)->started && !copy_of(writer, actor)->dead;
}

static const char *name_of(enum actor actor)
{
    return actor == ACTOR_SERVER ? "S" : actor_name(actor);
}

/* It is killed, or quits. */
static void end_process(struct writer *writer, enum actor actor, bool killed)
{
    if (!is_there(writer, actor))
        return;
    fprintf(writer->file, killed ? "kill %s KILL\n" : "quit %s\n", name_of(actor));
    if (actor == ACTOR_SERVER) {
        writer->serves = false;
    } else {
        copy_of(writer, actor)->dead = true;
        end_connection(writer, actor);
    }
}

static bool has_place(const struct move *move)
{
    return move->actor == ACTOR_SERVER || actor_is_client(move->actor);
}

static bool can_be_said(const struct move *move)
{
    switch (move->kind) {
    case MOVE_SPOIL:
    case MOVE_SAY:
    case MOVE_GO:
        return false;
    case MOVE_KNOB: /* the sizes of buffers only say how soon it happens */
        return move->key == KNOB_CLIENTS;
    case MOVE_LOOKUP:
    case MOVE_SIGNAL:
        return move->stop == 0 && move->ages == 0;
    default:
        return move->stop == 0 && has_place(move);
    }
}

/* Whether it decides what the server sends, and not only how that comes to a client. */
static bool shapes_stream(const struct move *move)
{
    return move->kind == MOVE_KNOB && move->key != KNOB_UP && move->key != KNOB_DOWN &&
           move->key != KNOB_TRIES;
}

static void say_move(struct writer *writer, const struct move *move, unsigned depth)
{
    char line[MOVE_LINE];

    move_format(move, line);
    if (depth > 0 || !can_be_said(move)) {
        unsaid(writer, line);
        writer->doubtful |= shapes_stream(move);
        return;
    }
    switch (move->kind) {
    case MOVE_CREATE:
    case MOVE_UPDATE:
    case MOVE_DELETE:
    case MOVE_ADD:
    case MOVE_REMOVE:
        say_change(writer, move);
        break;
    case MOVE_FLUSH:
        fprintf(writer->file, "S flush\n");
        break;
    case MOVE_KILL:
        end_process(writer, (enum actor)move->actor, true);
        break;
    case MOVE_STOP:
    case MOVE_CONTINUE:
        if (is_there(writer, (enum actor)move->actor))
            fprintf(writer->file, "%s %s\n", move->kind == MOVE_STOP ? "stop" : "continue",
                    name_of((enum actor)move->actor));
        break;
    default: /* what becomes of it is told by the frames that pass */
        break;
    }
}

static void tell(void *arg, const struct told_event *event)
{
    struct writer *writer = arg;

    if (event->told == TOLD_MOVE) {
        say_move(writer, event->move, event->depth);
        return;
    }
    if (event->told == TOLD_SERVED) {
        fprintf(writer->file, "%s S\n", writer->served ? "restart" : "server");
        writer->served = writer->serves = true;
    }
    if (event->told == TOLD_QUITS)
        end_process(writer, event->actor, false);
    if (!actor_is_client(event->actor) || event->told == TOLD_QUITS)
        return;
    if (writer->streams && event->told != TOLD_SAID && event->told != TOLD_ENDED)
        return;
    switch (event->told) {
    case TOLD_CONNECTED:
        begin_client(writer, event->actor);
        break;
    case TOLD_SAID:
        pass_up(writer, event);
        break;
    case TOLD_HEARD:
        pass_down(writer, event);
        break;
    case TOLD_HELD:
        pass_part(writer, event);
        break;
    case TOLD_SIGNALLED:
        take_signal(writer, event);
        break;
    default:
        end_connection(writer, event->actor);
    }
}

/* -- what has to hold ---------------------------------------------------------------------------
 */

_Static_assert((int)ARP_LINE <= (int)ROUTE_LINE, "one line holds either");

static void write_rows(struct writer *writer, state_t state)
{
    char line[ROUTE_LINE];

    for (unsigned key = 0; key < ROUTES; key++)
        if (state_route(state, key)) {
            struct route route = universe_route(key, state_route(state, key));

            route_format(&route, line);
            fprintf(writer->file, "  %s\n", line);
        }
    for (unsigned key = 0; key < MACS; key++)
        if (state_mac(state, key)) {
            struct arp_entry entry = {.mac = universe_mac(key),
                                      .address = universe_address(state_mac(state, key))};

            arp_format(&entry, line);
            fprintf(writer->file, "  %s\n", line);
        }
}

static void expect_shown(struct writer *writer, enum actor actor)
{
    const struct copy *copy = copy_of(writer, actor);
    const char *name = actor_name(actor), *id = writer->failure->requirement;

    if (copy->connected && !copy->synchronised)
        return;
    if (copy->shown == 0) {
        fprintf(writer->file, "expect %s shows nothing  [%s]\n", name, id);
        return;
    }
    fprintf(writer->file, "file T%u\n", ++writer->tables);
    write_rows(writer, copy->shown);
    fprintf(writer->file, "end\nexpect %s shows T%u  [%s]\n", name, writer->tables, id);
}

static void expect_of(struct writer *writer, enum actor actor)
{
    const char *name = actor_name(actor), *id = writer->failure->requirement;

    switch (writer->failure->class) {
    case CLASS_UNEQUAL:
    case CLASS_STUCK:
    case CLASS_BUSY:
        fprintf(writer->file, "expect %s equals S  [%s]\n", name, id);
        break;
    case CLASS_EPOCH:
    case CLASS_NUMBER:
    case CLASS_SNAPSHOT:
        fprintf(writer->file, "expect P%s follows S  [%s]\n", name, id);
        break;
    case CLASS_NEEDLESS:
    case CLASS_MANNERS:
        fprintf(writer->file, "expect %s in state synchronised  [%s]\n", name, id);
        break;
    case CLASS_WRONG: /* what the object holds is asked below */
    case CLASS_MISSED:
    case CLASS_ENDLESS:
        break;
    default:
        expect_shown(writer, actor);
    }
}

/* What the real processes may not meet where the run did: their buffers are larger. */
static void doubt(struct writer *writer, const struct outcome *outcome)
{
    static const enum cover races[] = {COVER_BACKLOG_DROPPED, COVER_CHANGE_IN_SNAPSHOT,
                                       COVER_FLUSH_IN_SNAPSHOT, COVER_RESYNC_IN_SNAPSHOT};

    for (size_t i = 0; i < sizeof(races) / sizeof(*races); i++)
        if (outcome->cover[races[i]] > 0) {
            unsaid(writer, cover_text(races[i]));
            writer->doubtful = true;
        }
    if (writer->failure->class == CLASS_WRONG || writer->failure->class == CLASS_MISSED)
        unsaid(writer, "the object has 16 slots only, and MACs meet in them");
}

static void expect(struct writer *writer)
{
    for (enum actor actor = ACTOR_A; actor <= ACTOR_D; actor++)
        if (copy_of(writer, actor)->started && !copy_of(writer, actor)->dead)
            expect_of(writer, actor);
    if (writer->serves && writer->macs)
        fprintf(writer->file, "expect S shm right  [SHM-8]\n");
    else if (writer->serves)
        fprintf(writer->file, "expect S right  [TBL-1]\n");
}

static bool has_kind(const struct moves *moves, enum move_kind kind)
{
    for (size_t i = 0; i < moves->count; i++)
        if (moves->list[i].kind == kind)
            return true;
    return false;
}

bool scenario_write(FILE *file, const struct moves *moves, const struct failure *failure,
                    unsigned *unsaid)
{
    struct writer writer = {.file = file,
                            .failure = failure,
                            .streams = failure->class == CLASS_EPOCH ||
                                       failure->class == CLASS_NUMBER ||
                                       failure->class == CLASS_SNAPSHOT};
    const struct teller teller = {&writer, tell};
    const struct plan plan = {.replay = moves, .teller = &teller};
    struct world *world = world_create();
    struct outcome outcome = {0};

    fprintf(file,
            "# from seed %" PRIu64 " of rtm-sim, class %s: %s\n"
            "title    %s\n"
            "needs    routes flush%s\n"
            "tags     signals\n\n",
            failure->seed, class_word(failure->class), failure->text, class_text(failure->class),
            has_kind(moves, MOVE_ADD) ? " mac" : "");
    world_run(world, &plan, &outcome);
    doubt(&writer, &outcome);
    expect(&writer);
    outcome_finish(&outcome);
    world_destroy(world);
    *unsaid = writer.unsaid;
    return !writer.doubtful;
}
