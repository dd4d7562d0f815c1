/* SPDX-License-Identifier: MIT
 *
 * rtmtest: the conformance suite's command line.
 */
#include "budget.h"
#include "conduct.h"
#include "doctor.h"
#include "fuzz.h"
#include "grade.h"
#include "matrix.h"
#include "platform.h"
#include "query.h"
#include "rerun.h"
#include "saved.h"
#include "selection.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the commands work on. */
struct setup {
    struct options options;
    char **words; /* behind the options */
    int word_n;
    struct requirements requirements;
    struct suite suite;
    struct stream rerun; /* of the option */
    struct diag diag;
};

static int read_spec(struct setup *s)
{
    char *spec = share_path(&s->options, "spec");

    requirements_read(&s->requirements, spec, &s->diag);
    free(spec);
    return diag_print(&s->diag) ? EXIT_UNDECIDED : 0;
}

static int read_scenarios(struct setup *s)
{
    s->suite.wrapped = s->options.wrap_server != NULL || s->options.wrap_client != NULL;
    selection_read(&s->suite, &s->options, &s->requirements, &s->diag);
    return diag_print(&s->diag) ? EXIT_UNDECIDED : 0;
}

static int run(struct setup *s)
{
    return conduct_run(&s->options, &s->requirements, &s->suite);
}

static int platform(struct setup *s)
{
    return platform_run(&s->options, &s->requirements);
}

static int fuzz(struct setup *s)
{
    return fuzz_run(&s->options, &s->requirements);
}

static int doctor(struct setup *s)
{
    return doctor_run(&s->options, &s->requirements);
}

static int matrix(struct setup *s)
{
    return matrix_run(&s->options, &s->requirements, &s->suite, s->words, (size_t)s->word_n);
}

static int grade(struct setup *s)
{
    return grade_run(&s->options, &s->requirements, &s->suite, s->word_n, s->words);
}

static int list(struct setup *s)
{
    size_t n;
    const struct test_case **cases = selection_choose(&s->suite, &s->options, &s->requirements, &n);

    if (cases == NULL)
        return EXIT_USAGE;
    for (size_t i = 0; i < n; i++)
        printf("%-44s %s\n", cases[i]->name, cases[i]->head.title);
    free(cases);
    return EXIT_CONFORMS;
}

static int requirements(struct setup *s)
{
    return query_requirements(&s->requirements);
}

static int explain(struct setup *s)
{
    return query_explain(&s->requirements, &s->suite, s->word_n, s->words);
}

static int coverage(struct setup *s)
{
    return query_coverage(&s->requirements, &s->suite);
}

static int parse(struct setup *s)
{
    if (s->word_n == 0)
        return usage("parse what? Give files of scenarios", NULL);
    for (int i = 0; i < s->word_n; i++)
        suite_read(&s->suite, s->words[i], &s->requirements, &s->diag);
    if (diag_print(&s->diag))
        return EXIT_FAILS;
    printf("%zu case%s well-formed\n", s->suite.n, s->suite.n == 1 ? " is" : "s are");
    return s->suite.n > 0 ? EXIT_CONFORMS : usage("no scenario there:", s->words[0]);
}

static int report(struct setup *s)
{
    return saved_report(s->word_n, s->words);
}

static int diff(struct setup *s)
{
    return saved_diff(&s->options, s->word_n, s->words);
}

static int baseline(struct setup *s)
{
    return saved_baseline(s->word_n, s->words);
}

static int schema(struct setup *s)
{
    (void)s;
    return query_schema();
}

/* What a command reads before it begins. */
enum reads { NOTHING, SPEC, SCENARIOS };

static const struct verb {
    const char *name;
    enum reads reads;
    bool words; /* takes words behind its options */
    int (*run)(struct setup *s);
} verbs[] = {
    {"run", SCENARIOS, false, run},        {"platform", SPEC, false, platform},
    {"doctor", SPEC, false, doctor},       {"fuzz", SPEC, false, fuzz},
    {"grade", SCENARIOS, true, grade},     {"matrix", SCENARIOS, true, matrix},
    {"list", SCENARIOS, false, list},      {"requirements", SPEC, false, requirements},
    {"explain", SCENARIOS, true, explain}, {"coverage", SCENARIOS, false, coverage},
    {"parse", SPEC, true, parse},          {"report", NOTHING, true, report},
    {"diff", NOTHING, true, diff},         {"baseline", NOTHING, true, baseline},
    {"schema", NOTHING, false, schema},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < LENGTH(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* No such command: says which there are, or which was meant. */
static int complain_verb(const char *word)
{
    const char *names[LENGTH(verbs)], *meant;
    struct buf known = {0};

    for (size_t i = 0; i < LENGTH(verbs); i++) {
        names[i] = verbs[i].name;
        buf_printf(&known, "%s%s", i == 0 ? "" : i + 1 < LENGTH(verbs) ? ", " : " or ", names[i]);
    }
    meant = suggest(word, names, LENGTH(verbs));
    if (meant != NULL)
        usage("no such command; did you mean", meant);
    else if (*word != '\0')
        usage("no such command:", word);
    else
        usage("expected a command:", known.data);
    buf_finish(&known);
    return EXIT_USAGE;
}

static int dispatch(struct setup *s, const struct verb *v)
{
    int code = 0;

    if (s->word_n > 0 && !v->words)
        return usage("unexpected word", s->words[0]);
    if (s->options.rerun != NULL)
        code = rerun_read(&s->options, &s->rerun);
    if (code == 0 && v->reads >= SPEC)
        code = read_spec(s);
    if (code == 0 && v->reads == SCENARIOS)
        code = read_scenarios(s);
    return code == 0 ? v->run(s) : code;
}

/* A text of the program itself that the word asks for, or NULL. */
static const char *own_text(const char *word)
{
    if (strcmp(word, "--version") == 0)
        return options_version;
    bool help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;

    return help ? options_help : NULL;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "", *text = own_text(word);
    const struct verb *verb = find_verb(word);
    struct setup s = {0};
    int code = 0;

    setenv("RTM_BUILD", RTM_BUILD, 0);
    unsetenv("RTM_SOCKET"); /* an IUT is told by its manifest alone */
    if (text == NULL && verb == NULL)
        return complain_verb(word);
    if (text == NULL) {
        code = options_parse(&s.options, argc, argv);
        text = s.options.wants;
        s.words = argv + optind;
        s.word_n = argc - optind;
        budget_set(s.options.limit);
    }
    if (code == 0 && text != NULL)
        fputs(text, stdout);
    else if (code == 0)
        code = dispatch(&s, verb);
    stream_finish(&s.rerun);
    suite_finish(&s.suite);
    requirements_finish(&s.requirements);
    diag_finish(&s.diag);
    options_finish(&s.options);
    return code;
}
