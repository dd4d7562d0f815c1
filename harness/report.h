/* SPDX-License-Identifier: MIT
 *
 * Reports of a run. A run is a stream of events: one "start", a "case" each, one "end"; every
 * report is made of that stream and nothing else.
 *
 *   start  suite, spec, iut, kernel, sandbox, seed, jobs, cases, repeat (the command of this run),
 *          wrap_server, wrap_client (commands)
 *   case   case, only (what --only takes), title, file, values, verdict, message, id, line, step,
 *          seconds, notes, detail, transcript, transcript_left_out, alone, kept, wrapped, judged
 *   end    counts {VERDICT: N}, passed, failed, skipped, seconds, exit, reason, wrapped, judged
 */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "requirement.h"

#include <jansson.h>
#include <stdio.h>

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_NDJSON };

struct report {
    enum report_format format;
    const struct requirements *requirements;
    FILE *out;
    bool colours, progress; /* of a terminal */
    json_t *start, *cases;  /* what was told so far */
    size_t failed;
};

void report_init(struct report *r, enum report_format format, const struct requirements *q,
                 FILE *out);
void report_finish(struct report *r);
/* Tells one event; borrows it. */
void report_tell(struct report *r, json_t *event);

/* Of report_pretty.c and report_tap.c: one event in that format. */
void report_pretty(struct report *r, json_t *event);
void report_tap(struct report *r, json_t *event);

/* What the processes of the IUT are started under, in lines after a prefix; nothing without a
 * wrapper. Used by both. */
void report_wrappers(const struct report *r, json_t *start, const char *prefix);
/* What a failed case has to tell, each line after a prefix: requirement, step, message, detail,
 * transcript, how to repeat it. Used by both. */
void report_explain(const struct report *r, json_t *event, const char *prefix);
/* "text" of an event's member, or "". */
const char *report_text(json_t *event, const char *member);
/* The verdicts, why the run ends as it does and where its time went, each line after a prefix; last
 * the counts, bare. Used by both. */
void report_close(const struct report *r, json_t *event, const char *prefix);

#endif
