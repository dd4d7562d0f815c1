/* SPDX-License-Identifier: MIT */
#include "score.h"

#include "run.h"
#include "tier.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 3 /* that differ, in the reason of a grade */

struct score {
    int passed[TIER_COUNT], of[TIER_COUNT];
    const json_t *first; /* of what broke, the most basic; or NULL */
};

/* One field. A text that a spreadsheet would take for a formula does not begin so. */
static void put(FILE *csv, const char *text, const char *end)
{
    fputs(strchr("=+-@", *text) != NULL && *text != '\0' ? "\"'" : "\"", csv);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', csv);
        fputc(*text, csv);
    }
    fprintf(csv, "\"%s", end);
}

void score_head(FILE *csv)
{
    fputs("name,verdict", csv);
    for (int i = 0; i < TIER_COUNT; i++)
        fprintf(csv, ",%s,of", tier_name((enum tier)i));
    fputs(",first broken,why,evidence\n", csv);
    fflush(csv);
}

static bool same_file(const struct test_case *a, const struct test_case *b)
{
    return strcmp(a->file, b->file) == 0;
}

/* Whether the manifest claims what the case needs. */
static bool is_claimed(const struct submission *s, const struct test_case *c)
{
    for (size_t i = 0; c->head.features[i] != NULL; i++)
        if (!manifest_claims(s->manifest, c->head.features[i]))
            return false;
    return true;
}

static enum standing standing_of(const struct submission *s, const struct test_case *c)
{
    const json_t *e = stream_case(s->run, c->name);

    if (e != NULL)
        return verdict_standing(event_verdict(e));
    return is_claimed(s, c) ? FAILED : SKIPPED;
}

/* Counts the scenario of the cases from..to-1, its rows. */
static void count_scenario(struct score *score, const struct submission *s, size_t from, size_t to)
{
    enum tier t = tier_of_case(s->cases[from]);
    size_t n[STANDING_COUNT] = {0};

    for (size_t i = from; i < to; i++)
        n[standing_of(s, s->cases[i])]++;
    score->of[t] += n[PASSED] + n[FAILED] > 0;
    score->passed[t] += n[PASSED] > 0 && n[FAILED] == 0;
}

/* The failed case of the least tier, among those the first by name; FAIL before what is undecided.
 */
static const json_t *first_broken(const struct submission *s)
{
    const json_t *found = NULL;
    int least = 2 * TIER_COUNT;

    for (size_t i = 0; i < s->n; i++) {
        const json_t *e = stream_case(s->run, s->cases[i]->name);
        if (e == NULL || verdict_standing(event_verdict(e)) != FAILED)
            continue;
        int rank = (int)tier_of_case(s->cases[i]) +
                   (event_verdict(e) == VERDICT_FAIL ? 0 : (int)TIER_COUNT);
        if (rank >= least)
            continue;
        found = e;
        least = rank;
    }
    return found;
}

static struct score make_score(const struct submission *s)
{
    struct score score = {.first = first_broken(s)};

    for (size_t from = 0, to; from < s->n; from = to) {
        for (to = from + 1; to < s->n && same_file(s->cases[from], s->cases[to]); to++)
            continue;
        count_scenario(&score, s, from, to);
    }
    return score;
}

/* What became of it, in a word or two. */
static const char *verdict_of(const struct stream *run)
{
    if (strstr(event_text(run->end, "reason"), "given up") != NULL)
        return "given up";
    if (json_array_size(run->cases) == 0)
        return "does not build";
    if (event_count(run->end, "exit") == EXIT_CONFORMS)
        return "passed";
    return event_count(run->end, "exit") == EXIT_FAILS ? "failed" : "undecided";
}

static bool tells_error(const char *line)
{
    return strstr(line, "rror") != NULL || strstr(line, "***") != NULL;
}

/* Why nothing ran: how the build ended, and the first line of it that says error,
 * or that make marks as one; the caller's. */
static char *explain_build(const struct stream *run)
{
    const json_t *said = json_object_get(run->start, "build_said");
    const char *reason = event_text(run->end, "reason"), *colon = strchr(reason, ':');
    const char *line = NULL;

    for (size_t i = 0; i < json_array_size(said) && line == NULL; i++)
        if (tells_error(json_string_value(json_array_get(said, i))))
            line = json_string_value(json_array_get(said, i));
    return x_printf("%s%s%s", colon ? colon + 2 : reason, line ? ": " : "", line ? line : "");
}

/* The message of a case, and the first rows that differ; the caller's. */
static char *explain_case(const json_t *event)
{
    const json_t *detail = json_object_get(event, "detail");
    size_t n = json_array_size(detail), i = 0;
    struct buf b = {0};

    buf_adds(&b, event_text(event, "message"));
    while (i < n && strncmp(json_string_value(json_array_get(detail, i)), "rows of ", 8) != 0)
        i++;
    for (size_t from = ++i; i < n && i < from + ROWS_MOST; i++)
        buf_printf(&b, "%s %s", i == from ? ":" : ",",
                   json_string_value(json_array_get(detail, i)));
    buf_adds(&b, i < n ? ", ..." : "");
    return buf_take(&b);
}

static void put_scores(FILE *csv, const struct score *s)
{
    for (int i = 0; i < TIER_COUNT; i++) {
        fprintf(csv, ",%d,%d", s->passed[i], s->of[i]);
        if (s->of[i] > 0)
            printf(", %s %d/%d", tier_name((enum tier)i), s->passed[i], s->of[i]);
    }
    fputc(',', csv);
}

void score_add(FILE *csv, const struct submission *s)
{
    struct score score = make_score(s);
    const char *verdict = verdict_of(s->run),
               *id = score.first ? event_text(score.first, "id") : "";
    bool passed = strcmp(verdict, "passed") == 0;
    char *why = score.first ? explain_case(score.first) : explain_build(s->run);

    put(csv, s->name, ",");
    put(csv, verdict, "");
    printf("%s: %s", s->name, verdict);
    put_scores(csv, &score);
    put(csv, id, ",");
    put(csv, passed ? "" : why, ",");
    put(csv, s->page, "\n");
    fflush(csv);
    if (!passed)
        printf("; %s%s%s", id, *id ? ": " : "", why);
    fputc('\n', stdout);
    fflush(stdout);
    free(why);
}

void score_missing(FILE *csv, const char *name, const char *why)
{
    put(csv, name, ",");
    put(csv, "no directory", "");
    for (int i = 0; i < TIER_COUNT; i++)
        fputs(",0,0", csv);
    fputs(",\"\",", csv);
    put(csv, why, ",\"\"\n");
    fflush(csv);
    printf("%s: no directory; %s\n", name, why);
    fflush(stdout);
}
