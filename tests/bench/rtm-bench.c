/* SPDX-License-Identifier: MIT
 *
 * rtm-bench: measures the reference and the suite against bare system calls.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benches.h"
#include "measure.h"
#include "table.h"

enum { BENCHES = 24, EXIT_SHORT = 1, EXIT_UNDECIDED = 2, EXIT_USAGE = 64, EXIT_BROKEN = 70 };

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_TAP };

struct options {
    struct scale scale;
    enum format format;
    const char *names[BENCHES]; /* which ones, or how they begin; none: all */
    int name_count;
    bool smoke;
};

static const char help[] =
    "usage: rtm-bench [OPTION]...\n\n"
    "Measures pairs in turns, ours and the same bytes or processes through bare system calls, and\n"
    "compares the median of their ratios with a bound. Senders have a processor of their own, but\n"
    "in fanout-1 they share it with who reads.\n\n"
    "  --only NAMES  those whose names begin so; separated by commas, or given several times\n"
    "  --pairs N     how many pairs (9)\n"
    "  --json        one object a line\n"
    "  --smoke       tiny sizes, one pair, nothing judged: do they still work? Prints TAP\n"
    "  --list, --help\n\n"
    "RTM_DATA names the directory of routes-dfz-2024.txt.xz (../shared/data); without it a\n"
    "generated table of that size stands in. RTM_BUILD: where the programs are (build). RTM_MUX:\n"
    "what they wait with, epoll or select. A bound that is missed while others used more than a\n"
    "tenth of the processors is undecided.\n"
    "exit status: 0 all bounds hold, 1 one falls short, 2 one is undecided, 64 wrong usage, 70 "
    "one\n"
    "is broken\n";

static int list_all(const struct bench **list)
{
    int count = 0;

    list[count++] = &bench_load;
    list[count++] = &bench_snapshot;
    for (size_t i = 0; i < bench_fanout_count; i++)
        list[count++] = &bench_fanout[i];
    list[count++] = &bench_latency;
    list[count++] = &bench_idle;
    list[count++] = &bench_stalled;
    list[count++] = &bench_memory;
    list[count++] = &bench_scenario;
    for (size_t i = 0; i < bench_arp_count; i++)
        list[count++] = &bench_arp[i];
    list[count++] = &bench_flush;
    for (size_t i = 0; i < bench_fair_count; i++)
        list[count++] = &bench_fair[i];
    return count;
}

static bool fits(const struct bench *bench, const char *name)
{
    return strncmp(bench->name, name, strlen(name)) == 0;
}

static bool chosen(const struct bench *bench, const struct options *options)
{
    bool any = options->name_count == 0;

    for (int i = 0; i < options->name_count && !any; i++)
        any = fits(bench, options->names[i]);
    return any;
}

/* Leaves those that are asked for. */
static int choose(const struct bench **list, int count, const struct options *options)
{
    int kept = 0;

    for (int i = 0; i < count; i++)
        if (chosen(list[i], options))
            list[kept++] = list[i];
    return kept;
}

static bool show_progress;

static void progress(const struct bench *bench, int pair, int pairs)
{
    if (show_progress)
        fprintf(stderr, "\r\033[K%s: pair %d of %d", bench->name, pair + 1, pairs);
}

/* Three digits, in a unit that fits. */
static const char *cost_text(double cost, const char *unit, char text[32])
{
    bool seconds = strcmp(unit, "s") == 0;

    if (cost == 0)
        strcpy(text, "-");
    else if (!seconds)
        snprintf(text, 32, "%.4g %s", cost, unit);
    else if (cost < 1e-3)
        snprintf(text, 32, "%.3g us", cost * 1e6);
    else if (cost < 1)
        snprintf(text, 32, "%.3g ms", cost * 1e3);
    else
        snprintf(text, 32, "%.3g s", cost);
    return text;
}

static const char *bound_text(const struct bench *bench, char text[32])
{
    if (bench->bound == 0)
        strcpy(text, "-");
    else
        snprintf(text, 32, "%s %.3g%s%s", bench->sense == COST_AT_MOST ? "<=" : ">=", bench->bound,
                 bench->raw ? "" : " ", bench->raw ? "" : bench->unit);
    return text;
}

static const char *const verdicts[] = {"holds", "FALLS SHORT", "undecided", "reported", "BROKEN"};

static const char *note_text(const struct bench *bench)
{
    return bench->note ? bench->note() : "";
}

static void print_row(const struct bench *bench, const struct measured *m)
{
    char bound[32], ours[32], raw[32], spread[40];

    snprintf(spread, sizeof(spread), "%.3g to %.3g", m->low, m->high);
    printf("%-15s %8.3g %-18s %-10s %-11s %10s %10s  %s%s%s\n", bench->name, m->value, spread,
           bound_text(bench, bound), verdicts[m->outcome], cost_text(m->ours, bench->unit, ours),
           cost_text(m->raw, bench->unit, raw), bench->title, bench->note ? ": " : "",
           note_text(bench));
}

static void print_json(const struct bench *bench, const struct measured *m)
{
    printf("{\"bench\":\"%s\",\"title\":\"%s\",\"verdict\":\"%s\",\"value\":%.6g,\"low\":%.6g,"
           "\"high\":%.6g,\"sense\":\"%s\",\"bound\":%.6g,\"ours\":%.6g,\"raw\":%.6g,"
           "\"unit\":\"%s\",\"others\":%.3g,\"note\":\"%s\"}\n",
           bench->name, bench->title, verdicts[m->outcome], m->value, m->low, m->high,
           bench->sense == COST_AT_MOST ? "at most" : "at least", bench->bound, m->ours, m->raw,
           bench->unit, m->others, note_text(bench));
}

static void print_one(const struct options *options, int number, const struct bench *bench,
                      const struct measured *m)
{
    if (show_progress)
        fputs("\r\033[K", stderr);
    if (options->format == FORMAT_TAP)
        printf("%sok %d - %s\n", m->outcome == OUTCOME_BROKEN ? "not " : "", number, bench->name);
    else if (options->format == FORMAT_JSON)
        print_json(bench, m);
    else if (m->outcome != OUTCOME_BROKEN)
        print_row(bench, m);
    if (m->outcome == OUTCOME_BROKEN)
        printf("%s%s is broken: %s\n", options->format == FORMAT_TABLE ? "" : "# ", bench->name,
               bench_failure());
    fflush(stdout);
}

/* What was measured with, before the rows. */
static int print_head(const struct options *options, int count)
{
    const struct table_file *table = table_file(&options->scale);
    const char *mux = getenv("RTM_MUX");

    if (!table) {
        fprintf(stderr, "rtm-bench: %s\n", bench_failure());
        return -1;
    }
    if (options->format == FORMAT_TAP)
        printf("1..%d\n", count);
    if (options->format != FORMAT_TABLE)
        return 0;
    printf("%zu routes (%s), %d pairs, %d processors, waiting with %s\n\n", table->routes,
           table->origin, options->scale.pairs, bench_processors(), mux ? mux : "epoll");
    printf("%-15s %8s %-18s %-10s %-11s %10s %10s\n", "bench", "median", "spread", "bound",
           "verdict", "ours", "raw");
    return 0;
}

static void print_short(const struct bench *bench, const struct measured *m)
{
    char bound[32];

    printf("%s %s: %.3g, to be %s (%s)\n", bench->name,
           m->outcome == OUTCOME_UNDECIDED ? "is undecided" : "falls short", m->value,
           bound_text(bench, bound), bench->title);
    if (m->outcome == OUTCOME_UNDECIDED)
        printf("    the machine is busy: others used %.1f of %d processors; repeat it when they do "
               "not\n",
               m->others, bench_processors());
}

/* The closing lines: what falls short, and the count. Gives the exit status. */
static int conclude(const struct options *options, const struct bench **list,
                    const struct measured *results, int count)
{
    int counts[OUTCOMES] = {0};

    for (int i = 0; i < count; i++) {
        counts[results[i].outcome]++;
        if ((results[i].outcome == OUTCOME_FALLS_SHORT ||
             results[i].outcome == OUTCOME_UNDECIDED) &&
            options->format == FORMAT_TABLE)
            print_short(list[i], &results[i]);
    }
    if (options->format == FORMAT_TABLE)
        printf("%d passed, %d failed, %d skipped\n", counts[OUTCOME_HOLDS],
               counts[OUTCOME_FALLS_SHORT] + counts[OUTCOME_BROKEN], counts[OUTCOME_UNDECIDED]);
    if (counts[OUTCOME_BROKEN])
        return EXIT_BROKEN;
    if (options->smoke)
        return 0;
    return counts[OUTCOME_FALLS_SHORT] ? EXIT_SHORT
           : counts[OUTCOME_UNDECIDED] ? EXIT_UNDECIDED
                                       : 0;
}

static int run(const struct options *options, const struct bench **list, int count)
{
    struct measured results[BENCHES];

    if (print_head(options, count))
        return EXIT_BROKEN;
    for (int i = 0; i < count; i++) {
        results[i] = measure_bench(list[i], &options->scale, progress);
        print_one(options, i + 1, list[i], &results[i]);
    }
    return conclude(options, list, results, count);
}

static int usage(const char *what)
{
    fprintf(stderr, "rtm-bench: %s; try --help\n", what);
    return EXIT_USAGE;
}

/* Each has to be the name of some benchmark; -1 if so. */
static int add_names(struct options *options, char *names)
{
    const struct bench *list[BENCHES];
    int count = list_all(list);

    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        int i = 0;

        while (i < count && !fits(list[i], name))
            i++;
        if (i == count || options->name_count == BENCHES) {
            fprintf(stderr, "rtm-bench: no benchmark is called %s, --list shows them\n", name);
            return EXIT_USAGE;
        }
        options->names[options->name_count++] = name;
    }
    return -1;
}

static void print_list(void)
{
    const struct bench *list[BENCHES];

    for (int i = 0, count = list_all(list); i < count; i++)
        printf("%-15s %s\n", list[i]->name, list[i]->title);
}

/* -1: go on; otherwise the exit status. */
static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"only", required_argument, NULL, 'o'},
        {"pairs", required_argument, NULL, 'p'},
        {"json", no_argument, NULL, 'j'},
        {"smoke", no_argument, NULL, 's'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option, status = -1;

    while (status < 0 && (option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'o') {
            status = add_names(options, optarg);
        } else if (option == 'p') {
            options->scale.pairs = atoi(optarg);
        } else if (option == 'j') {
            options->format = FORMAT_JSON;
        } else if (option == 's') {
            options->smoke = true;
            options->format = FORMAT_TAP;
            options->scale =
                (struct scale){.pairs = 1, .routes = 3000, .updates = 100, .crowd = 16};
        } else if (option == 'l') {
            print_list();
            return 0;
        } else {
            return option == 'h' ? fputs(help, stdout), 0 : EXIT_USAGE;
        }
    }
    if (status >= 0)
        return status;
    if (optind < argc)
        return usage("expected options only");
    if (options->scale.pairs < 1 || options->scale.pairs > PAIRS_MAX)
        return usage("expected --pairs with a number from 1 to 99");
    return -1;
}

int main(int argc, char **argv)
{
    struct options options = {.scale = {.pairs = 9, .updates = 1, .crowd = 1}};
    const struct bench *list[BENCHES];
    int status = read_options(&options, argc, argv), count;

    if (status >= 0)
        return status;
    count = choose(list, list_all(list), &options);
    show_progress = isatty(STDERR_FILENO);
    bench_pin_rest();
    status = run(&options, list, count);
    table_forget();
    bench_remove_directory();
    return status;
}
