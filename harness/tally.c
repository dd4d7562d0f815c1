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

static void note_claims(struct tally *t, const struct test_case *c)
{
    bool must = false;

    for (size_t i = 0; i < c->count; i++)
        must = must || (c->steps[i].cite != NULL && c->steps[i].cite->level == LEVEL_MUST);
    for (size_t f = 0; must && t->features[f] != NULL; f++) {
        if (strcmp(t->features[f], "tidy") == 0) /* looked at behind every case */
            t->checked[f] = true;
        for (size_t i = 0; c->head.features[i] != NULL; i++)
            if (strcmp(c->head.features[i], t->features[f]) == 0)
                t->checked[f] = true;
    }
}

void tally_count(struct tally *t, const struct test_case *c, const json_t *event)
{
    enum verdict v = event_verdict(event);

    t->counts[v]++;
    t->wrapped += (size_t)event_count(event, "wrapped");
    t->judged += (size_t)event_count(event, "judged");
    if (c != NULL)
        t->tiers[tier_of_case(c)][verdict_standing(v)]++;
    if (c != NULL && verdict_judges(v))
        note_claims(t, c);
}

/* What the counts come to: the exit code, and why. */
static int conclude(const struct tally *t, bool whole, const char *trouble, char **reason)
{
    const size_t *c = t->counts;
    size_t ran = 0;

    for (int v = 0; v < VERDICT_COUNT; v++)
        ran += verdict_judges((enum verdict)v) ? c[v] : 0;
    if (trouble != NULL) {
        *reason = x_printf("undecided: %s", trouble);
        return EXIT_UNDECIDED;
    }
    if (c[VERDICT_FAIL] + c[VERDICT_XPASS] > 0) {
        *reason = x_strdup("does not conform, or not as the baseline says");
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

/* The tiers of which a case was told, each with its numbers; NULL if none was. */
static json_t *tiers_of(const struct tally *t)
{
    json_t *tiers = json_object();

    for (int i = 0; i < TIER_COUNT; i++) {
        const int *n = t->tiers[i];
        if (n[PASSED] + n[FAILED] + n[SKIPPED] > 0)
            json_object_set_new(tiers, tier_name((enum tier)i),
                                json_pack("{s:i, s:i, s:i}", standing_name(PASSED), n[PASSED],
                                          standing_name(FAILED), n[FAILED], standing_name(SKIPPED),
                                          n[SKIPPED]));
    }
    if (json_object_size(tiers) > 0)
        return tiers;
    json_decref(tiers);
    return NULL;
}

json_t *tally_close(const struct tally *t, int code, const char *reason, int64_t started_us)
{
    json_t *counts = json_object(), *e = json_pack("{s:s}", "event", "end");
    int sums[STANDING_COUNT] = {0}, told = 0;

    for (int v = 0; v < VERDICT_COUNT; v++) {
        int n = (int)t->counts[v];
        told += n;
        sums[verdict_standing((enum verdict)v)] += n;
        if (n > 0)
            json_object_set_new(counts, verdict_name((enum verdict)v), json_integer(n));
    }
    json_object_set_new(e, "events", json_integer(told + 2)); /* the start, and this one */
    json_object_set_new(e, "counts", counts);
    for (int k = 0; k < STANDING_COUNT; k++)
        json_object_set_new(e, standing_name((enum standing)k), json_integer(sums[k]));
    json_object_set_new(e, "tiers", tiers_of(t));
    json_object_set_new(e, "seconds", json_real((double)(now_us() - started_us) / 1e6));
    json_object_set_new(e, "exit", json_integer(code));
    event_set(e, "reason", reason);
    if (t->wrapped > 0) {
        json_object_set_new(e, "wrapped", json_integer((json_int_t)t->wrapped));
        json_object_set_new(e, "judged", json_integer((json_int_t)t->judged));
    }
    return e;
}

json_t *tally_end(const struct tally *t, bool whole, const char *trouble, int64_t started_us)
{
    char *reason;
    int code = conclude(t, whole, trouble, &reason);
    json_t *e = tally_close(t, code, reason, started_us);

    free(reason);
    return e;
}
