/* SPDX-License-Identifier: MIT */
#include "conduct.h"

#include "selection.h"
#include "wrap.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* An option and its value as a shell takes them. */
static void add_option(struct buf *b, const char *option, const char *value)
{
    buf_printf(b, " %s '", option);
    for (; *value != '\0'; value++)
        if (*value == '\'')
            buf_adds(b, "'\\''");
        else
            buf_add(b, value, 1);
    buf_adds(b, "'");
}

static void add_wrappers(struct buf *b, const struct options *o)
{
    const char *server = o->wrap_server, *client = o->wrap_client;

    if (server != NULL && client != NULL && strcmp(server, client) == 0) {
        add_option(b, "--wrap", server);
        return;
    }
    if (server != NULL)
        add_option(b, "--wrap-server", server);
    if (client != NULL)
        add_option(b, "--wrap-client", client);
}

/* What a reader types to repeat the run. */
static char *repeat_command(const struct options *o)
{
    struct buf b = {0};

    buf_printf(&b, "%s run --iut '%s' --seed %llu", o->program, o->iut,
               (unsigned long long)o->seed);
    if (o->share_given)
        buf_printf(&b, " --share '%s'", o->share);
    add_wrappers(&b, o);
    if (o->sandbox == SANDBOX_NONE)
        buf_adds(&b, " --sandbox none");
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

static int run_with(const struct options *o, const struct requirements *q,
                    const struct suite *suite, const struct test_case **cases, size_t n,
                    struct report *report)
{
    struct diag d = {0};
    struct manifest *m = manifest_read(o->iut, &d);
    struct baseline baseline = {0};
    char data[PATH_MAX], *repeat = repeat_command(o);
    int code = EXIT_USAGE;

    if (o->baseline != NULL)
        baseline_read(&baseline, o->baseline, suite, &d);
    if (o->wrap_server != NULL && m != NULL)
        m->server.wrapper = wrap_parse("--wrap-server", o->wrap_server, &d);
    if (o->wrap_client != NULL && m != NULL)
        m->client.wrapper = wrap_parse("--wrap-client", o->wrap_client, &d);
    if (!diag_print(&d)) {
        struct run_options run = {
            .manifest = m,
            .requirements = q,
            .baseline = &baseline,
            .cases = cases,
            .n = n,
            .whole = o->only_n + o->except_n == 0,
            .jobs = o->jobs,
            .seed = o->seed,
            .keep = o->keep,
            .sandbox = o->sandbox,
            .wrap_server = o->wrap_server,
            .wrap_client = o->wrap_client,
            .data = find_data(o, data),
            .repeat = repeat,
        };
        code = run_cases(&run, report);
    }
    free(repeat);
    baseline_finish(&baseline);
    manifest_destroy(m);
    diag_finish(&d);
    return code;
}

int conduct_run(struct options *o, const struct requirements *q, const struct suite *suite)
{
    static const char *const formats[] = {"pretty", "tap", "ndjson"};
    int format = -1, code;
    struct report report;
    char *iut = NULL;
    size_t n;

    if (o->format == NULL)
        o->format = isatty(STDOUT_FILENO) ? "pretty" : "tap";
    for (size_t i = 0; i < LENGTH(formats); i++)
        if (strcmp(o->format, formats[i]) == 0)
            format = (int)i;
    if (format < 0)
        return usage("expected --format pretty, tap or ndjson, not", o->format);
    if (!o->seeded && getrandom(&o->seed, 4, 0) != 4)
        return EXIT_INTERNAL;
    const struct test_case **cases = selection_choose(suite, o, q, &n);
    if (cases == NULL)
        return EXIT_USAGE;
    if (o->iut == NULL)
        o->iut = iut = share_path(o, "tests/iuts/reference.rtmi");
    report_init(&report, (enum report_format)format, q, stdout);
    code = run_with(o, q, suite, cases, n, &report);
    report_finish(&report);
    free(cases);
    free(iut);
    return code;
}
