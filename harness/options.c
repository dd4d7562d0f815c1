/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "tier.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_RUNS 1000000000

const char options_help[] =
    "rtmtest " SUITE_VERSION ": says whether a Routing Table Manager conforms to RTM/1\n"
    "\n"
    "usage: rtmtest run [OPTION]...        run scenarios against an implementation\n"
    "       rtmtest platform [OPTION]...   checks what this machine promises to any RTM: start "
    "here\n"
    "       rtmtest doctor --iut FILE      tries each dialogue of a manifest, says what to change\n"
    "       rtmtest matrix FILE...         every server with every client of these manifests\n"
    "       rtmtest grade --iut FILE DIR...\n"
    "                                      builds and runs many submissions of one style\n"
    "       rtmtest list [--only X]...     the cases, with their titles\n"
    "       rtmtest fuzz [OPTION]...       random scenarios against an implementation\n"
    "       rtmtest requirements           the requirements of the spec, one a line\n"
    "       rtmtest explain ID...          a requirement, why it is there, its scenarios\n"
    "       rtmtest coverage               requirements without a scenario, and counts\n"
    "       rtmtest parse FILE...          check scenarios without running them\n"
    "       rtmtest report FORMAT RUN      a report of a saved run; also FORMAT=FILE, several\n"
    "       rtmtest diff RUN RUN           what changed from one saved run to another\n"
    "       rtmtest baseline RUN           a list of known failures, made of a saved run\n"
    "       rtmtest schema                 the events of a run, as a JSON Schema\n"
    "\n"
    "options of run:\n"
    "  --iut FILE         manifest of the implementation (the reference's)\n"
    "  --client FILE      with --iut: its server is under test, with the clients of this manifest\n"
    "  --server FILE      with --iut: its clients are under test, with the server of this one;\n"
    "                     with --client and no --iut: both are under test, together\n"
    "  --root DIR         where the programs are, in place of the manifest's root\n"
    "  --only X           a requirement's id, a case, a file or directory, or a tag; may be "
    "repeated\n"
    "  --except X         the same of cases to leave out\n"
    "  --profile P        only what any program can be asked by its own commands, by tier: course\n"
    "                     (course-core and course-extended), robustness, epochs; or rtm1, which\n"
    "                     speaks the wire, too; may be repeated\n"
    "  --wrap COMMAND     start every process of the IUT under a command, such as\n"
    "                     \"valgrind -q --log-file={log}\"; what it writes to {log} is a finding\n"
    "  --wrap-server COMMAND, --wrap-client COMMAND\n"
    "                     the same for servers or clients alone\n"
    "  --jobs N           cases at a time (the number of processors)\n"
    "  --limit SECONDS    for a case, besides two deadlines of its steps (120)\n"
    "  --seed N           order of the cases (random; printed)\n"
    "  --sandbox MODE     auto, namespaces or none (auto)\n"
    "  --rerun RUN        only what failed in a saved run, with its manifest, baseline and seed\n"
    "  --baseline FILE    known failures: lines of CASE VERDICT ID \"reason\" [\"message\"]\n"
    "  --report F[=FILE]  pretty, tap, junit, markdown, html or ndjson (which saves the run); may\n"
    "                     be repeated (standard output gets pretty on a terminal, else tap)\n"
    "  --keep             keep the directories of the cases, and say where\n"
    "options of matrix, besides --only, --except, --profile, --wrap, --jobs, --seed, --sandbox:\n"
    "  --report F[=FILE]  the table as text (the default), markdown or ndjson\n"
    "  --save DIR         the run of each pair, as DIR/1-SERVER--2-CLIENT.ndjson\n"
    "options of fuzz, besides --iut, --wrap, --jobs, --sandbox and --report:\n"
    "  --seed N           the scenario of that seed alone, or the first one (random; printed)\n"
    "  --seeds A..B       these\n"
    "  --runs N           so many seeds (100)\n"
    "  --time SECONDS     as many as begin in that time\n"
    "  --clients N        clients at a time, at most (3)\n"
    "  --steps N          steps of a scenario, about (40)\n"
    "  --without KIND     leaves out arp, flush, bursts, loads, joins, stops, restarts, probes,\n"
    "                     lookups or network; may be repeated\n"
    "  --save DIR         where failing scenarios are kept (fuzz.found)\n"
    "  --shrink SECONDS   for making each smaller (60)\n"
    "  --print            print the scenarios in place of running them\n"
    "options of grade, besides those of run but --rerun, --baseline, --report and --keep:\n"
    "  --save DIR         where grades.csv, the pages and the events go (grades)\n"
    "  --time SECONDS     for running each submission, once it is built (600)\n"
    "options of platform:\n"
    "  --only X, --except X, --report F[=FILE]\n"
    "                     as of run; X is a requirement's id\n"
    "options of diff:\n"
    "  --json             one JSON object in place of the text\n"
    "  --worse            exit 1 only if something got worse (1 if anything differs)\n"
    "options of all:\n"
    "  --share DIR        where spec/ and tests/ are (or RTM_SHARE)\n"
    "\n"
    "RTM_DATA names a directory of real tables; without it generated ones stand in.\n"
    "exit status: 0 conforms, 1 does not, 2 undecided, 64 wrong usage, 70 internal error\n";

const char options_version[] = "rtmtest " SUITE_VERSION "\n";

int usage(const char *message, const char *word)
{
    fprintf(stderr, "rtmtest: %s%s%s; rtmtest --help shows how\n", message, word ? " " : "",
            word ? word : "");
    return EXIT_USAGE;
}

static int parse_number(const char *text, uint64_t most, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *value <= most ? 0 : -1;
}

static int parse_sandbox(struct options *o, const char *text)
{
    static const char *const modes[] = {"auto", "namespaces", "none"};

    for (size_t i = 0; i < LENGTH(modes); i++) {
        if (strcmp(text, modes[i]) != 0)
            continue;
        o->sandbox = (enum sandbox_choice)i;
        o->sandbox_given = true;
        return 0;
    }
    return usage("expected --sandbox auto, namespaces or none, not", text);
}

/* An option whose value is taken as it is, or that has none; false if it is another one. */
static bool take_plain(struct options *o, int c)
{
    const struct {
        int letter;
        const char **value;
    } texts[] = {
        {'i', &o->iut},      {'w', &o->wrap},   {'v', &o->wrap_server}, {'c', &o->wrap_client},
        {'k', &o->baseline}, {'R', &o->rerun},  {'S', &o->share},       {'O', &o->save},
        {'D', &o->root},     {'y', &o->server}, {'z', &o->client},
    };
    const struct {
        int letter;
        bool *value;
    } flags[] = {{'J', &o->json},
                 {'W', &o->worse},
                 {'K', &o->keep},
                 {'S', &o->share_given},
                 {'P', &o->print}};
    bool taken = false;

    for (size_t i = 0; i < LENGTH(texts); i++)
        if (texts[i].letter == c) {
            *texts[i].value = optarg;
            taken = true;
        }
    for (size_t i = 0; i < LENGTH(flags); i++)
        if (flags[i].letter == c)
            *flags[i].value = taken = true;
    return taken;
}

/* A..B */
static int parse_seeds(struct options *o, const char *text)
{
    const char *dots = strstr(text, "..");
    char *first = x_strndup(text, dots ? (size_t)(dots - text) : 0);
    bool good = dots != NULL && parse_number(first, UINT64_MAX, &o->seed) == 0 &&
                parse_number(dots + 2, UINT64_MAX, &o->last_seed) == 0 && o->last_seed >= o->seed &&
                o->last_seed - o->seed < MOST_RUNS;

    free(first);
    o->seeded = o->ranged = true;
    return good ? 0 : usage("expected --seeds A..B, two numbers in order, not", text);
}

static int parse_profile(struct options *o, const char *text)
{
    if (tiers_add(&o->tiers, text))
        return 0;
    return usage("expected --profile course, course-core, course-extended, robustness, epochs or "
                 "rtm1, not",
                 text);
}

static int parse_kind(struct options *o, const char *text)
{
    unsigned kind = draw_kind_find(text);

    o->without |= kind;
    if (kind != 0)
        return 0;
    char *message = x_printf("expected --without %s, not", draw_kinds);
    usage(message, text);
    free(message);
    return EXIT_USAGE;
}

/* Options with a number from least to most; false if it is another one. */
static bool take_number(struct options *o, int c, int *result)
{
    const struct {
        int letter;
        const char *name;
        int *value, least, most;
    } numbers[] = {
        {'j', "--jobs", &o->jobs, 1, POOL_JOBS},  {'t', "--time", &o->seconds, 1, 1000000},
        {'m', "--shrink", &o->shrink, 1, 100000}, {'C', "--clients", &o->clients, 1, DRAW_CLIENTS},
        {'n', "--steps", &o->steps, 1, 10000},    {'L', "--limit", &o->limit, 1, 100000},
    };

    for (size_t i = 0; i < LENGTH(numbers); i++) {
        uint64_t number;
        if (numbers[i].letter != c)
            continue;
        *result = 0;
        if (parse_number(optarg, (uint64_t)numbers[i].most, &number) < 0 ||
            number < (uint64_t)numbers[i].least) {
            char *message = x_printf("expected %s with a number from %d to %d, not",
                                     numbers[i].name, numbers[i].least, numbers[i].most);
            *result = usage(message, optarg);
            free(message);
        } else {
            *numbers[i].value = (int)number;
        }
        return true;
    }
    return false;
}

/* The others: 0, or EXIT_USAGE. */
static int take_checked(struct options *o, int c)
{
    int result;

    if (take_number(o, c, &result))
        return result;
    switch (c) {
    case 'o':
        o->only[o->only_n++] = optarg;
        return 0;
    case 'e':
        o->except[o->except_n++] = optarg;
        return 0;
    case 'r':
        o->reports[o->report_n++] = optarg;
        return 0;
    case 'p':
        return parse_profile(o, optarg);
    case 'A':
        return parse_seeds(o, optarg);
    case 'N':
        return parse_number(optarg, MOST_RUNS, &o->runs) < 0 || o->runs == 0
                   ? usage("expected --runs with a number from 1 to 1000000000, not", optarg)
                   : 0;
    case 'x':
        return parse_kind(o, optarg);
    case 's':
        o->seeded = true;
        return parse_number(optarg, UINT64_MAX, &o->seed) < 0
                   ? usage("expected --seed with a number, not", optarg)
                   : 0;
    case 'b':
        return parse_sandbox(o, optarg);
    case 'h':
        o->wants = options_help;
        return 0;
    case 'V':
        o->wants = options_version;
        return 0;
    default:
        return usage("wrong option", NULL);
    }
}

int options_parse(struct options *o, int argc, char **argv)
{
    static const struct option options[] = {
        {"iut", required_argument, NULL, 'i'},
        {"server", required_argument, NULL, 'y'},
        {"client", required_argument, NULL, 'z'},
        {"root", required_argument, NULL, 'D'},
        {"only", required_argument, NULL, 'o'},
        {"except", required_argument, NULL, 'e'},
        {"profile", required_argument, NULL, 'p'},
        {"rerun", required_argument, NULL, 'R'},
        {"wrap", required_argument, NULL, 'w'},
        {"wrap-server", required_argument, NULL, 'v'},
        {"wrap-client", required_argument, NULL, 'c'},
        {"jobs", required_argument, NULL, 'j'},
        {"limit", required_argument, NULL, 'L'},
        {"seed", required_argument, NULL, 's'},
        {"sandbox", required_argument, NULL, 'b'},
        {"baseline", required_argument, NULL, 'k'},
        {"report", required_argument, NULL, 'r'},
        {"seeds", required_argument, NULL, 'A'},
        {"runs", required_argument, NULL, 'N'},
        {"time", required_argument, NULL, 't'},
        {"clients", required_argument, NULL, 'C'},
        {"steps", required_argument, NULL, 'n'},
        {"without", required_argument, NULL, 'x'},
        {"save", required_argument, NULL, 'O'},
        {"shrink", required_argument, NULL, 'm'},
        {"print", no_argument, NULL, 'P'},
        {"keep", no_argument, NULL, 'K'},
        {"json", no_argument, NULL, 'J'},
        {"worse", no_argument, NULL, 'W'},
        {"share", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int c;

    *o = (struct options){
        .program = argv[0],
        .share = getenv("RTM_SHARE") ? getenv("RTM_SHARE") : RTM_SHARE,
        .only = x_calloc((size_t)argc, sizeof *o->only),
        .except = x_calloc((size_t)argc, sizeof *o->except),
        .reports = x_calloc((size_t)argc, sizeof *o->reports),
        .jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
        .shrink = 60,
        .clients = 3,
        .steps = 40,
    };
    optind = 2;
    while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
        if (!take_plain(o, c) && take_checked(o, c) != 0)
            return EXIT_USAGE;
    if (o->server != NULL && o->client != NULL && o->iut != NULL)
        return usage("--iut, --server and --client are one too many: --iut says which program is "
                     "under test, and one of the others who plays the other role",
                     NULL);
    if ((o->server == NULL) != (o->client == NULL) && o->iut == NULL && o->rerun == NULL)
        return usage("--iut FILE has to say which program is under test beside",
                     o->server ? "--server" : "--client");
    if (o->wrap_server == NULL)
        o->wrap_server = o->wrap;
    if (o->wrap_client == NULL)
        o->wrap_client = o->wrap;
    return 0;
}

char *share_path(const struct options *o, const char *path)
{
    char here[PATH_MAX], share[PATH_MAX];

    if (getcwd(here, sizeof here) != NULL && realpath(o->share, share) != NULL &&
        strcmp(here, share) == 0)
        return x_strdup(path);
    return x_printf("%s/%s", o->share, path);
}

void options_finish(struct options *o)
{
    free(o->only);
    free(o->except);
    free(o->reports);
}
