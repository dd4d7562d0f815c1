/* SPDX-License-Identifier: MIT
 *
 * rtmtest: the conformance suite's command line.
 */
#include "query.h"
#include "run.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char help[] =
    "rtmtest " SUITE_VERSION ": says whether a Routing Table Manager conforms to RTM/1\n"
    "\n"
    "usage: rtmtest run [OPTION]...        run scenarios against an implementation\n"
    "       rtmtest list [--only X]...     the cases, with their titles\n"
    "       rtmtest requirements           the requirements of the spec, one a line\n"
    "       rtmtest explain ID...          a requirement, why it is there, its scenarios\n"
    "       rtmtest coverage               requirements without a scenario, and counts\n"
    "       rtmtest parse FILE...          check scenarios without running them\n"
    "\n"
    "options of run:\n"
    "  --iut FILE         manifest of the implementation (the reference's)\n"
    "  --only X           a requirement's id, a case, a file or directory, or a tag; may be "
    "repeated\n"
    "  --jobs N           cases at a time (the number of processors)\n"
    "  --seed N           order of the cases (random; printed)\n"
    "  --sandbox MODE     auto, namespaces or none (auto)\n"
    "  --baseline FILE    known failures: lines of CASE VERDICT ID \"reason\"\n"
    "  --format F         pretty, tap or ndjson (pretty on a terminal, else tap)\n"
    "  --keep             keep the directories of the cases, and say where\n"
    "options of all:\n"
    "  --share DIR        where spec/ and tests/ are (or RTM_SHARE)\n"
    "\n"
    "RTM_DATA names a directory of real tables; without it generated ones stand in.\n"
    "exit status: 0 conforms, 1 does not, 2 undecided, 64 wrong usage, 70 internal error\n";

static const char version[] = "rtmtest " SUITE_VERSION "\n";

struct setup {
    const char *share, *iut, *baseline, *format;
    const char *wants; /* the text of --help or --version */
    const char **only;
    size_t only_n;
    int jobs;
    uint64_t seed;
    bool seeded, keep, share_given;
    enum sandbox_choice sandbox;
    struct requirements requirements;
    struct suite suite;
    struct diag diag;
};

static int usage(const char *message, const char *word)
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

static int parse_sandbox(struct setup *s, const char *text)
{
    static const char *const modes[] = {"auto", "namespaces", "none"};

    for (size_t i = 0; i < LENGTH(modes); i++) {
        if (strcmp(text, modes[i]) != 0)
            continue;
        s->sandbox = (enum sandbox_choice)i;
        return 0;
    }
    return usage("expected --sandbox auto, namespaces or none, not", text);
}

static int parse_options(struct setup *s, int argc, char **argv)
{
    static const struct option options[] = {
        {"iut", required_argument, NULL, 'i'},     {"only", required_argument, NULL, 'o'},
        {"jobs", required_argument, NULL, 'j'},    {"seed", required_argument, NULL, 's'},
        {"sandbox", required_argument, NULL, 'b'}, {"baseline", required_argument, NULL, 'k'},
        {"format", required_argument, NULL, 'f'},  {"keep", no_argument, NULL, 'K'},
        {"share", required_argument, NULL, 'S'},   {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},       {NULL, 0, NULL, 0},
    };
    uint64_t number;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'i':
            s->iut = optarg;
            break;
        case 'o':
            s->only[s->only_n++] = optarg;
            break;
        case 'j':
            if (parse_number(optarg, 64, &number) < 0 || number == 0)
                return usage("expected --jobs with a number from 1 to 64, not", optarg);
            s->jobs = (int)number;
            break;
        case 's':
            if (parse_number(optarg, UINT64_MAX, &s->seed) < 0)
                return usage("expected --seed with a number, not", optarg);
            s->seeded = true;
            break;
        case 'b':
            if (parse_sandbox(s, optarg) != 0)
                return EXIT_USAGE;
            break;
        case 'k':
            s->baseline = optarg;
            break;
        case 'f':
            s->format = optarg;
            break;
        case 'K':
            s->keep = true;
            break;
        case 'S':
            s->share = optarg;
            s->share_given = true;
            break;
        case 'h':
            s->wants = help;
            break;
        case 'V':
            s->wants = version;
            break;
        default:
            return usage("wrong option", NULL);
        }
    }
    return 0;
}

/* A path below the share directory, relative where that is the current one: it is shown to people.
 */
static char *share_path(const struct setup *s, const char *path)
{
    char here[PATH_MAX], share[PATH_MAX];

    if (getcwd(here, sizeof here) != NULL && realpath(s->share, share) != NULL &&
        strcmp(here, share) == 0)
        return x_strdup(path);
    return x_printf("%s/%s", s->share, path);
}

/* Prints the complaints; true if there were any. */
static bool complained(struct setup *s)
{
    if (s->diag.count == 0)
        return false;
    fputs(s->diag.text.data, stderr);
    return true;
}

static int read_spec(struct setup *s)
{
    char *spec = share_path(s, "spec");

    requirements_read(&s->requirements, spec, &s->diag);
    free(spec);
    return complained(s) ? EXIT_UNDECIDED : 0;
}

/* The file of "FILE.rtm" or, of one row, "FILE.rtm#2"; NULL if it is none. The caller's. */
static char *scenario_file(const char *word)
{
    const char *end = strrchr(word, '#');
    size_t len = end ? (size_t)(end - word) : strlen(word);
    char *path = x_strndup(word, len);

    if (len > 4 && strcmp(path + len - 4, ".rtm") == 0 && access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

/* The scenarios of the suite, and those that --only names by their file outside of it. */
static int read_scenarios(struct setup *s)
{
    char *conformance = share_path(s, "tests/conformance");
    char inside[PATH_MAX] = "", given[PATH_MAX];
    bool all = s->only_n == 0;

    if (realpath(conformance, inside) == NULL)
        snprintf(inside, sizeof inside, "%s", conformance);
    for (size_t i = 0; i < s->only_n; i++) {
        char *path = scenario_file(s->only[i]);
        bool outside = path != NULL && realpath(path, given) != NULL &&
                       strncmp(given, inside, strlen(inside)) != 0;
        all = all || !outside;
        if (outside)
            suite_read(&s->suite, path, &s->requirements, &s->diag);
        free(path);
    }
    if (all)
        suite_read(&s->suite, conformance, &s->requirements, &s->diag);
    free(conformance);
    return complained(s) ? EXIT_UNDECIDED : 0;
}

/* Whether one word of --only means this case. */
static bool means(const char *word, const struct test_case *t)
{
    size_t len = strlen(word);
    char a[PATH_MAX], b[PATH_MAX];

    if (strcmp(word, t->name) == 0 || strcmp(word, t->only) == 0 || case_tagged(t, word) ||
        case_cites(t, word))
        return true;
    if (strncmp(t->name, word, len) == 0 && (t->name[len] == '/' || t->name[len] == '#'))
        return true;
    if (realpath(word, a) == NULL || realpath(t->file, b) == NULL)
        return false;
    len = strlen(a);
    return strncmp(a, b, len) == 0 && (b[len] == '\0' || b[len] == '/');
}

/* Says that a word of --only means nothing, and what it may have meant. */
static void complain_only(const struct setup *s, const char *word)
{
    const char **known = x_calloc(s->suite.n, sizeof *known), *meant;

    for (size_t i = 0; i < s->suite.n; i++)
        known[i] = s->suite.at[i].name;
    meant = suggest(word, known, s->suite.n);
    free(known);
    if (meant == NULL && requirement_find(&s->requirements, word) == NULL)
        meant = requirement_suggest(&s->requirements, word);
    fprintf(stderr, "rtmtest: no requirement, case, file or tag with a scenario: %s%s%s%s\n", word,
            meant ? "; did you mean " : "", meant ? meant : "",
            meant ? "?" : "; rtmtest list shows them");
}

/* The cases that --only leaves; NULL after a complaint if a word means none. */
static const struct test_case **select_cases(struct setup *s, size_t *n)
{
    const struct test_case **chosen = x_calloc(s->suite.n, sizeof *chosen);
    bool *used = x_calloc(s->only_n, sizeof *used);

    *n = 0;
    for (size_t i = 0; i < s->suite.n; i++) {
        bool wanted = s->only_n == 0;
        for (size_t k = 0; k < s->only_n; k++) {
            if (!means(s->only[k], &s->suite.at[i]))
                continue;
            wanted = used[k] = true;
        }
        if (wanted)
            chosen[(*n)++] = &s->suite.at[i];
    }
    for (size_t k = 0; k < s->only_n; k++) {
        if (used[k])
            continue;
        complain_only(s, s->only[k]);
        free(chosen);
        chosen = NULL;
        break;
    }
    free(used);
    return chosen;
}

static int list(struct setup *s)
{
    size_t n;
    const struct test_case **cases = select_cases(s, &n);

    if (cases == NULL)
        return EXIT_USAGE;
    for (size_t i = 0; i < n; i++)
        printf("%-44s %s\n", cases[i]->name, cases[i]->head.title);
    free(cases);
    return 0;
}

static int parse(struct setup *s, int argc, char **argv)
{
    if (argc == 0)
        return usage("parse what? Give files of scenarios", NULL);
    for (int i = 0; i < argc; i++)
        suite_read(&s->suite, argv[i], &s->requirements, &s->diag);
    if (complained(s))
        return EXIT_FAILS;
    printf("%zu cases are well-formed\n", s->suite.n);
    return s->suite.n > 0 ? 0 : usage("no scenario there:", argv[0]);
}

/* What a reader types to repeat the run. */
static char *repeat_command(const struct setup *s, const char *program)
{
    struct buf b = {0};

    buf_printf(&b, "%s run --iut '%s' --seed %llu", program, s->iut, (unsigned long long)s->seed);
    if (s->share_given)
        buf_printf(&b, " --share '%s'", s->share);
    if (s->sandbox == SANDBOX_NONE)
        buf_adds(&b, " --sandbox none");
    if (s->keep)
        buf_adds(&b, " --keep");
    return buf_take(&b);
}

static const char *find_data(const struct setup *s, char *into)
{
    const char *given = getenv("RTM_DATA");

    if (given != NULL && *given != '\0')
        return strcmp(given, "none") == 0 ? NULL : given;
    snprintf(into, PATH_MAX, "%s/../shared/data", s->share);
    return access(into, R_OK | X_OK) == 0 ? into : NULL;
}

static int run_with(struct setup *s, const struct test_case **cases, size_t n,
                    enum report_format format, const char *program)
{
    struct manifest *m = manifest_read(s->iut, &s->diag);
    struct baseline baseline = {0};
    char data[PATH_MAX], *repeat;
    struct report report;
    int code = EXIT_USAGE;

    if (s->baseline != NULL)
        baseline_read(&baseline, s->baseline, &s->suite, &s->diag);
    repeat = repeat_command(s, program);
    if (!complained(s)) {
        struct run_options o = {
            .manifest = m,
            .requirements = &s->requirements,
            .baseline = &baseline,
            .cases = cases,
            .n = n,
            .whole = s->only_n == 0,
            .jobs = s->jobs,
            .seed = s->seed,
            .keep = s->keep,
            .sandbox = s->sandbox,
            .data = find_data(s, data),
            .repeat = repeat,
        };
        report_init(&report, format, &s->requirements, stdout);
        code = run_cases(&o, &report);
        report_finish(&report);
    }
    free(repeat);
    baseline_finish(&baseline);
    manifest_destroy(m);
    return code;
}

static int run(struct setup *s, const char *program)
{
    static const char *const formats[] = {"pretty", "tap", "ndjson"};
    int format = -1, code;
    char *iut = NULL;
    size_t n;

    if (s->format == NULL)
        s->format = isatty(STDOUT_FILENO) ? "pretty" : "tap";
    for (size_t i = 0; i < LENGTH(formats); i++)
        if (strcmp(s->format, formats[i]) == 0)
            format = (int)i;
    if (format < 0)
        return usage("expected --format pretty, tap or ndjson, not", s->format);
    if (!s->seeded && getrandom(&s->seed, 4, 0) != 4)
        return EXIT_INTERNAL;
    const struct test_case **cases = select_cases(s, &n);
    if (cases == NULL)
        return EXIT_USAGE;
    if (s->iut == NULL)
        s->iut = iut = share_path(s, "tests/iuts/reference.rtmi");
    code = run_with(s, cases, n, (enum report_format)format, program);
    free(cases);
    free(iut);
    return code;
}

static int dispatch(struct setup *s, const char *program, const char *verb, int argc, char **argv)
{
    int code;

    if (argc > 0 && strcmp(verb, "explain") != 0 && strcmp(verb, "parse") != 0)
        return usage("unexpected word", argv[0]);
    code = read_spec(s);
    if (code == 0 && strcmp(verb, "parse") == 0)
        return parse(s, argc, argv);
    if (code == 0 && strcmp(verb, "requirements") == 0)
        return query_requirements(&s->requirements);
    if (code == 0)
        code = read_scenarios(s);
    if (code != 0)
        return code;
    if (strcmp(verb, "run") == 0)
        return run(s, program);
    if (strcmp(verb, "list") == 0)
        return list(s);
    if (strcmp(verb, "explain") == 0)
        return query_explain(&s->requirements, &s->suite, argc, argv);
    return query_coverage(&s->requirements, &s->suite);
}

int main(int argc, char **argv)
{
    static const char *const verbs[] = {"run",     "list",     "requirements",
                                        "explain", "coverage", "parse"};
    const char *verb = argc > 1 ? argv[1] : "", *meant = suggest(verb, verbs, LENGTH(verbs));
    struct setup s = {.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN),
                      .only = x_calloc((size_t)argc, sizeof(char *))};
    bool known = false;
    int code;

    s.share = getenv("RTM_SHARE") ? getenv("RTM_SHARE") : RTM_SHARE;
    setenv("RTM_BUILD", RTM_BUILD, 0);
    unsetenv("RTM_SOCKET"); /* an IUT is told by its manifest alone */
    for (size_t i = 0; i < LENGTH(verbs); i++)
        known = known || strcmp(verb, verbs[i]) == 0;
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "help") == 0 ||
        strcmp(verb, "--version") == 0) {
        fputs(strcmp(verb, "--version") == 0 ? version : help, stdout);
        code = 0;
    } else if (!known) {
        code =
            *verb == '\0'
                ? usage("expected a command: run, list, requirements, explain, coverage or parse",
                        NULL)
                : usage(meant ? "no such command; did you mean" : "no such command:",
                        meant ? meant : verb);
    } else {
        optind = 2;
        code = parse_options(&s, argc, argv);
        if (code == 0 && s.wants != NULL)
            fputs(s.wants, stdout);
        else if (code == 0)
            code = dispatch(&s, argv[0], verb, argc - optind, argv + optind);
    }
    suite_finish(&s.suite);
    requirements_finish(&s.requirements);
    diag_finish(&s.diag);
    free(s.only);
    return code;
}
