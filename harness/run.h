/* SPDX-License-Identifier: MIT
 *
 * A run: the selected cases in the order of its seed, and what comes of them all.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "baseline.h"
#include "pool.h"
#include "report.h"

#define SUITE_VERSION "0.1.0"

/* The exit codes of the suite. */
enum { EXIT_CONFORMS = 0, EXIT_FAILS = 1, EXIT_UNDECIDED = 2, EXIT_USAGE = 64, EXIT_INTERNAL = 70 };

struct run_options {
    const struct manifest *manifest;
    const struct requirements *requirements;
    const struct baseline *baseline;
    const struct test_case **cases; /* the selected ones */
    size_t n;
    int trials; /* so many run first; if none of them comes to an expectation, no other does */
    int64_t until_ms; /* no case begins later; 0: any time */
    bool whole;       /* nothing was left out by the caller: only then is there a claim */
    int jobs;
    uint64_t seed;
    bool keep;
    enum sandbox_choice sandbox;
    const char *data;                      /* a directory, or NULL */
    const char *server, *client;           /* manifests that play a role but the first; or NULL */
    const char *wrap_server, *wrap_client; /* as the manifest's wrappers were given; or NULL */
    const char *profile;                   /* names of its tiers, or NULL */
    const char *trouble;                   /* why the IUT cannot be run, or NULL */
    json_t *environment;                   /* texts of what the manifest takes from it; or NULL */
    const char *repeat;                    /* the command that starts this run, without --only */
};

/* The event that starts a run, in that sandbox; the caller's. */
json_t *run_start_event(const struct run_options *o, const char *sandbox);

/* Runs all and tells the reports. Returns the exit code. */
int run_cases(const struct run_options *o, struct reports *r);

#endif
