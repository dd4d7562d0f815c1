/* SPDX-License-Identifier: MIT
 *
 * Runs one benchmark: the pairs in turns, and what comes of them.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench.h"

enum { PAIRS_MAX = 99 };

enum outcome {
    OUTCOME_HOLDS,
    OUTCOME_FALLS_SHORT,
    OUTCOME_UNDECIDED, /* it falls short, and the machine was busy */
    OUTCOME_REPORTED,
    OUTCOME_BROKEN,
    OUTCOMES
};

struct measured {
    enum outcome outcome;
    double value;     /* median of the pairs: a ratio, or a cost where there is no raw one */
    double low, high; /* of all pairs */
    double ours, raw; /* medians of the costs */
    double others;    /* processors that were busy with what is not of the benchmark */
};

/* Measures; `progress` is called before each pair. A broken one has left its bench_failure(). */
struct measured measure_bench(const struct bench *bench, const struct scale *scale,
                              void (*progress)(const struct bench *bench, int pair, int pairs));

/* Sorts the values. */
double measure_median(double *values, int count);

#endif
