/* SPDX-License-Identifier: MIT
 *
 * The command "run": the manifest, the baseline and the reports that its options name, then the
 * run.
 */
#ifndef HARNESS_CONDUCT_H
#define HARNESS_CONDUCT_H

#include "options.h"

/* Runs the selected cases. Returns an exit code of the suite. */
int conduct_run(struct options *o, const struct requirements *q, const struct suite *suite);

/* The same for those cases and into these reports, which were opened, of a manifest that is named.
 */
int conduct_run_with(const struct options *o, const struct requirements *q,
                     const struct suite *suite, const struct test_case **cases, size_t n,
                     struct reports *reports);

/* How the program was called, for a reader to type: "rtmtest VERB" and the options that say what is
 * run, and how; the caller's. */
char *conduct_command(const struct options *o, const char *verb);
/* Opens the reports that were asked for; shown: and one on standard output in any case. -1 after a
 * complaint. */
int conduct_open_reports(const struct options *o, struct reports *reports, bool shown);

#endif
