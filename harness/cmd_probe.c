/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Probes.
 */
#include "actor.h"
#include "agent.h"
#include "command_list.h"
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct probe *the_probe(struct world *w, const struct step *s, size_t i)
{
    return world_probe(w, step_word(s, i));
}

int run_probe(struct world *w, const struct step *s)
{
    const char *socket = world_actor(w, step_word(s, 3))->socket;
    struct agent *process = s->words.n > 5 ? world_agent(w, step_word(s, 5)) : NULL;

    return probe_connect(w, step_word(s, 1), socket, process) ? 0 : -1;
}

int run_probe_listens(struct world *w, const struct step *s)
{
    return probe_listen(w, step_word(s, 1)) ? 0 : -1;
}

int run_probe_connects(struct world *w, const struct step *s)
{
    return probe_reconnect(w, the_probe(w, s, 0));
}

/* Sets one "field=value"; digest:FILE stands for the digest of a table file. */
static int set_field(struct world *w, struct frame *f, const char *field_value)
{
    char *text = world_expand(w, field_value), *value;
    const char *wrong;
    int result = 0;

    if (text == NULL)
        return -1;
    value = strchr(text, '=');
    *value++ = '\0';
    if (strncmp(value, "digest:", 7) == 0) {
        struct oracle *table = oracle_create();
        result = world_file(w, value + 7) ? table_read(w, value + 7, table)
                                          : world_fail(w, VERDICT_BROKEN, "no file %s", value + 7);
        char *number = x_printf("%llu", (unsigned long long)oracle_digest(table));
        wrong = wire_set(f, text, number);
        free(number);
        oracle_destroy(table);
    } else {
        wrong = wire_set(f, text, value);
    }
    if (result == 0 && wrong != NULL)
        result = world_fail(w, VERDICT_BROKEN, "%s=%s: %s", text, value, wrong);
    free(text);
    return result;
}

static int build(struct world *w, const struct step *s, const struct probe *p, struct frame *f)
{
    wire_start(f, wire_type_code(step_word(s, 2)));
    if (p->listener >= 0)
        wire_set(f, "epoch", "1.0");
    if (wire_type_of(f) == FRAME_HELLO) {
        wire_set(f, "version_min", "1");
        wire_set(f, "version_max", "1");
    }
    if (wire_type_of(f) == FRAME_WELCOME)
        wire_set(f, "version", "1");
    for (size_t i = 3; i < s->words.n; i++)
        if (set_field(w, f, step_word(s, i)) < 0)
            return -1;
    return 0;
}

static int send_frame(struct world *w, struct probe *p, const struct frame *f, bool dribble)
{
    struct buf text = {0};

    wire_describe(f, &text);
    world_tell(w, "%s > %s", p->name, text.data);
    buf_finish(&text);
    return probe_send(w, p, f->bytes, f->len, dribble);
}

int run_sends(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;

    return build(w, s, p, &f) < 0 ? -1 : send_frame(w, p, &f, false);
}

int run_dribbles(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;

    return build(w, s, p, &f) < 0 ? -1 : send_frame(w, p, &f, true);
}

int run_sends_hex(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct buf bytes = {0};
    int result;

    world_tell(w, "%s > hex %s", p->name, step_word(s, 3));
    if (hex_parse(step_word(s, 3), &bytes))
        result = probe_send(w, p, bytes.data, bytes.len, false);
    else
        result = world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
    buf_finish(&bytes);
    return result;
}

/* Reads on until the replica has seen so many snapshots and, where a server is given, has its
 * table. */
static int read_until(struct world *w, struct probe *p, size_t snapshots,
                      const struct actor *server)
{
    struct replica *r = &p->replica;
    struct buf rows = {0};

    for (;;) {
        bool there = r->snapshots >= snapshots && r->synchronised && !r->in_snapshot;
        if (there &&
            (server == NULL || (oracle_digest(r->visible) == oracle_digest(server->oracle) &&
                                oracle_diff_stream(server->oracle, r->visible, 0, &rows) == 0))) {
            buf_finish(&rows);
            return 0;
        }
        buf_finish(&rows);
        struct frame f;
        int got = probe_next(w, p, &f);
        if (got == 0)
            return world_fail(w, VERDICT_FAIL, "the server closed the connection of %s", p->name);
        if (got > 0)
            continue;
        if (server != NULL && w->outcome.verdict != VERDICT_BROKEN) {
            oracle_diff_stream(server->oracle, r->visible, 10, &rows);
            buf_printf(&w->outcome.detail, "rows of the oracle with -, of %s with +:\n%s", p->name,
                       rows.data ? rows.data : "");
            buf_finish(&rows);
        }
        return -1;
    }
}

static int subscribe(struct world *w, struct probe *p)
{
    struct frame f;

    wire_start(&f, FRAME_HELLO);
    wire_set(&f, "version_min", "1");
    wire_set(&f, "version_max", "1");
    if (send_frame(w, p, &f, false) < 0)
        return -1;
    return read_until(w, p, p->replica.snapshots + 1, NULL);
}

int run_subscribes(struct world *w, const struct step *s)
{
    return subscribe(w, the_probe(w, s, 0));
}

int run_registers(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;
    char pid[16];

    snprintf(pid, sizeof pid, "%d", (int)probe_pid(p));
    wire_start(&f, FRAME_PID);
    wire_set(&f, "pid", pid);
    if (subscribe(w, p) < 0 || send_frame(w, p, &f, false) < 0)
        return -1;
    return probe_wait_taken(w, p);
}

int run_follows(struct world *w, const struct step *s)
{
    return read_until(w, the_probe(w, s, 1), 1, world_actor(w, step_word(s, 3)));
}

int run_gets_snapshot(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);

    return read_until(w, p, p->replica.snapshots + 1, world_actor(w, step_word(s, 6)));
}

int run_sends_snapshot(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct oracle *table = oracle_create();
    struct frame begin, end;
    struct buf bytes = {0};
    char number[24];
    const struct neighbour *n;
    const struct route *r;
    int result = table_read(w, step_word(s, 4), table);

    wire_start(&begin, FRAME_SNAPSHOT_BEGIN);
    wire_set(&begin, "epoch", "1.0");
    wire_set(&begin, "seq", step_word(s, 6));
    buf_add(&bytes, begin.bytes, begin.len);
    for (size_t at = 0; (r = oracle_next(table, &at)) != NULL;) {
        struct frame f;
        wire_start_route(&f, OP_CREATE, r);
        wire_set(&f, "epoch", "1.0");
        buf_add(&bytes, f.bytes, f.len);
    }
    for (size_t at = 0; (n = arp_next(oracle_arp(table), &at)) != NULL;) {
        struct frame f;
        wire_start_mac(&f, OP_CREATE, n->mac);
        wire_set(&f, "epoch", "1.0");
        buf_add(&bytes, f.bytes, f.len);
    }
    wire_start(&end, FRAME_SNAPSHOT_END);
    wire_set(&end, "epoch", "1.0");
    wire_set(&end, "seq", step_word(s, 6));
    snprintf(number, sizeof number, "%zu", oracle_count(table));
    wire_set(&end, "routes", number);
    snprintf(number, sizeof number, "%zu", arp_count(oracle_arp(table)));
    wire_set(&end, "macs", number);
    snprintf(number, sizeof number, "%llu", (unsigned long long)oracle_digest(table));
    wire_set(&end, "digest", number);
    buf_add(&bytes, end.bytes, end.len);
    world_tell(w, "%s > a snapshot of %zu routes and %zu MACs, seq %s", p->name,
               oracle_count(table), arp_count(oracle_arp(table)), step_word(s, 6));
    if (result == 0)
        result = probe_send(w, p, bytes.data, bytes.len, false);
    buf_finish(&bytes);
    oracle_destroy(table);
    return result;
}

int run_await_taken(struct world *w, const struct step *s)
{
    return probe_wait_taken(w, the_probe(w, s, 1));
}

int run_closes(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);

    world_tell(w, "%s closes", p->name);
    probe_close(p);
    return 0;
}

int run_connected(struct world *w, const struct step *s)
{
    return probe_accept(w, the_probe(w, s, 1));
}

/* Compares the fields that the step names. */
static int check_fields(struct world *w, const struct step *s, size_t from, const struct frame *f)
{
    for (size_t i = from; i < s->words.n; i++) {
        char *text = world_expand(w, step_word(s, i)), *value = text ? strchr(text, '=') : NULL;
        if (text == NULL)
            return -1;
        *value++ = '\0';
        const char *wrong = wire_check(f, text, value);
        int result = 0;
        if (wrong != NULL && *wrong != '\0')
            result = world_fail(w, VERDICT_BROKEN, "%s=%s: %s", text, value, wrong);
        else if (wrong != NULL)
            result = world_fail(w, VERDICT_FAIL, "%s is not %s in the frame", text, value);
        free(text);
        if (result < 0) {
            buf_adds(&w->outcome.detail, "frame ");
            wire_describe(f, &w->outcome.detail);
            buf_adds(&w->outcome.detail, "\n");
            return -1;
        }
    }
    return 0;
}

int run_gets(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    int want = wire_type_code(step_word(s, 3)), got;
    struct frame f;

    do
        got = probe_next(w, p, &f);
    while (got == 1 && wire_type_of(&f) == FRAME_DIGEST && want != FRAME_DIGEST);
    if (got < 0)
        return -1;
    if (got == 0)
        return world_fail(w, VERDICT_FAIL, "the peer of %s closed; expected %s", p->name,
                          step_word(s, 3));
    if (wire_type_of(&f) == want)
        return check_fields(w, s, 4, &f);
    world_fail(w, VERDICT_FAIL, "%s got %s; expected %s", p->name, wire_type_name(wire_type_of(&f)),
               step_word(s, 3));
    buf_adds(&w->outcome.detail, "frame ");
    wire_describe(&f, &w->outcome.detail);
    buf_adds(&w->outcome.detail, "\n");
    return -1;
}

int run_finally_gets(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    int want = wire_type_code(step_word(s, 4)), got;
    struct frame f;

    while ((got = probe_next(w, p, &f)) == 1)
        if (wire_type_of(&f) == want)
            return check_fields(w, s, 5, &f);
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the peer of %s closed before it sent %s", p->name,
                   step_word(s, 4));
    return -1;
}

int run_gets_end(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    struct frame f;
    int got;

    while ((got = probe_next(w, p, &f)) == 1)
        if (wire_type_of(&f) != FRAME_ERROR && wire_type_of(&f) != FRAME_BYE)
            return world_fail(w, VERDICT_FAIL, "%s got %s; expected the end", p->name,
                              wire_type_name(wire_type_of(&f)));
    return got;
}

/* The instance that a server greets with; 0 after world_fail(). */
static uint64_t ask_instance(struct world *w, const char *name, const char *socket)
{
    struct probe *p = probe_connect(w, name, socket, NULL);
    struct frame f;
    uint64_t instance = 0;

    if (p == NULL)
        return 0;
    wire_start(&f, FRAME_HELLO);
    wire_set(&f, "version_min", "1");
    wire_set(&f, "version_max", "1");
    if (send_frame(w, p, &f, false) == 0 && probe_next(w, p, &f) == 1)
        instance = wire_number(&f, "epoch") >> 32;
    else if (world_goes_on(w))
        world_fail(w, VERDICT_FAIL, "the server closed instead of answering HELLO");
    probe_close(p);
    return instance;
}

int run_instance_changes(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 3));
    uint64_t before = ask_instance(w, "before", server->socket), after;

    if (before == 0 || actor_quit(w, server) < 0 || actor_start(w, server) < 0)
        return -1;
    after = ask_instance(w, "after", server->socket);
    if (after == 0)
        return -1;
    if (before != after)
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s had instance %llu, and has it again", server->name,
                      (unsigned long long)before);
}
