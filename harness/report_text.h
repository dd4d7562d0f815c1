/* SPDX-License-Identifier: MIT
 *
 * What reports have in common: how a run is opened and closed, how a failure is explained.
 */
#ifndef HARNESS_REPORT_TEXT_H
#define HARNESS_REPORT_TEXT_H

#include "report.h"

/* What the run is, each line after a prefix. */
void report_open(const struct report *r, const char *prefix);
/* What a failed case has to tell, each line after a prefix: message, requirement, step, detail,
 * transcript, how to repeat it. */
void report_explain(const struct report *r, const json_t *event, const char *prefix);
/* The verdicts, why the run ends as it does, where its time went and the first failures once more,
 * each line after a prefix; last the counts, bare. */
void report_close(const struct report *r, const json_t *event, const char *prefix);

/* Whether the run judged the machine, not an implementation. */
bool report_of_platform(const struct report *r);
/* The command that repeats a case alone; the caller's. */
char *report_repeat(const struct report *r, const json_t *event);
/* An array of texts in one, with blanks between them; the caller's. */
char *report_join(const json_t *texts);
/* The lines of an array, each after a prefix. */
void report_lines(const struct report *r, const json_t *lines, const char *prefix);

#endif
