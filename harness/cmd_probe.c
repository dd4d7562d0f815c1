/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Probes.
 */
#include "actor.h"
#include "agent.h"
#include "bounds.h"
#include "command_list.h"
#include "compose.h"
#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct probe *the_probe(struct world *w, const struct step *s, size_t i)
{
    return world_probe(w, step_word(s, i));
}

int run_probe(struct world *w, const struct step *s)
{
    const struct actor *server = world_actor(w, step_word(s, 3));
    struct agent *process = s->words.n > 5 ? world_agent(w, step_word(s, 5)) : NULL;
    struct probe *p = probe_connect(w, step_word(s, 1), server->socket, process);

    if (p == NULL)
        return -1;
    p->replica.truth = server->oracle;
    return 0;
}

int run_probe_listens(struct world *w, const struct step *s)
{
    char *path = bounds_socket(w, step_word(s, 1));
    int result = probe_listen(w, step_word(s, 1), path) ? 0 : -1;

    free(path);
    return result;
}

int run_probe_connects(struct world *w, const struct step *s)
{
    return probe_reconnect(w, the_probe(w, s, 0));
}

int run_sends(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;

    return compose_frame(w, s, 2, p, &f) < 0 ? -1 : probe_send_frame(w, p, &f, 0);
}

int run_dribbles(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct frame f;

    return compose_frame(w, s, 2, p, &f) < 0 ? -1 : probe_send_frame(w, p, &f, 1);
}

int run_sends_hex(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 0);
    struct buf bytes = {0};
    int result;

    world_tell(w, "%s > hex %s", p->name, step_word(s, 3));
    if (hex_parse(step_word(s, 3), &bytes))
        result = probe_send(w, p, bytes.data, bytes.len, 0);
    else
        result = world_fail(w, VERDICT_BROKEN, "expected pairs of hexadecimal digits");
    buf_finish(&bytes);
    return result;
}

/* How many rows differ; in the network the addresses of ARP entries count. */
static size_t differ(const struct probe *p, const struct actor *server, size_t limit,
                     struct buf *rows)
{
    const struct replica *r = &p->replica;

    return r->network ? oracle_diff(server->oracle, r->visible, limit, rows)
                      : oracle_diff_stream(server->oracle, r->visible, limit, rows);
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
                                differ(p, server, 0, &rows) == 0))) {
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
            differ(p, server, 10, &rows);
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

    p->spoke = true;
    if (p->record != NULL)
        return 0; /* who connects is told */
    compose_hello(&f);
    if (probe_send_frame(w, p, &f, 0) < 0)
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
    if (subscribe(w, p) < 0 || probe_send_frame(w, p, &f, 0) < 0)
        return -1;
    return probe_wait_taken(w, p);
}

int run_follows(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);

    if (!p->spoke)
        return world_fail(w, VERDICT_BROKEN,
                          "%s has said nothing: no stream comes; say \"%s subscribes\" first",
                          p->name, p->name);
    if (p->record != NULL)
        return tell_follow(w, p, world_actor(w, step_word(s, 3))->oracle);
    return read_until(w, p, 1, world_actor(w, step_word(s, 3)));
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
    struct buf bytes = {0};
    int result = table_read(w, step_word(s, 4), table);

    if (result == 0)
        result = compose_snapshot(w, s, 7, p, step_word(s, 6), table, &bytes);
    world_tell(w, "%s > a snapshot of %zu routes and %zu MACs, seq %s", p->name,
               oracle_count(table), arp_count(oracle_arp(table)), step_word(s, 6));
    if (result == 0)
        result = probe_send(w, p, bytes.data, bytes.len, 0);
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
        return compose_check(w, s, 4, &f);
    world_fail(w, VERDICT_FAIL, "%s got %s; expected %s", p->name, wire_type_name(wire_type_of(&f)),
               step_word(s, 3));
    buf_adds(&w->outcome.detail, "frame ");
    wire_describe(&f, &w->outcome.detail);
    buf_adds(&w->outcome.detail, "\n");
    return -1;
}

int run_gets_route_by(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    unsigned long long most = strtoull(step_word(s, 8), NULL, 10);
    struct route wanted, r;
    struct frame f;
    int got;

    if (route_parse_prefix(step_word(s, 5), &wanted) != NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is no prefix", step_word(s, 5));
    while ((got = probe_next(w, p, &f)) == 1) {
        if (wire_type_of(&f) != FRAME_ROUTE)
            continue;
        wire_route(&f, &r);
        if (r.destination == wanted.destination && r.mask == wanted.mask)
            break;
        if (p->seq > most)
            return world_fail(w, VERDICT_FAIL, "%s got change %llu, and none of %s before", p->name,
                              (unsigned long long)p->seq, step_word(s, 5));
    }
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the peer of %s closed", p->name);
    return got == 1 ? 0 : -1;
}

int run_finally_gets(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    int want = wire_type_code(step_word(s, 4)), got;
    struct frame f;

    while ((got = probe_next(w, p, &f)) == 1)
        if (wire_type_of(&f) == want)
            return compose_check(w, s, 5, &f);
    if (got == 0)
        world_fail(w, VERDICT_FAIL, "the peer of %s closed before it sent %s", p->name,
                   step_word(s, 4));
    return -1;
}

int run_gets_end(struct world *w, const struct step *s)
{
    struct probe *p = the_probe(w, s, 1);
    bool last = false; /* ERROR or BYE was read */
    struct frame f;
    int got;

    while ((got = probe_next(w, p, &f)) == 1) {
        int type = wire_type_of(&f);
        last = last || type == FRAME_ERROR || type == FRAME_BYE;
        if (type != FRAME_ERROR && type != FRAME_BYE && (type != FRAME_DIGEST || last))
            return world_fail(w, VERDICT_FAIL, "%s got %s; expected the end", p->name,
                              wire_type_name(type));
    }
    return got;
}

/* The instance that a server greets with; 0 after world_fail(). */
static uint64_t ask_instance(struct world *w, const struct actor *server)
{
    struct frame welcome;

    return compose_greeting(w, server, &welcome) < 0 ? 0 : wire_number(&welcome, "epoch") >> 32;
}

int run_instance_changes(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 3));
    uint64_t before = ask_instance(w, server), after;

    if (before == 0 || actor_quit(w, server) < 0 || actor_start(w, server) < 0)
        return -1;
    after = ask_instance(w, server);
    if (after == 0)
        return -1;
    if (before != after)
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s had instance %llu, and has it again", server->name,
                      (unsigned long long)before);
}
