/* SPDX-License-Identifier: MIT */
#include "matrix.h"

#include "build.h"
#include "conduct.h"
#include "interrupt.h"
#include "matrix_report.h"
#include "pair.h"
#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The manifests with a server, and those with a client, each in the order that was given. */
struct players {
    struct manifest **all, **servers, **clients;
    size_t n, server_n, client_n;
};

/* Manifests of one name are told apart by their files. */
static void tell_apart(struct players *p)
{
    bool *alike = x_calloc(p->n, sizeof *alike);

    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->n; k++)
            alike[i] = alike[i] || (i != k && strcmp(p->all[i]->name, p->all[k]->name) == 0);
    for (size_t i = 0; i < p->n; i++) {
        char *name = p->all[i]->name;
        if (!alike[i])
            continue;
        p->all[i]->name = x_printf("%s (%s)", name, p->all[i]->file);
        free(name);
    }
    free(alike);
}

static int read_players(struct players *p, const struct options *o, char *const *files, size_t n)
{
    struct diag d = {0};
    bool refused;

    *p = (struct players){.all = x_calloc(n, sizeof *p->all),
                          .servers = x_calloc(n, sizeof *p->servers),
                          .clients = x_calloc(n, sizeof *p->clients)};
    for (size_t i = 0; i < n; i++) {
        struct manifest *m = manifest_read(files[i], &d);
        if (m == NULL)
            continue;
        char *trouble = build_by(m, false, o->sandbox);
        if (trouble != NULL)
            diag_add(&d, m->file, 1, 1, "%s: %s", m->build, trouble);
        free(trouble);
        p->all[p->n++] = m;
        if (m->server.command != NULL)
            p->servers[p->server_n++] = m;
        if (m->client.command != NULL)
            p->clients[p->client_n++] = m;
    }
    tell_apart(p);
    refused = diag_print(&d);
    diag_finish(&d);
    if (refused)
        return EXIT_USAGE;
    if (p->server_n > 0 && p->client_n > 0)
        return 0;
    return usage("no pair can be made: none of the manifests has a",
                 p->server_n > 0 ? "[client]" : "[server]");
}

static void finish_players(struct players *p)
{
    for (size_t i = 0; i < p->n; i++)
        manifest_destroy(p->all[i]);
    free(p->all);
    free(p->servers);
    free(p->clients);
}

/* Those of the cases that say something of a pair; their number. */
static size_t keep_pairs(const struct test_case **cases, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (pair_starts(cases[i], true) && pair_starts(cases[i], false))
            cases[kept++] = cases[i];
    return kept;
}

/* The name of a file without its folder and ending. */
static char *stem(const char *file)
{
    const char *name = strrchr(file, '/');

    name = name ? name + 1 : file;
    return x_strndup(name, strcspn(name, "."));
}

/* Where the run of a pair is saved: "1-SERVER--2-CLIENT.ndjson", by their places in the table. */
static char *saved_path(const char *dir, const struct matrix *m, const struct cell *c)
{
    size_t i = (size_t)(c - m->cells);
    char *server = stem(c->server_file), *client = stem(c->client_file);
    char *path = x_printf("ndjson=%s/%zu-%s--%zu-%s.ndjson", dir, i / m->clients + 1, server,
                          i % m->clients + 1, client);

    free(server);
    free(client);
    return path;
}

/* A run of its own, as "run --server A --client B" is. */
static void run_cell(const struct options *whole, const struct requirements *q,
                     const struct suite *suite, const struct test_case **cases, size_t n,
                     const struct matrix *m, struct cell *c)
{
    struct reports reports = {.cases = json_array()};
    struct options o = *whole;
    char *save = o.save ? saved_path(o.save, m, c) : NULL;
    bool alone = strcmp(c->server_file, c->client_file) == 0;

    o.iut = c->server_file;
    o.server = alone ? NULL : c->server_file;
    o.client = alone ? NULL : c->client_file;
    c->exit = EXIT_INTERNAL;
    if (save == NULL || reports_add(&reports, save) == 0)
        c->exit = conduct_run_with(&o, q, suite, cases, n, &reports);
    cell_count(c, reports.cases);
    if (reports_finish(&reports) < 0)
        c->exit = EXIT_INTERNAL;
    free(save);
}

static void tell_progress(const struct matrix *m, const struct cell *c)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "pair %zu of %zu: the server of %s with the clients of %s\n",
                (size_t)(c - m->cells) + 1, m->servers * m->clients, c->server, c->client);
}

/* 1 before 2 before 0, and before all what is no verdict. */
static int worse(int a, int b)
{
    if (a > EXIT_UNDECIDED || b > EXIT_UNDECIDED)
        return a > b ? a : b;
    return a == EXIT_FAILS || b == EXIT_FAILS ? EXIT_FAILS : a > b ? a : b;
}

static int run_cells(const struct options *o, const struct requirements *q,
                     const struct suite *suite, const struct test_case **cases, size_t n,
                     const struct players *p, struct matrix *m)
{
    int code = EXIT_CONFORMS;
    size_t ran = 0;

    for (size_t i = 0; i < m->servers * m->clients; i++) {
        const struct manifest *server = p->servers[i / m->clients];
        const struct manifest *client = p->clients[i % m->clients];
        struct cell *c = &m->cells[i];
        *c = (struct cell){.server = server->name,
                           .client = client->name,
                           .server_file = server->file,
                           .client_file = client->file};
        if (!pair_shares_wire(server, client)) {
            c->why = x_strdup("the wires differ");
            c->foreign = server->own_wire && client->own_wire;
            continue;
        }
        if (interrupted()) {
            c->why = x_strdup("interrupted");
            code = worse(code, EXIT_UNDECIDED);
            continue;
        }
        tell_progress(m, c);
        run_cell(o, q, suite, cases, n, m, c);
        code = worse(code, c->exit);
        ran++;
    }
    return ran > 0 ? code : EXIT_UNDECIDED;
}

/* Writes the table where it was asked for, and to standard output in any case. */
static int report_all(const struct options *o, const struct matrix *m)
{
    bool shown = false;
    int result = 0;

    for (size_t i = 0; i < o->report_n; i++) {
        shown = shown || strchr(o->reports[i], '=') == NULL;
        if (matrix_report(m, o->reports[i]) < 0)
            result = -1;
    }
    if (!shown && matrix_report(m, "text") < 0)
        result = -1;
    return result;
}

int matrix_run(const struct options *options, const struct requirements *q,
               const struct suite *suite, char *const *files, size_t n)
{
    struct options o = *options;
    struct players p;
    size_t case_n = 0;
    int code =
        n == 0 ? usage("a matrix of what? Give manifests", NULL) : read_players(&p, &o, files, n);

    if (n == 0)
        return code;
    if (code == 0 && !o.seeded && getrandom(&o.seed, 4, 0) != 4)
        code = EXIT_INTERNAL;
    if (code == 0 && (report_all(&o, NULL) < 0 ||
                      (o.save != NULL && mkdir(o.save, 0755) < 0 && access(o.save, W_OK) < 0)))
        code = usage("nowhere to write to", o.save);
    const struct test_case **cases = code == 0 ? selection_choose(suite, &o, q, &case_n) : NULL;
    if (code == 0 && cases == NULL)
        code = EXIT_USAGE;
    if (cases != NULL) {
        struct matrix m = {x_calloc(p.server_n * p.client_n, sizeof *m.cells), p.server_n,
                           p.client_n};
        code = run_cells(&o, q, suite, cases, keep_pairs(cases, case_n), &p, &m);
        if (report_all(&o, &m) < 0)
            code = EXIT_INTERNAL;
        for (size_t i = 0; i < m.servers * m.clients; i++) {
            free(m.cells[i].why);
            json_decref(m.cells[i].broken);
        }
        free(m.cells);
    }
    free(cases);
    finish_players(&p);
    return code;
}
