/* SPDX-License-Identifier: MIT
 *
 * The words of the command line, and what they come to. Paths are as they were given.
 */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H

#include "draw.h"
#include "run.h"

struct options {
    const char *program; /* as it was called, for the command that repeats a run */
    const char *share, *iut, *baseline, *rerun;
    const char *root, *called;   /* in place of the manifest's root and name, or NULL */
    bool copied;                 /* it runs in a private copy of its root */
    const char *server, *client; /* manifests: who plays that role, or NULL */
    const char *wants;           /* the text of --help or --version */
    const char *wrap, *wrap_server, *wrap_client; /* commands (wrap.h) */
    const char **only, **except, **reports;       /* reports: FORMAT or FORMAT=FILE */
    size_t only_n, except_n, report_n;
    int jobs;
    uint64_t seed;
    bool seeded, keep, share_given, sandbox_given;
    bool json, worse;         /* of diff */
    uint64_t last_seed, runs; /* of fuzz, as what follows: those up to last_seed if it is ranged */
    int seconds, shrink, clients, steps;
    int limit;        /* seconds of a case; 0: the usual ones */
    unsigned without; /* kinds (draw.h) */
    unsigned tiers;   /* of --profile, a bit for each (tier.h); 0: all */
    bool ranged, print;
    const char *save; /* of grade, too */
    enum sandbox_choice sandbox;
};

extern const char options_help[], options_version[];

/* Reads the options behind the command (argv[1]); optind is then the first word that is none. 0, or
 * EXIT_USAGE after a complaint. */
int options_parse(struct options *o, int argc, char **argv);
void options_finish(struct options *o);

/* Says on standard error what is wrong, with the word that is (or NULL); EXIT_USAGE. */
int usage(const char *message, const char *word);

/* A path below the share directory, relative where that is the current one: it is shown to people.
 * The caller's. */
char *share_path(const struct options *o, const char *path);

#endif
