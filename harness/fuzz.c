/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "build.h"
#include "conduct.h"
#include "draw.h"
#include "failure.h"
#include "find.h"
#include "interrupt.h"
#include "lineup.h"
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* One seed, from when it is drawn to when it is done. */
struct drawn {
    uint64_t seed;
    char *text;
    struct suite suite;
    struct drawn *next;
};

struct fuzz {
    const struct options *o;
    const struct manifest *m;
    struct run_options run; /* for the events */
    struct reports *reports;
    json_t *events; /* of the cases: how many they will be is only known behind the last */
    struct draw_options draw;
    struct drawn *running;
    uint64_t seed, left; /* the next one, and how many there are */
    int64_t until_ms, started_us, shown_ms;
    size_t runs, steps, failed;
    struct tally tally;
    struct attempts attempts;
    struct finds finds;
    char *trouble;
    FILE *out; /* where it is told */
};

/* -- progress -- */

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

/* One line of a terminal, a few times a second. */
static void show_progress(void *ctx)
{
    struct fuzz *f = ctx;

    if (!isatty(STDERR_FILENO) || now_ms() - f->shown_ms < 200)
        return;
    f->shown_ms = now_ms();
    fprintf(stderr, "\r\033[K%zu runs, %zu steps, %zu failed in %zu ways", f->runs, f->steps,
            f->failed, f->finds.n);
    if (f->attempts.runs > 0)
        fprintf(stderr, "; %zu runs to confirm and shrink", f->attempts.runs);
    fflush(stderr);
}

/* -- the sweep -- */

static void drawn_destroy(struct drawn *d)
{
    suite_finish(&d->suite);
    free(d->text);
    free(d);
}

static struct drawn *draw(struct fuzz *f, uint64_t seed)
{
    struct drawn *d = x_calloc(1, sizeof *d);
    char *name = x_printf("seed-%llu", (unsigned long long)seed);
    struct buf text = {0};
    struct diag diag = {0};

    draw_scenario(seed, f->m, &f->draw, &text);
    d->seed = seed;
    d->text = buf_take(&text);
    if (attempt_parse(&f->attempts, d->text, name, &d->suite, &diag) < 0) {
        diag_print(&diag);
        f->trouble = x_printf("the scenario of seed %llu is not well-formed: a fault of the suite",
                              (unsigned long long)seed);
        drawn_destroy(d);
        d = NULL;
    }
    diag_finish(&diag);
    free(name);
    return d;
}

static const struct test_case *next(void *ctx)
{
    struct fuzz *f = ctx;
    struct drawn *d;

    if (f->left == 0 || f->trouble != NULL || (f->until_ms > 0 && now_ms() >= f->until_ms))
        return NULL;
    d = draw(f, f->seed);
    if (d == NULL)
        return NULL;
    f->seed++;
    f->left--;
    d->next = f->running;
    f->running = d;
    return &d->suite.at[0];
}

/* Takes it off the list of those that run. */
static struct drawn *find_drawn(struct fuzz *f, const struct test_case *t)
{
    struct drawn **at = &f->running, *d;

    while (&(*at)->suite.at[0] != t)
        at = &(*at)->next;
    d = *at;
    *at = d->next;
    return d;
}

/* Keeps a failure; the event then names the file that repeats it. */
static void note_failure(struct fuzz *f, const struct drawn *d, json_t *event)
{
    char *class = failure_class(&d->suite.at[0], event);
    const char *file = class ? finds_add(&f->finds, class, d->seed, d->text, event) : NULL;

    f->failed += class != NULL;
    if (class != NULL && file == NULL && f->trouble == NULL)
        f->trouble = x_strdup("a failing scenario could not be kept");
    event_set(event, "file", file);
    event_set(event, "only", file);
    free(class);
}

static void done(void *ctx, const struct test_case *t, json_t *event)
{
    struct fuzz *f = ctx;
    struct drawn *d = find_drawn(f, t);

    f->runs++;
    f->steps += t->count;
    tally_count(&f->tally, t, event);
    note_failure(f, d, event);
    if (f->reports->n > 0)
        json_array_append(f->events, event);
    drawn_destroy(d);
    show_progress(f);
}

static void sweep(struct fuzz *f)
{
    struct pool_client client = {next, done, f, 0};
    char *trouble = pool_run(f->attempts.pool, &client);

    if (f->trouble == NULL)
        f->trouble = trouble;
    else
        free(trouble);
    while (f->running != NULL)
        drawn_destroy(find_drawn(f, &f->running->suite.at[0]));
}

/* -- what came of it -- */

static void confirm_all(struct fuzz *f)
{
    for (size_t i = 0; i < f->finds.n && !interrupted(); i++)
        if (find_confirm(&f->finds, &f->finds.at[i], &f->attempts) < 0 && f->trouble == NULL)
            f->trouble = x_strdup("a failing scenario could not be kept");
    if (interrupted() && f->trouble == NULL)
        f->trouble = x_strdup("the run was interrupted");
}

static void tell_events(struct fuzz *f, const char *sandbox, json_t *end)
{
    json_t *start, *event;
    size_t i;

    f->run.n = f->runs;
    start = run_start_event(&f->run, sandbox);
    reports_tell(f->reports, start);
    json_array_foreach(f->events, i, event) reports_tell(f->reports, event);
    reports_tell(f->reports, end);
    json_decref(start);
}

static void tell_summary(const struct fuzz *f, const char *sandbox, const json_t *end)
{
    const char *name;
    json_t *count;

    clear_progress();
    fprintf(f->out, "rtmtest fuzz: %s; %zu runs from seed %llu, %zu steps, %.1f s; sandbox: %s\n",
            f->m->name, f->runs, (unsigned long long)f->o->seed, f->steps,
            (double)(now_us() - f->started_us) / 1e6, sandbox);
    for (size_t i = 0; i < f->finds.n; i++)
        find_tell(&f->finds, &f->finds.at[i], f->runs, f->out);
    fputs("verdicts:", f->out);
    json_object_foreach(json_object_get(end, "counts"), name, count)
        fprintf(f->out, " %s %d", name, (int)json_integer_value(count));
    fprintf(f->out, "\n%s\n%d passed, %d failed, %d skipped\n",
            f->trouble                                  ? event_text(end, "reason")
            : event_count(end, "exit") == EXIT_CONFORMS ? "nothing found"
                                                        : event_text(end, "reason"),
            event_count(end, "passed"), event_count(end, "failed"), event_count(end, "skipped"));
}

/* Runs all in the pool, and tells. Returns the exit code. */
static int conduct(struct fuzz *f, const char *sandbox)
{
    int code;

    f->attempts.progress = show_progress;
    f->attempts.ctx = f;
    sweep(f);
    confirm_all(f);
    json_t *end = tally_end(&f->tally, false, f->trouble, f->started_us);
    code = event_count(end, "exit");
    if (f->reports->n > 0)
        tell_events(f, sandbox, end);
    tell_summary(f, sandbox, end);
    json_decref(end);
    return code;
}

static void print_all(struct fuzz *f)
{
    for (; f->left > 0; f->left--) {
        struct buf text = {0};
        draw_scenario(f->seed++, f->m, &f->draw, &text);
        printf("%s%s", text.data, f->left > 1 ? "\n" : "");
        buf_finish(&text);
    }
}

static int run_in_pool(struct fuzz *f)
{
    struct pool_options pool = {.manifest = f->m,
                                .requirements = f->run.requirements,
                                .jobs = f->o->jobs,
                                .keep = f->o->keep};
    char *sandbox = pool_choose_sandbox(f->o->sandbox, &pool.namespaces);
    int code = EXIT_UNDECIDED;

    if (sandbox == NULL)
        return code;
    f->attempts.pool = pool_create(&pool, &f->trouble);
    if (f->attempts.pool != NULL)
        code = conduct(f, sandbox);
    else
        fprintf(stderr, "rtmtest: %s\n", f->trouble);
    pool_destroy(f->attempts.pool);
    free(sandbox);
    return code;
}

/* How many seeds there are to run. */
static uint64_t count_seeds(const struct options *o)
{
    if (o->ranged)
        return o->last_seed - o->seed + 1;
    if (o->runs > 0)
        return o->runs;
    return o->seconds > 0 ? UINT64_MAX : o->seeded ? 1 : 100;
}

/* The command that drew a scenario, but for its seed; the caller's. */
static char *drawing_command(const struct options *o, const struct draw_options *d)
{
    char *command = conduct_command(o, "fuzz");
    struct buf b = {0};

    buf_printf(&b, "%s --clients %d --steps %d", command, d->clients, d->steps);
    for (unsigned kind = 1; kind <= d->without; kind <<= 1)
        if (d->without & kind)
            buf_printf(&b, " --without %s", draw_kind_name(kind));
    free(command);
    return buf_take(&b);
}

static int run_with(struct options *o, const struct requirements *q, const struct manifest *m,
                    struct reports *reports)
{
    static const struct baseline none = {0};
    struct draw_options draw = {o->clients, o->steps, o->without};
    char *made = drawing_command(o, &draw), *repeat = conduct_command(o, "run");
    struct fuzz f = {
        .o = o,
        .m = m,
        .run = {.manifest = m,
                .requirements = q,
                .baseline = &none,
                .jobs = o->jobs,
                .seed = o->seed,
                .wrap_server = o->wrap_server,
                .wrap_client = o->wrap_client,
                .repeat = repeat},
        .reports = reports,
        .events = json_array(),
        .draw = draw,
        .seed = o->seed,
        .left = count_seeds(o),
        .until_ms = o->seconds > 0 ? now_ms() + 1000 * (int64_t)o->seconds : 0,
        .started_us = now_us(),
        .attempts = {.requirements = q, .wrapped = o->wrap_server || o->wrap_client},
        .finds = {.shrink_ms = 1000 * (int64_t)o->shrink,
                  .directory = o->save ? o->save : "fuzz.found",
                  .iut = m->name,
                  .made = made,
                  .repeat = repeat},
        .out = reports_show(reports) ? stderr : stdout,
    };
    int code = EXIT_CONFORMS;

    tally_init(&f.tally, m);
    if (o->print)
        print_all(&f);
    else
        code = run_in_pool(&f);
    tally_finish(&f.tally);
    finds_finish(&f.finds);
    json_decref(f.events);
    free(f.trouble);
    free(made);
    free(repeat);
    return code;
}

int fuzz_run(struct options *o, const struct requirements *q)
{
    struct reports reports = {0};
    struct diag d = {0};
    char *iut = NULL;
    int code = EXIT_USAGE;

    if (!o->seeded && getrandom(&o->seed, 4, 0) != 4)
        return EXIT_INTERNAL;
    if (o->iut == NULL && o->server != NULL)
        o->iut = o->server;
    if (o->iut == NULL)
        o->iut = iut = share_path(o, "tests/iuts/reference.rtmi");
    struct lineup lineup;
    const struct manifest *m = lineup_read(&lineup, o, &d);
    bool fine = !diag_print(&d);

    if (fine && lineup.trouble != NULL) {
        build_tell(lineup.own, lineup.trouble);
        code = EXIT_UNDECIDED;
    } else if (fine && conduct_open_reports(o, &reports, false) == 0) {
        code = run_with(o, q, m, &reports);
    }
    if (reports_finish(&reports) < 0)
        code = EXIT_INTERNAL;
    lineup_finish(&lineup);
    diag_finish(&d);
    free(iut);
    return code;
}
