/* SPDX-License-Identifier: MIT */
#include "case.h"

#include "actor.h"
#include "agent.h"
#include "audit.h"
#include "budget.h"
#include "command.h"
#include "departure.h"
#include "doing.h"
#include "excuse.h"
#include "footing.h"
#include "pace.h"
#include "pair.h"
#include "probe.h"
#include "queue.h"
#include "scope.h"
#include "tier.h"
#include "wrap.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool case_starts(const struct test_case *t, const char *role)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *shape = t->steps[i].command->shape;
        if (strncmp(shape, role, strlen(role)) == 0 ||
            (strncmp(shape, "network ", 8) == 0 && strncmp(shape + 8, role, strlen(role)) == 0))
            return true;
    }
    return false;
}

/* The requirements that the case checks, each once. */
static json_t *cited(const struct test_case *t)
{
    json_t *ids = json_array(), *seen = json_object();

    for (size_t i = 0; i < t->count; i++) {
        const struct requirement *q = t->steps[i].cite;
        if (q == NULL || json_object_get(seen, q->id) != NULL)
            continue;
        json_object_set_new(seen, q->id, json_true());
        json_array_append_new(ids, event_string(q->id));
    }
    json_decref(seen);
    return ids;
}

json_t *case_event(const struct test_case *t, enum verdict verdict, const char *message)
{
    json_t *e = json_pack("{s:s}", "event", "case");

    event_set(e, "case", t->name);
    event_set(e, "only", t->only);
    event_set(e, "title", t->head.title);
    event_set(e, "file", t->file);
    event_set(e, "values", t->values);
    json_object_set_new(e, "cites", cited(t));
    event_set(e, "tier", tier_name(tier_of_case(t)));
    event_set(e, "verdict", verdict_name(verdict));
    event_set(e, "message", message);
    return e;
}

/* A process that ended by itself is a finding, whatever the step looked at. */
static int check_unexpected_ends(struct world *w)
{
    if (departure_check_ends(w) < 0)
        return -1;
    for (size_t i = 0; i < w->agent_count; i++) {
        struct agent *a = w->agents[i];
        if (!a->ended || a->expected_to_end)
            continue;
        char *end = agent_describe_end(a);
        world_fail_for(w, "REG-3", "process %s was ended by %s", a->name, end);
        free(end);
        return -1;
    }
    return 0;
}

static void run_steps(struct world *w, size_t from, size_t to)
{
    for (size_t i = from; i < to && world_goes_on(w); i++) {
        const struct step *s = &w->test->steps[i];
        world_begin_step(w, s);
        if (budget_check(w) == 0 && departure_settle(w, s) == 0 && s->command->run(w, s) == 0)
            check_unexpected_ends(w);
        departure_reconsider(w);
    }
}

static void run_loop(struct world *w, const struct loop *l)
{
    for (int i = 1; i <= l->times && world_goes_on(w); i++) {
        run_steps(w, l->from, l->to);
        if (!world_goes_on(w))
            buf_printf(&w->outcome.detail, "in round %d of %d\n", i, l->times);
    }
}

static void run_all(struct world *w)
{
    const struct test_case *t = w->test;
    size_t at = 0;

    for (size_t i = 0; i < t->loop_count; i++) {
        run_steps(w, at, t->loops[i].from);
        run_loop(w, &t->loops[i]);
        at = t->loops[i].to;
    }
    run_steps(w, at, t->count);
}

/* Why no server can listen at the place of its own; NULL if it can, or has none. */
static const char *place_lacking(const struct world *w)
{
    const char *place = manifest_place(w->manifest);

    if (place == NULL)
        return NULL;
    char *directory = x_strndup(place, (size_t)(strrchr(place, '/') + 1 - place));
    int error = access(directory, W_OK | X_OK) == 0 ? 0 : errno;
    free(directory);
    return error == 0 ? NULL : strerror(error);
}

/* Why the wire of the IUT is not that of some step; NULL if it is. */
static const char *foreign_wire(const struct world *w)
{
    const struct manifest *m = pair_speaker(w->manifest, w->test);
    bool tells = false;

    for (size_t i = 0; i < w->test->count; i++)
        tells = tells || w->test->steps[i].command->flags & TABLES;
    if (m->own_wire && tier_needs_wire(w->test))
        return "the manifest says wire = own, and this speaks or reads RTM/1";
    if (m->own_wire && m->record.line == 0 && tells)
        return "the manifest says wire = own and has no [record], and this reads or tells changes";
    return NULL;
}

/* What the case cannot have here; true if it can't run. */
static bool lacks_something(struct world *w)
{
    const struct head *h = &w->test->head;
    char *lacking;

    for (size_t i = 0; h->features[i] != NULL; i++)
        if (!manifest_claims(w->manifest, h->features[i]))
            return world_fail(w, VERDICT_UNSUPPORTED, "%s %s",
                              w->manifest->server.home == w->manifest->client.home
                                  ? "the manifest does not claim"
                                  : "the two manifests do not both claim",
                              h->features[i]) < 0;
    lacking = pair_lacking(w->manifest, w->test);
    if (lacking != NULL)
        world_fail(w, VERDICT_UNSUPPORTED, "%s", lacking);
    free(lacking);
    if (!world_goes_on(w))
        return true;
    if (foreign_wire(w) != NULL)
        return world_fail(w, VERDICT_UNSUPPORTED, "%s", foreign_wire(w)) < 0;
    lacking = scope_lacking(w->manifest, w->test);
    if (lacking != NULL)
        world_fail(w, VERDICT_UNSUPPORTED, "%s", lacking);
    free(lacking);
    if (!world_goes_on(w))
        return true;
    for (size_t i = 0; h->features[i] != NULL; i++)
        if (footing_lacking(h->features[i]) != NULL)
            return world_fail(w, VERDICT_SKIPPED, "%s", footing_lacking(h->features[i])) < 0;
    if (place_lacking(w) != NULL)
        return world_fail(w, VERDICT_SKIPPED, "a server is to listen at %s: %s",
                          manifest_place(w->manifest), place_lacking(w)) < 0;
    if (w->before.taken)
        return world_fail(w, VERDICT_SKIPPED,
                          "%s was there before, and without namespaces it is the server's too; end "
                          "who has it, or remove it",
                          manifest_place(w->manifest)) < 0;
    lacking = need_lacking(h->needs, w->sandbox);
    if (lacking != NULL)
        world_fail(w, VERDICT_SKIPPED, "%s", lacking);
    free(lacking);
    return !world_goes_on(w);
}

static void begin_teardown(struct world *w)
{
    static const struct step none = {0};

    world_begin_step(w, &none);
    w->step = NULL;
}

static int quit_one(struct world *w, struct actor *a)
{
    world_accuse(w, a);
    if (!actor_runs(a))
        return check_unexpected_ends(w);
    if (a->stopped && actor_signal(w, a, SIGCONT) < 0)
        return -1;
    if (actor_quit(w, a) < 0)
        return -1;
    if (actor_ended_well(a))
        return 0;
    char *end = actor_describe_end(a);
    world_fail_for(w, "CON-13", "%s was told to quit and ended with %s", a->name, end);
    free(end);
    return -1;
}

/* Ends what still runs, clients first; each has to end well. */
static void tear_down(struct world *w)
{
    begin_teardown(w);
    for (size_t i = 0; i < w->queue_count; i++)
        flood_end(&w->queues[i]->flood);
    for (size_t i = 0; i < w->actor_count && world_goes_on(w); i++)
        if (!w->actors[i]->is_server)
            quit_one(w, w->actors[i]);
    for (size_t i = 0; i < w->probe_count; i++)
        probe_close(w->probes[i]);
    world_end_agents(w);
    for (size_t i = 0; i < w->actor_count && world_goes_on(w); i++)
        if (w->actors[i]->is_server &&
            (!manifest_is_tidy(w->manifest) || actor_check_descriptors(w, w->actors[i]) == 0))
            quit_one(w, w->actors[i]);
    if (world_goes_on(w))
        check_unexpected_ends(w);
}

/* The lines of a text that may quote what a program said. */
static json_t *split_lines(const struct buf *text)
{
    json_t *lines = json_array();
    const char *at = text->len ? text->data : "";

    while (*at != '\0') {
        size_t len = strcspn(at, "\n");
        char *line = x_strndup(at, len);
        text_make_plain(line);
        json_array_append_new(lines, event_string(line));
        free(line);
        at += len + (at[len] == '\n');
    }
    return lines;
}

/* Whether the message of the verdict has that name as a word. */
static bool is_named(const struct world *w, const char *name)
{
    const char *message = w->outcome.message ? w->outcome.message : "", *at = message;

    for (; (at = strstr(at, name)) != NULL; at++)
        if ((at == message || !isalnum((unsigned char)at[-1])) &&
            !isalnum((unsigned char)at[strlen(name)]))
            return true;
    return false;
}

/* The transcript's last lines, and how many are left out. */
static void put_transcript(json_t *e, const struct world *w)
{
    size_t *named = x_calloc(w->actor_count + 1, sizeof *named), n = 0, left_out;

    for (size_t i = 0; i < w->actor_count; i++)
        if (is_named(w, w->actors[i]->name))
            named[n++] = i + 1;
    json_object_set_new(e, "transcript", transcript_excerpt(&w->transcript, named, n, &left_out));
    json_object_set_new(e, "transcript_left_out", json_integer((json_int_t)left_out));
    free(named);
}

/* Where --keep shows it. */
static void write_transcript(const struct world *w)
{
    char *path = x_printf("%s/transcript", w->sandbox->dir);

    transcript_write(&w->transcript, path);
    free(path);
}

static void put_requirement(json_t *e, const struct requirement *q)
{
    event_set(e, "id", q->id);
    event_set(e, "level", level_name(q->level));
    event_set(e, "class", q->subject);
    event_set(e, "sentence", q->sentence);
}

/* Who of the IUT ended by itself, by its role: "server with signal 11 (SIGSEGV: Segmentation
 * fault)". */
static void put_ended(json_t *e, const struct world *w)
{
    struct buf text = {0};

    for (size_t i = 0; i < w->actor_count; i++) {
        const struct actor *a = w->actors[i];
        if (actor_runs(a) || a->expected_to_end || a->pidfd < 0)
            continue;
        char *end = actor_describe_end(a);
        buf_printf(&text, "%s%s with %s", text.len ? ", " : "", a->is_server ? "server" : "client",
                   end);
        free(end);
    }
    event_set(e, "ended", text.data);
    buf_finish(&text);
}

static json_t *make_event(const struct world *w)
{
    const struct outcome *o = &w->outcome;
    json_t *e = case_event(w->test, o->verdict, o->message);

    if (o->cite != NULL)
        put_requirement(e, o->cite);
    if (o->line > 0)
        json_object_set_new(e, "line", json_integer(o->line));
    event_set(e, "step", o->step);
    put_ended(e, w);
    event_set(e, "unready", o->unready);
    if (o->spent)
        json_object_set_new(e, "spent", json_true());
    json_object_set_new(e, "seconds", json_real((double)(now_us() - w->started_us) / 1e6));
    json_object_set_new(e, "notes", split_lines(&o->notes));
    if (w->wrapped > 0) {
        json_object_set_new(e, "wrapped", json_integer((json_int_t)w->wrapped));
        json_object_set_new(e, "judged", json_integer((json_int_t)w->judged));
    }
    if (o->verdict == VERDICT_PASS)
        return e;
    json_object_set_new(e, "detail", split_lines(&o->detail));
    put_transcript(e, w);
    return e;
}

static void ignore(int number)
{
    (void)number;
}

json_t *case_run(const struct test_case *t, const struct manifest *m, const struct sandbox *s,
                 const struct requirements *r, const char *hopeless)
{
    const struct sigaction harmless = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    struct world w;

    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGUSR1, &harmless, NULL); /* a probe without a process of its own is this one */
    world_init(&w, t, m, s, r);
    if (!lacks_something(&w) && hopeless != NULL)
        world_fail(&w, VERDICT_BROKEN, "%s", hopeless);
    else if (world_goes_on(&w)) {
        run_all(&w);
        if (world_goes_on(&w))
            tear_down(&w);
        world_accuse(&w, NULL); /* whoever left what the audit finds */
        if (world_goes_on(&w) && manifest_is_tidy(m))
            audit_case(&w);
        wrap_collect(&w);
        excuse_ends(&w);
        write_transcript(&w);
    }
    json_t *event = make_event(&w);
    world_finish(&w);
    return event;
}
