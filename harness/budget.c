/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include "pace.h"

enum {
    USUAL_MS = 120000,
    WRAPPED_MS = 600000,
    DEADLINES = 2, /* of a step, besides */
    MOST_WAITED = 7,
    LAST_STEP = 1 /* which begins in time */
};

static int set_ms;

void budget_set(int seconds)
{
    set_ms = seconds * 1000;
}

static int64_t budget_ms(const struct test_case *t)
{
    int64_t whole = set_ms > 0 ? set_ms : t->head.wrapped ? WRAPPED_MS : USUAL_MS;

    return pace_stretch(whole) + DEADLINES * (int64_t)t->head.deadline_ms;
}

int64_t budget_most_ms(const struct test_case *t)
{
    return budget_ms(t) + (MOST_WAITED + LAST_STEP) * pace_stretch(t->head.deadline_ms);
}

int budget_check(struct world *w)
{
    int64_t took = (now_us() - w->started_us) / 1000, budget = budget_ms(w->test), waited;
    int64_t most = MOST_WAITED * (int64_t)w->test->head.deadline_ms;
    bool held;

    if (took <= budget + w->excused_ms)
        return 0;
    waited = load_waited(&w->whole, &held);
    w->excused_ms = waited < most ? waited : most;
    if (took <= budget + w->excused_ms)
        return 0;
    w->outcome.spent = waited < took / 10;
    return world_fail(w, VERDICT_UNRESOLVED,
                      "the case takes longer than the %lld s that it has (--limit gives it more)",
                      (long long)budget / 1000);
}
