/* SPDX-License-Identifier: MIT */
#include "sim/summary.h"

#include <inttypes.h>

static uint64_t failures(const struct sweep *sweep)
{
    uint64_t sum = 0;

    for (int class = 0; class < CLASSES; class ++)
        sum += sweep->tally.failed[class];
    return sum;
}

static unsigned never_met(const struct sweep *sweep)
{
    unsigned count = 0;

    for (int race = 0; race < COVERS; race++)
        count += sweep->tally.met[race] == 0;
    return count;
}

/* A sweep that ends with the first failure looks for that, and not for races. */
static bool enough(const struct sweep *sweep)
{
    return !sweep->first && sweep->tally.seeds >= SUMMARY_ENOUGH;
}

bool summary_good(const struct sweep *sweep)
{
    return failures(sweep) == 0 && (never_met(sweep) == 0 || !enough(sweep));
}

static double each(uint64_t count, double of)
{
    return of > 0 ? (double)count / of : 0;
}

static void print_failures(const struct sweep *sweep)
{
    bool shown[CLASSES] = {false};

    printf("\n   seeds  failure\n");
    for (int class = 0; class < CLASSES; class ++)
        if (sweep->tally.failed[class] > 0)
            printf("%8" PRIu64 "  %s: %s\n", sweep->tally.failed[class], class_word(class),
                   class_text(class));
    printf("\n");
    for (unsigned i = 0; i < sweep->kept; i++) { /* the first of each class */
        const struct failure *failure = &sweep->failures[i];

        if (shown[failure->class])
            continue;
        shown[failure->class] = true;
        printf("seed %" PRIu64 ": %s [%s]: %s\n    what happens: rtm-sim --seed %" PRIu64
               " --trace\n    the same with fewer moves: rtm-sim --seed %" PRIu64 " --shrink\n",
               failure->seed, class_word(failure->class), failure->requirement, failure->text,
               failure->seed, failure->seed);
    }
}

static void print_races(const struct sweep *sweep)
{
    const char *doubt = enough(sweep) ? "NEVER" : "never";

    printf("\n   times  race\n");
    for (int race = 0; race < COVERS; race++)
        if (sweep->tally.met[race] > 0)
            printf("%8" PRIu64 "  %s\n", sweep->tally.met[race], cover_text(race));
        else
            printf("%8s  %s\n", doubt, cover_text(race));
}

void summary_text(const struct sweep *sweep)
{
    const struct tally *tally = &sweep->tally;
    double seeds = (double)tally->seeds;

    printf("%" PRIu64 " seeds, %" PRIu64 " events in %.1f s, %.0f for each second of a processor\n",
           tally->seeds, tally->events, sweep->seconds, each(tally->events, sweep->processor));
    printf("a seed: %.0f events, %.1f flushes, %.1f kills, %.1f restarts; hash of all "
           "%016" PRIx64 "\n",
           each(tally->events, seeds), each(tally->flushes, seeds), each(tally->kills, seeds),
           each(tally->restarts, seeds), tally->hash);
    print_races(sweep);
    if (never_met(sweep) > 0)
        printf("%u of %d races never met%s\n", never_met(sweep), COVERS,
               enough(sweep) ? ": so many seeds should have" : "; fewer seeds may do so");
    if (failures(sweep) > 0)
        print_failures(sweep);
    printf("%s: %" PRIu64 " of %" PRIu64 " seeds failed\n", summary_good(sweep) ? "good" : "bad",
           failures(sweep), tally->seeds);
}

/* A text in quotes; what it is made from holds no control characters. */
static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text >= ' ' ? *text : ' ');
    }
    putchar('"');
}

void summary_ndjson(const struct sweep *sweep)
{
    const struct tally *tally = &sweep->tally;

    for (unsigned i = 0; i < sweep->kept; i++) {
        const struct failure *failure = &sweep->failures[i];

        printf("{\"type\":\"failure\",\"seed\":%" PRIu64 ",\"class\":\"%s\",\"requirement\":\"%s\","
               "\"text\":",
               failure->seed, class_word(failure->class), failure->requirement);
        print_quoted(failure->text);
        printf("}\n");
    }
    for (int race = 0; race < COVERS; race++)
        printf("{\"type\":\"race\",\"race\":\"%s\",\"met\":%" PRIu64 "}\n", cover_name(race),
               tally->met[race]);
    printf("{\"type\":\"sweep\",\"seeds\":%" PRIu64 ",\"events\":%" PRIu64 ",\"failures\":%" PRIu64
           ",\"flushes\":%" PRIu64 ",\"kills\":%" PRIu64 ",\"restarts\":%" PRIu64
           ",\"seconds\":%.3f,\"processor\":%.3f,\"hash\":\"%016" PRIx64 "\",\"good\":%s}\n",
           tally->seeds, tally->events, failures(sweep), tally->flushes, tally->kills,
           tally->restarts, sweep->seconds, sweep->processor, tally->hash,
           summary_good(sweep) ? "true" : "false");
}
