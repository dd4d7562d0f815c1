/* SPDX-License-Identifier: MIT
 *
 * The verdicts of a run, counted, and what they come to.
 */
#ifndef HARNESS_TALLY_H
#define HARNESS_TALLY_H

#include "event.h"
#include "manifest.h"
#include "tier.h"

struct tally {
    size_t counts[VERDICT_COUNT];
    int tiers[TIER_COUNT][STANDING_COUNT];
    char *const *features;  /* that the manifest claims; NULL at the end */
    size_t wrapped, judged; /* processes under a wrapper, and those that could tell of leaks */
    bool *checked;          /* of each: a case with a MUST of it was executed */
};

void tally_init(struct tally *t, const struct manifest *m);
void tally_finish(struct tally *t);

/* Counts the event of a case; c is NULL for a check of the platform. */
void tally_count(struct tally *t, const struct test_case *c, const json_t *event);
/* The event that ends the run, with the exit code and the reason for it; the caller's. whole:
 * nothing was left out by the caller, for only then is there a claim. trouble: what kept the run
 * from its end, or NULL. */
json_t *tally_end(const struct tally *t, bool whole, const char *trouble, int64_t started_us);

/* The same with a code and a reason that the caller knows. */
json_t *tally_close(const struct tally *t, int code, const char *reason, int64_t started_us);

#endif
