/* SPDX-License-Identifier: MIT */
#include "matrix_report.h"

#include "escape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Whether the case tells more than the one that is the first so far: a FAIL, or by its name. */
static bool is_before(const json_t *e, const json_t *first)
{
    bool fails = event_verdict(e) == VERDICT_FAIL;

    if (first == NULL || fails != (event_verdict(first) == VERDICT_FAIL))
        return first == NULL || fails;
    return strcmp(event_text(e, "case"), event_text(first, "case")) < 0;
}

void cell_count(struct cell *c, const json_t *cases)
{
    size_t i;
    json_t *e;

    json_array_foreach(cases, i, e)
    {
        enum verdict v = event_verdict(e);
        c->counts[v]++;
        if (verdict_standing(v) == FAILED && is_before(e, c->broken)) {
            json_decref(c->broken);
            c->broken = json_incref(e);
        }
    }
}

/* "12 PASS, 1 FAIL: SYN-11", of the verdicts that were given. */
static char *describe(const struct cell *c)
{
    struct buf b = {0};

    if (c->why != NULL)
        return x_strdup(c->why);
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (c->counts[v] > 0)
            buf_printf(&b, "%s%zu %s", b.len > 0 ? ", " : "", c->counts[v],
                       verdict_name((enum verdict)v));
    if (c->counts[VERDICT_FAIL] > 0)
        buf_printf(&b, ": %s",
                   *event_text(c->broken, "id") ? event_text(c->broken, "id")
                                                : event_text(c->broken, "case"));
    return b.len > 0 ? buf_take(&b) : x_strdup("no case");
}

static const struct cell *cell_at(const struct matrix *m, size_t server, size_t client)
{
    return &m->cells[server * m->clients + client];
}

/* How wide a column has to be. */
static int column_width(const struct matrix *m, size_t client)
{
    size_t width = strlen(cell_at(m, 0, client)->client);

    for (size_t s = 0; s < m->servers; s++) {
        char *text = describe(cell_at(m, s, client));
        width = strlen(text) > width ? strlen(text) : width;
        free(text);
    }
    return (int)width;
}

static int head_width(const struct matrix *m)
{
    size_t width = strlen("server \\ clients");

    for (size_t s = 0; s < m->servers; s++)
        if (strlen(cell_at(m, s, 0)->server) > width)
            width = strlen(cell_at(m, s, 0)->server);
    return (int)width;
}

/* The first failure of each pair, in a line, and what would make it one. */
static void tell_broken(const struct matrix *m, FILE *out)
{
    bool apart = false;

    for (size_t i = 0; i < m->servers * m->clients; i++) {
        const struct cell *c = &m->cells[i];
        if (c->broken != NULL)
            fprintf(out, "%s with %s: %s: %s\n", c->server, c->client,
                    event_text(c->broken, "case"), event_text(c->broken, "message"));
        apart = apart || c->foreign;
    }
    if (apart)
        fputs(
            "where the wires differ: the manifests of programs that speak the same own wire say so "
            "with one name, wire = own NAME, or with the same [record]\n",
            out);
}

/* The closing line of every run, over all pairs. */
static void tell_sums(const struct matrix *m, FILE *out)
{
    size_t sums[STANDING_COUNT] = {0};

    for (size_t i = 0; i < m->servers * m->clients; i++)
        for (int v = 0; v < VERDICT_COUNT; v++)
            sums[verdict_standing((enum verdict)v)] += m->cells[i].counts[v];
    fprintf(out, "%zu passed, %zu failed, %zu skipped\n", sums[PASSED], sums[FAILED],
            sums[SKIPPED]);
}

static void report_text(const struct matrix *m, FILE *out)
{
    int head = head_width(m);

    fprintf(out, "%-*s", head, "server \\ clients");
    for (size_t c = 0; c < m->clients; c++)
        fprintf(out, "  %-*s", c + 1 < m->clients ? column_width(m, c) : 0,
                cell_at(m, 0, c)->client);
    for (size_t s = 0; s < m->servers; s++) {
        fprintf(out, "\n%-*s", head, cell_at(m, s, 0)->server);
        for (size_t c = 0; c < m->clients; c++) {
            char *text = describe(cell_at(m, s, c));
            fprintf(out, "  %-*s", c + 1 < m->clients ? column_width(m, c) : 0, text);
            free(text);
        }
    }
    fprintf(out, "\n\n");
    tell_broken(m, out);
    tell_sums(m, out);
}

static void report_markdown_table(const struct matrix *m, FILE *out)
{
    struct buf b = {0};

    buf_adds(&b, "| server \\\\ clients |");
    for (size_t c = 0; c < m->clients; c++) {
        buf_adds(&b, " ");
        markdown_add(&b, cell_at(m, 0, c)->client);
        buf_adds(&b, " |");
    }
    buf_adds(&b, "\n| --- |");
    for (size_t c = 0; c < m->clients; c++)
        buf_adds(&b, " --- |");
    for (size_t s = 0; s < m->servers; s++) {
        buf_adds(&b, "\n| ");
        markdown_add(&b, cell_at(m, s, 0)->server);
        buf_adds(&b, " |");
        for (size_t c = 0; c < m->clients; c++) {
            char *text = describe(cell_at(m, s, c));
            buf_adds(&b, " ");
            markdown_add(&b, text);
            buf_adds(&b, " |");
            free(text);
        }
    }
    fprintf(out, "%s\n", b.data);
    buf_finish(&b);
}

static void report_ndjson_cells(const struct matrix *m, FILE *out)
{
    for (size_t i = 0; i < m->servers * m->clients; i++) {
        const struct cell *c = &m->cells[i];
        json_t *e = json_pack("{s:s}", "event", "pair"), *counts = json_object();
        for (int v = 0; v < VERDICT_COUNT; v++)
            if (c->counts[v] > 0)
                json_object_set_new(counts, verdict_name((enum verdict)v),
                                    json_integer((json_int_t)c->counts[v]));
        event_set(e, "server", c->server);
        event_set(e, "client", c->client);
        event_set(e, "server_manifest", c->server_file);
        event_set(e, "client_manifest", c->client_file);
        event_set(e, "unsupported", c->why);
        json_object_set_new(e, "counts", counts);
        if (c->broken != NULL)
            json_object_set(e, "broken", c->broken);
        json_object_set_new(e, "exit", json_integer(c->exit));
        json_dumpf(e, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
        fputc('\n', out);
        json_decref(e);
    }
}

static const struct {
    const char *name;
    void (*write)(const struct matrix *m, FILE *out);
} formats[] = {
    {"text", report_text}, {"markdown", report_markdown_table}, {"ndjson", report_ndjson_cells}};

int matrix_report(const struct matrix *m, const char *request)
{
    size_t len = strcspn(request, "="), i = 0;
    const char *path = request[len] == '=' ? request + len + 1 : NULL;

    while (i < LENGTH(formats) &&
           (strlen(formats[i].name) != len || strncmp(formats[i].name, request, len) != 0))
        i++;
    if (i == LENGTH(formats)) {
        fprintf(stderr,
                "rtmtest: a matrix is reported as text, markdown or ndjson, or FORMAT=FILE, not "
                "%s; rtmtest --help shows how\n",
                request);
        return -1;
    }
    FILE *out = path ? fopen(path, m ? "we" : "ae") : stdout;
    if (out != NULL && m != NULL)
        formats[i].write(m, out);
    if (out != NULL && (path ? fclose(out) : fflush(out)) == 0)
        return 0;
    fprintf(stderr, "rtmtest: %s: %s\n", path ? path : "standard output", strerror(errno));
    return -1;
}
