/* SPDX-License-Identifier: MIT
 *
 * What came of a matrix, as a table of text or of Markdown, or as a JSON object for each pair.
 */
#ifndef HARNESS_MATRIX_REPORT_H
#define HARNESS_MATRIX_REPORT_H

#include "event.h"

/* A pair. Without cases it was not run, for why. */
struct cell {
    const char *server, *client; /* names of their manifests */
    const char *server_file, *client_file;
    char *why;
    bool foreign; /* that is: the wires differ, and each has one of its own */
    size_t counts[VERDICT_COUNT];
    json_t *broken; /* the event of the first FAIL, or else of what could not be judged; or NULL */
    int exit;
};

/* The cells stand by server, then by client. */
struct matrix {
    struct cell *cells;
    size_t servers, clients;
};

/* Counts the events of its cases into a cell. */
void cell_count(struct cell *c, const json_t *cases);
/* Writes "text", "markdown" or "ndjson", to standard output or as FORMAT=FILE says. -1 after a
 * complaint; without a matrix it only looks whether it could. */
int matrix_report(const struct matrix *m, const char *request);

#endif
