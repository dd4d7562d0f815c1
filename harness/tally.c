/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include "run.h"

#include <stdlib.h>
#include <string.h>

void tally_init(struct tally *t, const struct manifest *m)
{
    size_t n = 0;

    while (m->features[n] != NULL)
        n++;
    *t = (struct tally){.features = m->features, .checked = x_calloc(n, sizeof *t->checked)};
}

void tally_finish(struct tally *t)
{
    free(t->checked);
    *t = (struct tally){0};
}

static void count(struct tally *t, const char *verdict)
{
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (strcmp(verdict, verdict_name((enum verdict)v)) == 0)
            t->counts[v]++;
}

static bool executed(const char *verdict)
{
    return strcmp(verdict, "PASS") == 0 || strcmp(verdict, "FAIL") == 0 ||
           strcmp(verdict, "WEAK") == 0 || strcmp(verdict, "XFAIL") == 0 ||
           strcmp(verdict, "XPASS") == 0;
}

static void note_claims(struct tally *t, const struct test_case *c, const char *verdict)
{
    bool must = false;

    for (size_t i = 0; i < c->count; i++)
        must = must || (c->steps[i].cite != NULL && c->steps[i].cite->level == LEVEL_MUST);
    if (!must || !executed(verdict))
        return;
    for (size_t f = 0; t->features[f] != NULL; f++)
        for (size_t i = 0; c->head.features[i] != NULL; i++)
            if (strcmp(c->head.features[i], t->features[f]) == 0)
                t->checked[f] = true;
}

void tally_count(struct tally *t, const struct test_case *c, json_t *event)
{
    const char *verdict = report_text(event, "verdict");

    count(t, verdict);
    t->wrapped += (size_t)json_integer_value(json_object_get(event, "wrapped"));
    t->judged += (size_t)json_integer_value(json_object_get(event, "judged"));
    note_claims(t, c, verdict);
}

/* What the counts come to: the exit code, and why. */
static int conclude(const struct tally *t, bool whole, bool interrupted, char **reason)
{
    const size_t *c = t->counts;
    size_t ran =
        c[VERDICT_PASS] + c[VERDICT_WEAK] + c[VERDICT_FAIL] + c[VERDICT_XFAIL] + c[VERDICT_XPASS];

    if (interrupted) {
        *reason = x_strdup("undecided: the run was interrupted");
        return EXIT_UNDECIDED;
    }
    if (c[VERDICT_FAIL] + c[VERDICT_XPASS] > 0) {
        *reason = x_strdup("does not conform, or not as the baseline says: see above");
        return EXIT_FAILS;
    }
    if (c[VERDICT_BROKEN] + c[VERDICT_UNRESOLVED] > 0) {
        *reason = x_strdup("undecided: some cases gave no verdict on the IUT");
        return EXIT_UNDECIDED;
    }
    if (ran == 0) {
        *reason = x_strdup("undecided: no case was executed");
        return EXIT_UNDECIDED;
    }
    if (!whole) {
        *reason = x_strdup("the selected cases hold; only a whole run can say that it conforms");
        return EXIT_CONFORMS;
    }
    for (size_t f = 0; t->features[f] != NULL; f++) {
        if (t->checked[f])
            continue;
        *reason =
            x_printf("undecided: the manifest claims %s, and no case checked it", t->features[f]);
        return EXIT_UNDECIDED;
    }
    *reason = x_strdup(c[VERDICT_XFAIL] ? "conforms but for the known failures" : "conforms");
    return EXIT_CONFORMS;
}

json_t *tally_end(const struct tally *t, bool whole, bool interrupted, int64_t started_us)
{
    const size_t *c = t->counts;
    json_t *counts = json_object();
    char *reason;
    int code = conclude(t, whole, interrupted, &reason);
    size_t failed = c[VERDICT_FAIL] + c[VERDICT_XPASS] + c[VERDICT_BROKEN] + c[VERDICT_UNRESOLVED];
    size_t skipped = c[VERDICT_SKIPPED] + c[VERDICT_UNSUPPORTED] + c[VERDICT_XFAIL];

    for (int v = 0; v < VERDICT_COUNT; v++)
        if (c[v] > 0)
            json_object_set_new(counts, verdict_name((enum verdict)v),
                                json_integer((json_int_t)c[v]));
    json_t *e = json_pack("{s:s, s:o, s:i, s:i, s:i, s:f, s:i, s:s}", "event", "end", "counts",
                          counts, "passed", (int)(c[VERDICT_PASS] + c[VERDICT_WEAK]), "failed",
                          (int)failed, "skipped", (int)skipped, "seconds",
                          (double)(now_us() - started_us) / 1e6, "exit", code, "reason", reason);
    if (t->wrapped > 0) {
        json_object_set_new(e, "wrapped", json_integer((json_int_t)t->wrapped));
        json_object_set_new(e, "judged", json_integer((json_int_t)t->judged));
    }
    free(reason);
    return e;
}
