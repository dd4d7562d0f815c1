/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "alone.h"
#include "data.h"
#include "generate.h"
#include "pace.h"
#include "tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#define BUILD_LINES 40 /* of what a build said, in the event */

struct run {
    const struct run_options *o;
    struct reports *reports;
    const struct test_case **queue;
    size_t next;
    struct tally tally;
    int judged, unjudged, skipped; /* cases that came to an expectation, that failed before one, and
                                    * that were not asked for */
};

static bool takes_long(const struct test_case *t)
{
    return case_tagged(t, "long") || case_tagged(t, "data");
}

/* Shuffled by the seed; those that take longest first. */
static void make_queue(struct run *r)
{
    struct random random = {r->o->seed};
    size_t n = r->o->n, at = 0;
    const struct test_case **shuffled = x_calloc(n, sizeof *shuffled);

    memcpy(shuffled, r->o->cases, n * sizeof *shuffled);
    for (size_t i = n; i > 1; i--) {
        size_t k = random_below(&random, (uint32_t)i);
        const struct test_case *held = shuffled[i - 1];
        shuffled[i - 1] = shuffled[k];
        shuffled[k] = held;
    }
    r->queue = x_calloc(n, sizeof *r->queue);
    for (int late = 0; late <= 1; late++)
        for (size_t i = 0; i < n; i++)
            if (takes_long(shuffled[i]) == (late == 0))
                r->queue[at++] = shuffled[i];
    free(shuffled);
}

/* Why no other case is to begin, or NULL. */
static const char *given_up(const struct run *r)
{
    if (r->o->trials > 0 && r->judged == 0 && r->unjudged >= r->o->trials)
        return "given up: the first cases did not come to anything that could be judged";
    if (r->o->until_ms > 0 && now_ms() >= r->o->until_ms)
        return "given up: out of time";
    return NULL;
}

/* The first cases are to end before any other begins, unless one of them was judged already. */
static bool on_trial(const struct run *r)
{
    return r->judged == 0 && r->next >= (size_t)r->o->trials &&
           r->judged + r->unjudged + r->skipped < r->o->trials;
}

static const struct test_case *next(void *ctx)
{
    struct run *r = ctx;

    if (r->next < r->o->n && (given_up(r) != NULL || on_trial(r)))
        return NULL;
    return r->next < r->o->n ? r->queue[r->next++] : NULL;
}

/* A case that fails in a step that expects nothing has judged nothing: the program did not start,
 * or did not answer. */
static void note_judged(struct run *r, const json_t *event)
{
    enum verdict v = event_verdict(event);
    bool acting = strncmp(event_text(event, "step"), "expect ", 7) != 0;

    if (verdict_standing(v) == FAILED && acting)
        r->unjudged++;
    else if (v == VERDICT_UNSUPPORTED || v == VERDICT_SKIPPED)
        r->skipped++;
    else
        r->judged++;
}

static void done(void *ctx, const struct test_case *t, json_t *event)
{
    struct run *r = ctx;

    baseline_judge(r->o->baseline, event);
    note_judged(r, event);
    tally_count(&r->tally, t, event);
    reports_tell(r->reports, event);
}

/* Unpacks the data that the cases ask for. */
static char *prepare_data(const struct run_options *o, struct pool *p)
{
    char *why = NULL, *data;

    if (o->data == NULL)
        return NULL;
    data = x_printf("%s/data", pool_directory(p));
    if (mkdir(data, 0755) < 0)
        why = x_printf("%s: %s", data, strerror(errno));
    else
        why = data_unpack(o->cases, o->n, o->data, data);
    pool_show_data(p, data);
    free(data);
    return why;
}

static json_t *claims(const struct manifest *m)
{
    json_t *features = json_array();

    for (size_t i = 0; m->features[i] != NULL; i++)
        json_array_append_new(features, event_string(m->features[i]));
    return features;
}

/* The last lines of what a build said. */
static json_t *last_lines(const struct buf *said)
{
    json_t *lines = json_array();
    char *text = x_strndup(said->data ? said->data : "", said->len), *rest = text, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        text_make_plain(line);
        if (*line != '\0')
            json_array_append_new(lines, event_string(line));
        if (json_array_size(lines) > BUILD_LINES)
            json_array_remove(lines, 0);
    }
    free(text);
    return lines;
}

json_t *run_start_event(const struct run_options *o, const char *sandbox)
{
    json_t *e = json_pack("{s:s, s:i}", "event", "start", "stream", STREAM_VERSION);
    char seed[24], digest[24], began[32];
    struct utsname u;
    time_t now = time(NULL);

    uname(&u);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    snprintf(digest, sizeof digest, "%016llx",
             (unsigned long long)requirements_digest(o->requirements));
    strftime(began, sizeof began, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    event_set(e, "suite", "rtmtest " SUITE_VERSION);
    event_set(e, "spec", "RTM/1");
    event_set(e, "spec_digest", digest);
    event_set(e, "iut", o->manifest->name);
    event_set(e, "manifest", o->manifest->file);
    event_set(e, "server", o->server);
    event_set(e, "client", o->client);
    json_object_set_new(e, "features", claims(o->manifest));
    event_set(e, "build", o->manifest->build);
    if (o->manifest->build != NULL)
        json_object_set_new(e, "build_said", last_lines(&o->manifest->build_said));
    event_set(e, "kernel", u.release);
    event_set(e, "profile", o->profile);
    event_set(e, "sandbox", sandbox);
    event_set(e, "data", o->data);
    event_set(e, "baseline", o->baseline->file);
    event_set(e, "wrap_server", o->wrap_server);
    event_set(e, "wrap_client", o->wrap_client);
    event_set(e, "seed", seed);
    json_object_set_new(e, "jobs", json_integer(o->jobs));
    if (pace_percent() > 100)
        json_object_set_new(e, "slowness", json_integer(pace_percent()));
    event_set(e, "began", began);
    if (o->environment != NULL)
        json_object_set(e, "environment", o->environment);
    json_object_set_new(e, "cases", json_integer((json_int_t)o->n));
    json_object_set_new(e, "whole", json_boolean(o->whole));
    event_set(e, "repeat", o->repeat);
    return e;
}

static void tell(struct reports *reports, json_t *event)
{
    reports_tell(reports, event);
    json_decref(event);
}

int run_cases(const struct run_options *options, struct reports *reports)
{
    struct run_options here = *options, *o = &here;
    struct pool_options pool = {
        .manifest = o->manifest, .requirements = o->requirements, .jobs = o->jobs, .keep = o->keep};
    struct run r = {.o = o, .reports = reports};
    struct pool_client client = {next, done, &r, 0};
    char *sandbox = pool_choose_sandbox(o->sandbox, &pool.namespaces), *trouble = NULL;
    int64_t started_us = now_us();
    int code;

    if (sandbox == NULL)
        return EXIT_UNDECIDED;
    if (alone_needed(o->manifest, pool.namespaces))
        here.jobs = 1;
    tally_init(&r.tally, o->manifest);
    make_queue(&r);
    struct pool *p = pool_create(&pool, &trouble);
    tell(reports, run_start_event(o, sandbox));
    if (trouble == NULL && o->trouble != NULL)
        trouble = x_strdup(o->trouble);
    if (trouble == NULL)
        trouble = prepare_data(o, p);
    if (trouble == NULL)
        trouble = pool_run(p, &client);
    if (trouble == NULL && r.next < o->n)
        trouble = x_strdup(given_up(&r));
    if (trouble != NULL && o->trials == 0) /* else it is told with the others */
        fprintf(stderr, "rtmtest: %s\n", trouble);
    pool_destroy(p);
    json_t *end = tally_end(&r.tally, o->whole, trouble, started_us);
    code = event_count(end, "exit");
    tell(reports, end);
    tally_finish(&r.tally);
    free(r.queue);
    free(trouble);
    free(sandbox);
    return code;
}
