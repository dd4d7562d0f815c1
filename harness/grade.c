/* SPDX-License-Identifier: MIT */
#include "grade.h"

#include "conduct.h"
#include "interrupt.h"
#include "lineup.h"
#include "score.h"
#include "selection.h"
#include "tier.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIALS 3 /* cases that show whether a submission can be operated at all */
#define SECONDS 600

struct grading {
    struct options *o;
    const struct requirements *q;
    const struct test_case **cases;
    size_t case_n;
    bool namespaces;
    FILE *csv;
    int missing; /* directories that are not there */
};

/* The last part of a path without its trailing slashes; the caller's. */
static char *name_of(const char *path)
{
    char resolved[PATH_MAX];

    if (realpath(path, resolved) == NULL)
        return x_strdup(path);
    return x_strdup(strrchr(resolved, '/') + 1);
}

/* 0, or why it is no directory. */
static int lacks(const char *directory)
{
    struct stat st;

    return stat(directory, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* Complains about what cannot be graded. */
static int check_directories(int n, char **directories)
{
    int there = 0;

    for (int i = 0; i < n; i++)
        there += lacks(directories[i]) == 0;
    int code = n == 0       ? usage("grade what? Give the directories of the submissions", NULL)
               : there == 0 ? usage("nothing to grade: no directory", directories[0])
                            : 0;

    for (int i = 0; i < n && code == 0; i++) {
        char *name = name_of(directories[i]);
        for (int k = 0; k < i && code == 0; k++) {
            char *other = name_of(directories[k]);
            if (strcmp(name, other) == 0)
                code = usage("two submissions have the name", name);
            free(other);
        }
        free(name);
    }
    return code;
}

/* A submission sees neither the others nor what came of them. */
static int hide_others(const struct grading *g, int n, char **directories)
{
    char path[PATH_MAX];

    for (int i = 0; i < n; i++)
        if (realpath(directories[i], path) != NULL)
            sandbox_hide(path);
    if (realpath(g->o->save, path) != NULL)
        sandbox_hide(path);
    if (!g->namespaces)
        fputs("rtmtest: without namespaces a submission can read what others have handed in\n",
              stderr);
    return 0;
}

static int open_table(struct grading *g)
{
    char *path = x_printf("%s/grades.csv", g->o->save);

    if (mkdir(g->o->save, 0755) == 0 || errno == EEXIST)
        g->csv = fopen(path, "we");
    if (g->csv == NULL)
        fprintf(stderr, "rtmtest: %s: %s\n", path, strerror(errno));
    else
        score_head(g->csv);
    free(path);
    return g->csv != NULL ? 0 : -1;
}

static void show_progress(const char *name, int at, int n, const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%s%s%s", name, *what ? ": " : "", what);
    if (isatty(STDERR_FILENO) && *what != '\0')
        fprintf(stderr, " (%d of %d)", at, n);
}

/* Runs all cases; its events go to the files that the reports name. */
static int run_all(const struct grading *g, const struct manifest *m, const struct lineup *l,
                   struct reports *reports)
{
    static const struct baseline none = {0};
    const struct options *o = g->o;
    char *repeat = conduct_command(o, "run"), *profile = tiers_names(o->tiers);
    struct run_options run = {
        .manifest = m,
        .requirements = g->q,
        .baseline = &none,
        .cases = g->cases,
        .n = g->case_n,
        .trials = TRIALS,
        .until_ms = now_ms() + 1000 * (int64_t)(o->seconds > 0 ? o->seconds : SECONDS),
        .jobs = o->jobs,
        .seed = o->seed,
        .sandbox = o->sandbox,
        .wrap_server = o->wrap_server,
        .wrap_client = o->wrap_client,
        .server = l->server,
        .client = l->client,
        .profile = profile,
        .trouble = l->trouble,
        .repeat = repeat,
    };
    int code = run_cases(&run, reports);

    free(repeat);
    free(profile);
    return code;
}

/* Builds and runs one, and adds its row; -1 after a complaint. */
static int grade_one(struct grading *g, const char *name, const char *events, const char *page)
{
    char *requests[] = {x_printf("ndjson=%s", events), x_printf("html=%s", page)};
    struct reports reports = {0};
    struct stream told = {0};
    struct diag d = {0};
    struct lineup l;
    int result = 0;

    for (size_t i = 0; i < LENGTH(requests) && result == 0; i++)
        result = reports_add(&reports, requests[i]);
    const struct manifest *m = lineup_read(&l, g->o, &d);
    if (m != NULL && result == 0)
        run_all(g, m, &l, &reports);
    if (reports_finish(&reports) < 0 || m == NULL)
        result = -1;
    if (result == 0 && stream_read(&told, events, &d) == 0)
        score_add(g->csv, &(struct submission){name, page, &told, m, g->cases, g->case_n});
    if (diag_print(&d))
        result = -1;
    for (size_t i = 0; i < LENGTH(requests); i++)
        free(requests[i]);
    stream_finish(&told);
    lineup_finish(&l);
    diag_finish(&d);
    return result;
}

static int add_one(struct grading *g, const char *directory, int at, int n)
{
    char *name = name_of(directory);
    char *events = x_printf("%s/%s.ndjson", g->o->save, name);
    char *page = x_printf("%s/%s.html", g->o->save, name);

    g->o->root = directory;
    g->o->called = name;
    show_progress(name, at, n, "is built and run");
    int result = grade_one(g, name, events, page);
    show_progress("", at, n, "");
    g->o->called = NULL;
    free(name);
    free(events);
    free(page);
    return result;
}

/* Whether it is there; a row says so if not. */
static bool is_there(struct grading *g, const char *directory)
{
    int error = lacks(directory);

    if (error == 0)
        return true;
    char *name = name_of(directory), *why = x_printf("%s: %s", directory, strerror(error));
    score_missing(g->csv, name, why);
    g->missing++;
    free(name);
    free(why);
    return false;
}

static int grade_all(struct grading *g, int n, char **directories)
{
    char *sandbox = pool_choose_sandbox(g->o->sandbox, &g->namespaces);
    int code = EXIT_CONFORMS;

    if (sandbox == NULL || open_table(g) < 0)
        code = EXIT_UNDECIDED;
    else
        hide_others(g, n, directories);
    for (int i = 0; i < n && code == EXIT_CONFORMS; i++) {
        if (is_there(g, directories[i]) && add_one(g, directories[i], i + 1, n) < 0)
            code = EXIT_INTERNAL;
        if (interrupted() && i + 1 < n)
            code = EXIT_UNDECIDED;
    }
    if (g->csv != NULL && fclose(g->csv) != 0)
        code = EXIT_INTERNAL;
    if (code == EXIT_CONFORMS)
        printf("%d graded; %s/grades.csv\n", n - g->missing, g->o->save);
    if (code == EXIT_CONFORMS && g->missing > 0)
        code = EXIT_UNDECIDED;
    free(sandbox);
    return code;
}

int grade_run(struct options *o, const struct requirements *q, const struct suite *suite, int n,
              char **directories)
{
    struct grading g = {.o = o, .q = q};
    int code = check_directories(n, directories);

    if (code != 0)
        return code;
    if (o->iut == NULL)
        return usage("grade by which manifest? Give --iut FILE", NULL);
    if (o->tiers == 0)
        o->tiers = TIERS_COURSE | 1u << TIER_ROBUSTNESS | 1u << TIER_EPOCHS;
    o->copied = true;
    if (!o->seeded)
        o->seed = 1; /* the same order for all */
    if (o->save == NULL)
        o->save = "grades";
    g.cases = selection_choose(suite, o, q, &g.case_n);
    if (g.cases == NULL)
        return EXIT_USAGE;
    code = grade_all(&g, n, directories);
    free(g.cases);
    return code;
}
