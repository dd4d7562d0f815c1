/* SPDX-License-Identifier: MIT */
#include "conduct.h"

#include "lineup.h"
#include "selection.h"
#include "tier.h"
#include "value.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* An option and its value as a shell takes them; nothing for NULL. */
static void add_option(struct buf *b, const char *option, const char *value)
{
    if (value == NULL)
        return;
    buf_printf(b, " %s ", option);
    buf_add_quoted(b, value);
}

static void add_wrappers(struct buf *b, const struct options *o)
{
    const char *server = o->wrap_server, *client = o->wrap_client;

    if (server != NULL && client != NULL && strcmp(server, client) == 0) {
        add_option(b, "--wrap", server);
        return;
    }
    add_option(b, "--wrap-server", server);
    add_option(b, "--wrap-client", client);
}

static void add_profile(struct buf *b, unsigned tiers)
{
    bool course = (tiers & TIERS_COURSE) == TIERS_COURSE;

    add_option(b, "--profile", course ? "course" : NULL);
    for (int i = 0; i < TIER_COUNT; i++)
        if ((course ? tiers & ~TIERS_COURSE : tiers) & 1u << i)
            add_option(b, "--profile", tier_name((enum tier)i));
}

/* Keeps "NAME=VALUE", once; not for the build that is the suite's own, and VALUE empty where it is
 * not set. */
static void keep_variable(void *ctx, const char *name)
{
    const char *set = getenv(name);
    bool own = set != NULL && strcmp(set, RTM_BUILD) == 0;
    char *line = x_printf("%s=%s", name, set && !own ? set : "");
    json_t *list = ctx, *text = event_string(line), *other;
    bool known = false;
    size_t i;

    free(line);
    json_array_foreach(list, i, other) known = known || json_equal(other, text);
    if (!known)
        json_array_append(list, text);
    json_decref(text);
}

static void add_variables(json_t *list, const char *manifest)
{
    struct source source = {0};
    struct diag unread = {0};

    if (source_read(&source, manifest, manifest, &unread) == 0)
        for (int i = 0; i < source.count; i++)
            value_variables(source.lines[i], keep_variable, list);
    source_finish(&source);
    diag_finish(&unread);
}

/* What the manifests take from the environment; another one would run other programs. */
static json_t *list_environment(const struct options *o)
{
    json_t *list = json_array();

    add_variables(list, o->iut);
    if (o->server != NULL)
        add_variables(list, o->server);
    if (o->client != NULL)
        add_variables(list, o->client);
    return list;
}

/* As a shell takes it. */
static void add_environment(struct buf *b, const struct options *o)
{
    json_t *list = list_environment(o), *text;
    size_t i;

    json_array_foreach(list, i, text)
    {
        const char *name = json_string_value(text), *value = strchr(name, '=') + 1;
        if (*value == '\0')
            continue;
        buf_add(b, name, (size_t)(value - name));
        buf_add_quoted(b, value);
        buf_adds(b, " ");
    }
    json_decref(list);
}

char *conduct_command(const struct options *o, const char *verb)
{
    struct buf b = {0};

    add_environment(&b, o);
    buf_printf(&b, "%s %s", o->program, verb);
    if (o->server == NULL || o->client == NULL)
        add_option(&b, "--iut", o->iut);
    add_option(&b, "--root", o->root);
    add_option(&b, "--server", o->server);
    add_option(&b, "--client", o->client);
    add_option(&b, "--share", o->share_given ? o->share : NULL);
    add_wrappers(&b, o);
    add_profile(&b, o->tiers);
    if (o->sandbox == SANDBOX_NONE)
        buf_adds(&b, " --sandbox none");
    if (o->limit > 0)
        buf_printf(&b, " --limit %d", o->limit);
    return buf_take(&b);
}

/* What a reader types to repeat the run. */
static char *repeat_command(const struct options *o)
{
    struct buf b = {0};
    char *command = conduct_command(o, "run");

    buf_adds(&b, command);
    free(command);
    buf_printf(&b, " --seed %llu", (unsigned long long)o->seed);
    add_option(&b, "--baseline", o->baseline);
    if (o->keep)
        buf_adds(&b, " --keep");
    return buf_take(&b);
}

static const char *find_data(const struct options *o, char *into)
{
    const char *given = getenv("RTM_DATA");

    if (given != NULL && *given != '\0')
        return strcmp(given, "none") == 0 ? NULL : given;
    snprintf(into, PATH_MAX, "%s/../shared/data", o->share);
    return access(into, R_OK | X_OK) == 0 ? into : NULL;
}

int conduct_run_with(const struct options *o, const struct requirements *q,
                     const struct suite *suite, const struct test_case **cases, size_t n,
                     struct reports *reports)
{
    struct diag d = {0};
    struct lineup lineup;
    const struct manifest *m = lineup_read(&lineup, o, &d);
    struct baseline baseline = {0};
    char data[PATH_MAX], *repeat = repeat_command(o), *profile = tiers_names(o->tiers);
    json_t *environment = list_environment(o);
    int code = EXIT_USAGE;

    if (o->baseline != NULL)
        baseline_read(&baseline, o->baseline, suite, q, &d);
    if (!diag_print(&d)) {
        struct run_options run = {
            .manifest = m,
            .requirements = q,
            .baseline = &baseline,
            .cases = cases,
            .environment = environment,
            .n = n,
            .whole = o->only_n + o->except_n == 0 && o->tiers == 0 && n == suite->n,
            .jobs = o->jobs,
            .seed = o->seed,
            .keep = o->keep,
            .sandbox = o->sandbox,
            .wrap_server = o->wrap_server,
            .wrap_client = o->wrap_client,
            .server = lineup.server,
            .client = lineup.client,
            .data = find_data(o, data),
            .profile = profile,
            .trouble = lineup.trouble,
            .repeat = repeat,
        };
        code = run_cases(&run, reports);
    }
    free(profile);
    free(repeat);
    json_decref(environment);
    baseline_finish(&baseline);
    lineup_finish(&lineup);
    diag_finish(&d);
    return code;
}

int conduct_open_reports(const struct options *o, struct reports *reports, bool shown)
{
    int result = 0;

    for (size_t i = 0; i < o->report_n && result == 0; i++)
        result = reports_add(reports, o->reports[i]);
    if (result == 0 && shown && !reports_show(reports))
        result = reports_add(reports, isatty(STDOUT_FILENO) ? "pretty" : "tap");
    return result;
}

int conduct_run(struct options *o, const struct requirements *q, const struct suite *suite)
{
    struct reports reports = {0};
    int code = EXIT_USAGE;
    char *iut = NULL;
    size_t n;

    if (!o->seeded && getrandom(&o->seed, 4, 0) != 4)
        return EXIT_INTERNAL;
    const struct test_case **cases = selection_choose(suite, o, q, &n);
    if (cases == NULL)
        return EXIT_USAGE;
    if (o->iut == NULL && o->server != NULL)
        o->iut = o->server;
    if (o->iut == NULL)
        o->iut = iut = share_path(o, "tests/iuts/reference.rtmi");
    if (conduct_open_reports(o, &reports, true) == 0)
        code = conduct_run_with(o, q, suite, cases, n, &reports);
    if (reports_finish(&reports) < 0)
        code = EXIT_INTERNAL;
    free(cases);
    free(iut);
    return code;
}
