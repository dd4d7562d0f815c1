/* SPDX-License-Identifier: MIT
 *
 * The verdicts on a case, and what each counts as.
 */
#ifndef HARNESS_VERDICT_H
#define HARNESS_VERDICT_H

#include <stdbool.h>

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_WEAK,        /* a SHOULD is missed */
    VERDICT_UNSUPPORTED, /* the manifest disclaims it */
    VERDICT_SKIPPED,     /* the host or the data lack it */
    VERDICT_BROKEN,      /* script, adapter or host */
    VERDICT_UNRESOLVED,  /* out of time for want of a processor */
    VERDICT_XFAIL,       /* failed as the baseline says */
    VERDICT_XPASS,       /* did better than the baseline says */
    VERDICT_COUNT
};

/* The three numbers in the last line of a run. */
enum standing { PASSED, FAILED, SKIPPED, STANDING_COUNT };

const char *verdict_name(enum verdict v);
/* False if there is no verdict of that name. */
bool verdict_find(const char *name, enum verdict *v);
enum standing verdict_standing(enum verdict v);
/* Whether it says something of the IUT: the case ran, to an end that the suite can judge. */
bool verdict_judges(enum verdict v);
/* "passed", "failed" or "skipped". */
const char *standing_name(enum standing s);

#endif
