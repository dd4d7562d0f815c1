/* SPDX-License-Identifier: MIT
 *
 * Reports of a run. A run is a stream of events (event.h): one "start", a "case" each, one "end".
 * Every report is made of that stream and nothing else, while it runs or from a saved one.
 */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "event.h"

#include <stdio.h>

/* One report: a format that goes to a file. */
struct report {
    void (*tell)(struct report *r, json_t *event);
    const char *path; /* NULL for standard output */
    FILE *out;
    bool colours, progress; /* of a terminal */
    json_t *start, *cases;  /* what was told so far, this event included; borrowed */
    size_t failed;          /* as the progress shows it */
    int error;              /* of the first write that failed */
};

struct reports {
    struct report *at;
    size_t n;
    json_t *start, *cases;
};

/* Adds a report, "FORMAT" or "FORMAT=FILE"; "-" and no file are standard output, which takes one
 * only. Creates the file. -1 after a complaint. */
int reports_add(struct reports *r, const char *request);
/* Whether one of them goes to standard output. */
bool reports_show(const struct reports *r);
/* Tells one event to all. */
void reports_tell(struct reports *r, json_t *event);
/* Closes the files and frees all; -1 after a complaint if one could not be written whole. */
int reports_finish(struct reports *r);

/* "pretty, tap, junit, markdown, html or ndjson" */
extern const char report_formats[];

/* One event in each format. junit, markdown and html print all at the end. */
void report_pretty(struct report *r, json_t *event);
void report_tap(struct report *r, json_t *event);
void report_junit(struct report *r, json_t *event);
void report_markdown(struct report *r, json_t *event);
void report_html(struct report *r, json_t *event);
void report_ndjson(struct report *r, json_t *event);

#endif
