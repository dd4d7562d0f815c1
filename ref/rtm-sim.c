/* SPDX-License-Identifier: MIT
 *
 * rtm-sim: the cores of server and client under a virtual kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run.h"

enum { EXIT_USAGE = 64 };

static const char usage[] =
    "usage: rtm-sim --seed N [--trace]\n"
    "       rtm-sim --replay FILE [--trace]\n"
    "\n"
    "Runs one world: the server, clients, a hostile peer and strangers under a virtual kernel, "
    "with\n"
    "every check after every move. Equal seeds give equal runs on every machine.\n"
    "\n"
    "  --seed N       draws the moves from this number\n"
    "  --replay FILE  makes the moves of a file, one a line; `-` is standard input\n"
    "  --trace        prints each move, indented where it comes inside another\n"
    "\n"
    "Exit status: 0 all checks held, 1 one failed, 64 wrong usage.\n";

static int wrong(const char *what, const char *which)
{
    fprintf(stderr, "rtm-sim: %s%s; rtm-sim --help says more\n", what, which);
    return EXIT_USAGE;
}

static bool skippable(const char *line)
{
    line += strspn(line, " \t\r\n");
    return *line == 0 || *line == '#';
}

static int read_moves(FILE *file, const char *name, struct moves *moves)
{
    char line[256];

    for (int number = 1; fgets(line, sizeof(line), file); number++) {
        struct move move;
        const char *expected = skippable(line) ? NULL : move_parse(line, &move);

        if (expected) {
            line[strcspn(line, "\r\n")] = 0;
            fprintf(stderr, "rtm-sim: %s:%d: \"%s\"; expected %s\n", name, number, line, expected);
            return -1;
        }
        if (!skippable(line))
            moves_add(moves, &move);
    }
    return 0;
}

static int load(const char *name, struct moves *moves)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    int result;

    if (!file) {
        fprintf(stderr, "rtm-sim: %s: %s\n", name, strerror(errno));
        return -1;
    }
    result = read_moves(file, name, moves);
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

int main(int argc, char **argv)
{
    struct plan plan = {0};
    struct moves moves = {0};
    bool given = false;
    int status;

    for (int i = 1; i < argc; i++) {
        char *end;

        if (strcmp(argv[i], "--help") == 0)
            return fputs(usage, stdout) < 0;
        if (strcmp(argv[i], "--trace") == 0) {
            plan.trace = stdout;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc && !given) {
            plan.seed = strtoull(argv[++i], &end, 0);
            if (*end || !*argv[i])
                return wrong("--seed takes a number, not ", argv[i]);
            given = true;
        } else if (strcmp(argv[i], "--replay") == 0 && i + 1 < argc && !given) {
            if (load(argv[++i], &moves))
                return EXIT_USAGE;
            plan.replay = &moves;
            given = true;
        } else {
            return wrong("not understood: ", argv[i]);
        }
    }
    if (!given)
        return wrong("--seed or --replay is needed", "");
    status = run(&plan);
    moves_finish(&moves);
    return status;
}
