/* SPDX-License-Identifier: MIT
 *
 * rtm-sim: the cores of server and client under a virtual kernel.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/movefile.h"
#include "sim/scenario.h"
#include "sim/shrink.h"
#include "sim/summary.h"

enum { EXIT_USAGE = 64, EXIT_INTERNAL = 70, SHRINK_SECONDS = 30 };

struct options {
    uint64_t seed;
    const char *replay; /* NULL: none */
    bool trace, shrink, sweeps, seeded, ndjson, races;
    const char *into; /* NULL: nothing is written */
    struct sweep sweep;
};

static const char usage[] =
    "Usage: rtm-sim --seed N [--trace | --shrink]\n"
    "       rtm-sim --replay FILE [--trace | --shrink]\n"
    "       rtm-sim --seeds A..B [--jobs N] [--first] [--format ndjson]\n"
    "\n"
    "Runs worlds: the server, clients, a hostile peer and strangers under a virtual kernel, with\n"
    "every check after every move. Equal seeds give equal runs on every machine.\n"
    "\n"
    "  --seed N         draws the moves from this number\n"
    "  --replay FILE    makes the moves of a file, one a line; `-` is standard input\n"
    "  --trace          prints each move, indented where it comes inside another\n"
    "  --shrink         of moves that fail makes as few and as simple ones as it can, which fail\n"
    "                   in the same way, and prints them\n"
    "  --into PREFIX    writes them to PREFIX.moves, for --replay, and to PREFIX.rtm as a\n"
    "                   scenario for the real processes\n"
    "  --seeds A..B     all these seeds: what failed, and how often each race was met\n"
    "  --jobs N         in so many processes (1)\n"
    "  --first          ends with the lowest seed that fails\n"
    "  --format FORMAT  text or ndjson, an object a line (text)\n"
    "  --help\n"
    "\n"
    "Failures:\n";

static const char statuses[] =
    "\nExit status: 0 all checks held; 1 one failed, or so many seeds never met a race that they\n"
    "should have; 64 wrong usage; 70 no process or no memory.\n";

static int help(void)
{
    fputs(usage, stdout);
    for (int class = 1; class < CLASSES; class ++)
        printf("  %-9s %s\n", class_word(class), class_text(class));
    fputs(statuses, stdout);
    return EXIT_SUCCESS;
}

static int wrong(const char *what, const char *value, const char *expected)
{
    fprintf(stderr, "rtm-sim: %s \"%s\": expected %s; try --help\n", what, value, expected);
    return EXIT_USAGE;
}

static int failed(const char *what)
{
    fprintf(stderr, "rtm-sim: %s: %s\n", what, strerror(errno));
    return EXIT_INTERNAL;
}

/* A whole number at the front of the text; NULL if there is none, else what is behind it. */
static const char *read_number(const char *text, uint64_t *number)
{
    char *end;

    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno ? NULL : end;
}

static int set_seed(struct options *options, const char *value)
{
    const char *end = read_number(value, &options->seed);

    if (!end || *end)
        return wrong("--seed", value, "a number");
    options->seeded = true;
    return -1;
}

static int set_seeds(struct options *options, const char *value)
{
    struct sweep *sweep = &options->sweep;
    const char *end = read_number(value, &sweep->from);

    if (!end || strncmp(end, "..", 2) != 0 || !(end = read_number(end + 2, &sweep->to)) || *end ||
        sweep->from > sweep->to || sweep->to == UINT64_MAX)
        return wrong("--seeds", value, "two numbers A..B, the second not below the first");
    options->sweeps = true;
    return -1;
}

static int set_jobs(struct options *options, const char *value)
{
    uint64_t jobs;
    const char *end = read_number(value, &jobs);

    if (!end || *end || jobs == 0 || jobs > SWEEP_JOBS_MAX)
        return wrong("--jobs", value, "a number from 1 to 256");
    options->sweep.jobs = (unsigned)jobs;
    return -1;
}

static int set_format(struct options *options, const char *value)
{
    options->ndjson = strcmp(value, "ndjson") == 0;
    if (!options->ndjson && strcmp(value, "text") != 0)
        return wrong("--format", value, "text or ndjson");
    return -1;
}

static int set_option(struct options *options, int option)
{
    switch (option) {
    case 's':
        return set_seed(options, optarg);
    case 'S':
        return set_seeds(options, optarg);
    case 'j':
        return set_jobs(options, optarg);
    case 'F':
        return set_format(options, optarg);
    case 'r':
        options->replay = optarg;
        return -1;
    case 'i':
        options->into = optarg;
        return -1;
    case 't':
        options->trace = true;
        return -1;
    case 'k':
        options->shrink = true;
        return -1;
    case 'f':
        options->sweep.first = true;
        return -1;
    case 'h':
        return help();
    default:
        fprintf(stderr, "rtm-sim: try --help\n");
        return EXIT_USAGE;
    }
}

/* -1: go on; otherwise the exit status, all is said. */
static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"seed", required_argument, NULL, 's'},
        {"seeds", required_argument, NULL, 'S'},
        {"jobs", required_argument, NULL, 'j'},
        {"format", required_argument, NULL, 'F'},
        {"replay", required_argument, NULL, 'r'},
        {"into", required_argument, NULL, 'i'},
        {"trace", no_argument, NULL, 't'},
        {"shrink", no_argument, NULL, 'k'},
        {"first", no_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, status = -1;

    while (status < 0 && (option = getopt_long(argc, argv, "", known, NULL)) != -1)
        status = set_option(options, option);
    if (status < 0 && optind < argc)
        return wrong("argument", argv[optind], "only options");
    if (status < 0 && options->sweeps + options->seeded + !!options->replay != 1)
        return wrong("options", "", "one of --seed, --seeds and --replay");
    if (status < 0 && !options->sweeps && (options->sweep.jobs > 1 || options->sweep.first))
        return wrong(options->sweep.jobs > 1 ? "--jobs" : "--first", "", "--seeds beside it");
    if (status < 0 && options->into && !options->shrink)
        return wrong("--into", options->into, "--shrink beside it");
    if (status < 0 && options->shrink && (options->sweeps || options->trace))
        return wrong("--shrink", "", "--seed or --replay, and no --trace");
    return status;
}

static int load(const char *name, struct moves *moves)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    char reason[MOVE_REASON];
    int result;

    if (!file) {
        fprintf(stderr, "rtm-sim: %s: %s\n", name, strerror(errno));
        return -1;
    }
    result = movefile_read(file, moves, reason);
    if (result)
        fprintf(stderr, "rtm-sim: %s:%s\n", name, reason);
    if (file != stdin)
        fclose(file);
    return result;
}

static int report(const struct plan *plan, const struct outcome *outcome)
{
    if (!plan->replay)
        printf("seed %" PRIu64 ": ", plan->seed);
    printf("%s: %" PRIu64 " events, %u flushes, %u kills, %u restarts, %u skipped, hash %016" PRIx64
           "\n",
           class_word(outcome->class), outcome->events, outcome->flushes, outcome->kills,
           outcome->restarts, outcome->skipped, outcome->hash);
    if (outcome->class == CLASS_HOLDS)
        return EXIT_SUCCESS;
    printf("%s [%s]\n%s\n", class_text(outcome->class), outcome->requirement, outcome->text);
    return EXIT_FAILURE;
}

static int run(const struct plan *plan)
{
    struct world *world = world_create();
    struct outcome outcome = {0};
    int status;

    world_run(world, plan, &outcome);
    status = report(plan, &outcome);
    outcome_finish(&outcome);
    world_destroy(world);
    return status;
}

static const char *name_file(const char *prefix, const char *suffix, char name[PATH_MAX])
{
    snprintf(name, PATH_MAX, "%s%s", prefix, suffix);
    return name;
}

static FILE *create(const char *prefix, const char *suffix)
{
    char name[PATH_MAX];

    return fopen(name_file(prefix, suffix, name), "w");
}

/* What lacks moves may fail where nothing is wrong: it is for reading, and gets no name of a
 * scenario. */
static int set_aside(const char *prefix, unsigned unsaid)
{
    char name[PATH_MAX], aside[PATH_MAX];

    if (rename(name_file(prefix, ".rtm", name), name_file(prefix, ".unsaid", aside)))
        return failed(name);
    printf("%s: to be read, not run: %u moves cannot be said to the real processes\n", aside,
           unsaid);
    return EXIT_FAILURE;
}

static int write_into(const char *prefix, const struct moves *moves, const struct failure *failure)
{
    FILE *file = create(prefix, ".moves");
    unsigned unsaid;
    bool whole;

    if (!file)
        return failed(prefix);
    fprintf(file, "# seed %" PRIu64 ", %s [%s]: %s\n", failure->seed, class_word(failure->class),
            failure->requirement, failure->text);
    movefile_write(file, moves);
    fclose(file);
    if (failure->class == CLASS_CRASH || failure->class == CLASS_HANG)
        return EXIT_FAILURE;
    file = create(prefix, ".rtm");
    if (!file)
        return failed(prefix);
    whole = scenario_write(file, moves, failure, &unsaid);
    fclose(file);
    if (!whole)
        return set_aside(prefix, unsaid);
    if (unsaid > 0)
        printf("%s.rtm: %u moves cannot be said to the real processes\n", prefix, unsaid);
    return EXIT_FAILURE;
}

static int shrink(const struct options *options, struct moves *moves)
{
    const struct plan plan = {.seed = options->seed, .replay = options->replay ? moves : NULL};
    struct failure failure;
    size_t before;

    if (options->replay ? apart_run(&plan, &failure)
                        : shrink_moves_of(options->seed, moves, &failure))
        return failed("a run in a process of its own");
    if (failure.class == CLASS_HOLDS) {
        printf("all checks hold: there is nothing to shrink\n");
        return EXIT_SUCCESS;
    }
    before = moves->count;
    if (shrink_run(moves, &failure, SHRINK_SECONDS))
        return failed("a run in a process of its own");
    printf("%s [%s]: %s\n# %zu of %zu moves:\n", class_word(failure.class), failure.requirement,
           failure.text, moves->count, before);
    movefile_write(stdout, moves);
    return options->into ? write_into(options->into, moves, &failure) : EXIT_FAILURE;
}

static int sweep(struct options *options)
{
    if (sweep_run(&options->sweep))
        return failed("the sweep");
    if (options->ndjson)
        summary_ndjson(&options->sweep);
    else
        summary_text(&options->sweep);
    return summary_good(&options->sweep) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct options options = {.sweep.jobs = 1};
    struct moves moves = {0};
    int status = read_options(&options, argc, argv);

    if (status >= 0)
        return status;
    if (options.sweeps)
        return sweep(&options);
    if (options.replay && load(options.replay, &moves))
        return EXIT_USAGE;
    if (options.shrink)
        status = shrink(&options, &moves);
    else
        status = run(&(struct plan){.seed = options.seed,
                                    .replay = options.replay ? &moves : NULL,
                                    .trace = options.trace ? stdout : NULL});
    moves_finish(&moves);
    return status;
}
