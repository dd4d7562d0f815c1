/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "actor.h"
#include "agent.h"
#include "budget.h"
#include "doing.h"
#include "excuse.h"
#include "pace.h"
#include "probe.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_TIMES 7 /* its deadline that a step is granted besides, for waits of its processes */
#define MANY_CHANGES 1000     /* behind each of which a program may print its table */
#define PRINTED_MUCH 33554432 /* bytes that it can be for the suite that a step is late */
#define UNWATCHED_MS 100      /* most steps are over before their load has to be looked at */

void world_init(struct world *w, const struct test_case *t, const struct manifest *m,
                const struct sandbox *s, const struct requirements *r)
{
    *w = (struct world){
        .test = t, .manifest = m, .sandbox = s, .requirements = r, .started_us = now_us()};
    w->budget_ms = pace_stretch(t->head.deadline_ms);
    load_begin(&w->whole);
    w->before = before_look(m, s->namespaces);
    leftover_begin(&w->leftover, s);
}

/* A server may be killed in the step to come, or if the case is over. */
static void note_objects(struct world *w)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->is_server && w->actors[i]->pid > 0)
            leftover_note_maps(&w->leftover, w->actors[i]->pid);
    leftover_note_names(&w->leftover);
}

void world_finish(struct world *w)
{
    note_objects(w);
    for (size_t i = 0; i < w->actor_count; i++)
        actor_destroy(w->actors[i]);
    for (size_t i = 0; i < w->probe_count; i++)
        probe_destroy(w->probes[i]);
    world_end_agents(w);
    queues_finish(w);
    world_send_crowd_away(w);
    if (!w->sandbox->namespaces) {
        sandbox_end_children();
        before_restore(&w->before, w->manifest, w->sandbox->uid);
        leftover_remove(w->sandbox->dir, w->sandbox->uid);
    }
    before_finish(&w->before);
    leftover_finish(&w->leftover);
    for (size_t i = 0; i < w->file_count; i++) {
        free(w->files[i].name);
        free(w->files[i].path);
        free(w->files[i].standin);
    }
    free(w->actors);
    free(w->probes);
    free(w->agents);
    free(w->files);
    transcript_finish(&w->transcript);
    load_finish(&w->load);
    load_finish(&w->whole);
    free(w->outcome.step);
    free(w->outcome.message);
    buf_finish(&w->outcome.detail);
    buf_finish(&w->outcome.notes);
    *w = (struct world){0};
}

void world_end_agents(struct world *w)
{
    for (size_t i = 0; i < w->agent_count; i++)
        agent_destroy(w->agents[i]);
    w->agent_count = 0;
}

void world_send_crowd_away(struct world *w)
{
    for (size_t i = 0; i < w->crowd_count; i++)
        close(w->crowd[i]);
    free(w->crowd);
    w->crowd = NULL;
    w->crowd_count = 0;
}

void world_begin_step(struct world *w, const struct step *s)
{
    note_objects(w);
    w->step = s;
    w->cite = s->cite;
    w->accused = NULL;
    w->step_us = now_us();
    w->deadline_ms = now_ms() + w->budget_ms;
    w->granted_ms = 0;
    w->printed = 0;
    w->watched = false;
}

size_t world_count_changes(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->oracle != NULL && oracle_history(w->actors[i]->oracle) != NULL)
            n += history_count(oracle_history(w->actors[i]->oracle));
    return n;
}

bool world_goes_on(const struct world *w)
{
    return w->outcome.verdict == VERDICT_PASS || w->outcome.verdict == VERDICT_WEAK;
}

/* Of what broke: who has ended for want of a console did not break what the step looks at. */
static const struct requirement *find_broken(const struct world *w, const struct requirement *cite)
{
    const struct actor *a = w->accused;

    if (a != NULL && !actor_runs(a) && !a->expected_to_end && a->lives_by != NULL)
        return a->lives_by;
    return cite;
}

static int record(struct world *w, enum verdict v, const struct requirement *cite, char *message)
{
    struct outcome *o = &w->outcome;
    bool should;

    text_make_plain(message); /* it may quote what a program said */
    if (!world_goes_on(w)) {
        free(message);
        return -1;
    }
    if (v == VERDICT_FAIL)
        cite = find_broken(w, cite);
    should = cite != NULL && cite->level == LEVEL_SHOULD;
    if (v == VERDICT_FAIL && cite == NULL)
        cite = case_requirement(w->test, w->requirements);
    char *excuse = v == VERDICT_FAIL ? excuse_find(w, cite, message) : NULL;
    if (excuse != NULL) {
        free(message);
        message = excuse;
        text_make_plain(message);
        v = VERDICT_BROKEN;
        cite = NULL;
    }
    if (v == VERDICT_FAIL && should)
        v = VERDICT_WEAK;
    o->verdict = v;
    o->cite = cite;
    o->line = w->step ? w->step->line : 0;
    free(o->step);
    free(o->message);
    o->step = w->step ? step_text(w->step) : NULL;
    o->message = message;
    world_tell(w, "= %s: %s", verdict_name(v), message);
    return -1;
}

static char *format_text(const char *format, va_list args)
{
    struct buf b = {0};

    buf_vprintf(&b, format, args);
    return buf_take(&b);
}

int world_fail(struct world *w, enum verdict v, const char *format, ...)
{
    bool names = v == VERDICT_FAIL && w->step != NULL;
    va_list args;

    va_start(args, format);
    char *message = format_text(format, args);
    va_end(args);
    return record(w, v, names ? w->cite : NULL, message);
}

int world_fail_for(struct world *w, const char *id, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = format_text(format, args);
    va_end(args);
    return record(w, VERDICT_FAIL, requirement_find(w->requirements, id), message);
}

void world_retract(struct world *w)
{
    w->outcome.verdict = VERDICT_PASS;
    w->outcome.cite = NULL;
    w->outcome.unready = NULL;
    w->accused = NULL;
    free(w->outcome.message);
    free(w->outcome.step);
    w->outcome.message = w->outcome.step = NULL;
}

void world_forgive(struct world *w)
{
    world_retract(w);
    world_tell(w, "= as expected");
}

/* What the step's processes waited for a processor is added to its time, up to a bound, and a while
 * where one is held up in the kernel, whose own threads wait for a processor, too. */
static void grant(struct world *w)
{
    bool held;
    int64_t waited = load_waited(&w->load, &held), most = MOST_TIMES * w->test->head.deadline_ms;
    int64_t more = waited - w->granted_ms;

    if (held && more < w->budget_ms / 5)
        more = w->budget_ms / 5;
    if (more > most - w->granted_ms)
        more = most - w->granted_ms;
    if (more < w->budget_ms / 50) /* or ever smaller grants would follow */
        return;
    w->granted_ms += more;
    w->deadline_ms += more;
}

bool world_late(struct world *w)
{
    if (budget_check(w) < 0)
        return true;
    if (now_ms() < w->deadline_ms)
        return false;
    grant(w);
    return now_ms() >= w->deadline_ms;
}

int64_t world_begin_answer(struct world *w)
{
    int64_t step = w->deadline_ms - w->granted_ms;

    w->deadline_ms = now_ms() + w->budget_ms;
    return step;
}

void world_end_answer(struct world *w, int64_t step)
{
    w->deadline_ms = step + w->granted_ms;
}

/* Whether all that can be granted was. */
static bool is_starved(const struct world *w)
{
    return w->granted_ms >= MOST_TIMES * (int64_t)w->test->head.deadline_ms - w->budget_ms / 50;
}

bool world_is_overprinted(const struct world *w, size_t most)
{
    return w->printed > most && world_count_changes(w) >= MANY_CHANGES;
}

int world_fail_overprinted(struct world *w)
{
    return world_fail(w, VERDICT_UNSUPPORTED,
                      "the tables that were printed in this step are %zu MiB: through so many "
                      "changes nobody can follow what is seen by observe = printed",
                      w->printed >> 20);
}

void world_tell_granted(const struct world *w, struct buf *out)
{
    if (w->granted_ms >= 100)
        buf_printf(out,
                   "; others kept the processors busy, and its processes waited %.1f s for one",
                   (double)w->granted_ms / 1e3);
}

static int out_of_time(struct world *w, enum verdict v, const struct requirement *cite,
                       char *message)
{
    if (world_is_overprinted(w, PRINTED_MUCH)) {
        free(message);
        return world_fail_overprinted(w);
    }
    int64_t took = now_us() - w->step_us;
    bool starved = is_starved(w) && !doing_is_stopped(w);
    char *now = doing_describe_now(w);
    struct buf whole = {0};

    buf_printf(&whole, "%s within %.1f s", message, (double)took / 1e6);
    world_tell_granted(w, &whole);
    buf_adds(&whole, now);
    if (world_goes_on(w))
        doing_tell(w);
    free(now);
    free(message);
    return record(w, starved ? VERDICT_UNRESOLVED : v, starved ? NULL : cite, buf_take(&whole));
}

int world_timeout(struct world *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = format_text(format, args);
    va_end(args);
    return out_of_time(w, VERDICT_FAIL, w->step ? w->cite : NULL, message);
}

int world_timeout_for(struct world *w, const char *id, const char *format, ...)
{
    const struct requirement *cite = w->step ? w->cite : NULL;
    va_list args;

    va_start(args, format);
    char *message = format_text(format, args);
    va_end(args);
    return out_of_time(w, VERDICT_FAIL, cite ? cite : requirement_find(w->requirements, id),
                       message);
}

int world_timeout_broken(struct world *w, bool sure, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = format_text(format, args);
    va_end(args);
    if (sure)
        return record(w, VERDICT_BROKEN, NULL, message);
    return out_of_time(w, VERDICT_BROKEN, NULL, message);
}

void world_blame(struct world *w, const char *id)
{
    w->cite = id ? requirement_find(w->requirements, id) : w->step->cite;
}

void world_accuse(struct world *w, const struct actor *a)
{
    w->accused = a;
}

void world_note(struct world *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = format_text(format, args), *line = x_printf("%s\n", text);
    va_end(args);
    if (w->outcome.notes.len == 0 || strstr(w->outcome.notes.data, line) == NULL)
        buf_adds(&w->outcome.notes, line);
    free(line);
    free(text);
}

/* Whose line it is: that of the actor whose name it begins with. */
static size_t find_speaker(const struct world *w, const char *text)
{
    size_t len = strcspn(text, " ");

    for (size_t i = 0; i < w->actor_count; i++)
        if (strlen(w->actors[i]->name) == len && strncmp(w->actors[i]->name, text, len) == 0)
            return i + 1;
    return 0;
}

void world_tell(struct world *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    if (strlen(text) > 200)
        strcpy(text + 197, "...");
    text_make_plain(text);
    transcript_add(&w->transcript, now_us() - w->started_us, find_speaker(w, text), text);
}

/* One round of poll; false if nothing happened within ms. */
static bool poll_once(struct world *w, int ms)
{
    size_t n = 0, most = 4 * w->actor_count + w->probe_count + w->agent_count;
    struct pollfd *fds = x_calloc(most, sizeof *fds);
    void **owners = x_calloc(most, sizeof *owners);
    size_t actor_fds, probe_fds;

    for (size_t i = 0; i < w->actor_count; i++)
        for (size_t k = actor_poll(w->actors[i], fds + n); k > 0; k--)
            owners[n++] = w->actors[i];
    actor_fds = n;
    for (size_t i = 0; i < w->probe_count; i++)
        for (size_t k = probe_poll(w->probes[i], fds + n); k > 0; k--)
            owners[n++] = w->probes[i];
    probe_fds = n;
    for (size_t i = 0; i < w->agent_count; i++)
        if (agent_poll(w->agents[i], fds + n) > 0)
            owners[n++] = w->agents[i];
    int ready = poll(fds, n, ms);
    for (size_t i = 0; i < n && ready > 0; i++) {
        if (fds[i].revents == 0)
            continue;
        if (i < actor_fds)
            actor_handle(w, owners[i], fds[i].fd, fds[i].revents);
        else if (i < probe_fds)
            probe_handle(owners[i], fds[i].fd, fds[i].revents);
        else
            agent_handle(w, owners[i]);
    }
    free(fds);
    free(owners);
    return ready > 0;
}

/* How long the next wait may last, of which a step's first ends where its load is to be watched. */
static int next_wait(struct world *w)
{
    int64_t now = now_ms(), begun = w->step_us / 1000;

    if (!w->watched && now >= begun + UNWATCHED_MS) {
        load_begin(&w->load);
        w->watched = true;
    }
    int64_t until = w->watched ? w->deadline_ms : begun + UNWATCHED_MS;
    if (until > w->deadline_ms)
        until = w->deadline_ms;
    return until > now ? (int)(until - now) : 0;
}

bool world_wait(struct world *w)
{
    if (world_late(w))
        return false;
    return poll_once(w, next_wait(w)) || !world_late(w);
}

void world_pause(struct world *w, int ms)
{
    int most = next_wait(w);

    poll_once(w, ms < most ? ms : most);
}

int next_pause(int *pause)
{
    *pause = *pause == 0 ? 1 : *pause < 50 ? *pause * 2 : 50;
    return *pause;
}

struct actor *world_actor(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (strcmp(w->actors[i]->name, name) == 0)
            return w->actors[i];
    return NULL;
}

struct probe *world_probe(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->probe_count; i++)
        if (strcmp(w->probes[i]->name, name) == 0)
            return w->probes[i];
    return NULL;
}

struct world_file *world_file(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->file_count; i++)
        if (strcmp(w->files[i].name, name) == 0)
            return &w->files[i];
    return NULL;
}

struct world_file *world_add_file(struct world *w, const char *name)
{
    w->files = x_realloc(w->files, (w->file_count + 1) * sizeof *w->files);
    struct world_file *f = &w->files[w->file_count++];
    *f = (struct world_file){x_strdup(name), x_printf("%s/%s.txt", w->sandbox->dir, name), NULL};
    return f;
}

int world_each(struct world *w, const struct step *s, size_t from, size_t to,
               int (*do_one)(struct world *w, struct actor *a, void *arg), void *arg)
{
    for (size_t word = from; word < to; word++) {
        const char *name = s->words.at[word].text;
        for (size_t i = 0; i < w->actor_count; i++) {
            struct actor *a = w->actors[i];
            bool member = strcmp(a->name, name) == 0 || (a->group && strcmp(a->group, name) == 0);
            if (member && do_one(w, a, arg) < 0)
                return -1;
        }
    }
    return 0;
}
