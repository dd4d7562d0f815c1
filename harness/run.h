/* SPDX-License-Identifier: MIT
 *
 * A run: the selected cases, several at a time, each in a process of its own, and what comes of
 * them all. A case that ran out of time on a loaded machine is run once more, alone.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "baseline.h"
#include "manifest.h"
#include "report.h"
#include "script.h"

enum sandbox_choice { SANDBOX_AUTO, SANDBOX_NAMESPACES, SANDBOX_NONE };

#define SUITE_VERSION "0.1.0"
#define SANDBOX_DECLINED "none (asked for)" /* as the start of a run has it */

/* The exit codes of the suite. */
enum { EXIT_CONFORMS = 0, EXIT_FAILS = 1, EXIT_UNDECIDED = 2, EXIT_USAGE = 64, EXIT_INTERNAL = 70 };

struct run_options {
    const struct manifest *manifest;
    const struct requirements *requirements;
    const struct baseline *baseline;
    const struct test_case **cases; /* the selected ones */
    size_t n;
    bool whole; /* nothing was left out by the caller: only then is there a claim */
    int jobs;
    uint64_t seed;
    bool keep;
    enum sandbox_choice sandbox;
    const char *data;                      /* a directory, or NULL */
    const char *wrap_server, *wrap_client; /* as the manifest's wrappers were given; or NULL */
    const char *repeat;                    /* the command that starts this run, without --only */
};

/* Runs all and tells the reports. Returns the exit code. */
int run_cases(const struct run_options *o, struct reports *r);

#endif
