/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double measure_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double ratio(const struct bench *bench, double ours, double raw)
{
    if (!bench->raw)
        return ours;
    return bench->sense == COST_AT_MOST ? ours / raw : raw / ours;
}

static enum outcome judge(const struct bench *bench, double value)
{
    if (bench->bound == 0)
        return OUTCOME_REPORTED;
    if (bench->sense == COST_AT_MOST ? value <= bench->bound : value >= bench->bound)
        return OUTCOME_HOLDS;
    return OUTCOME_FALLS_SHORT;
}

/* In turns, so that whatever else the machine does falls on both; and each is first as often. */
static int measure_pair(const struct bench *bench, int pair, double *ours, double *raw)
{
    if (bench->raw && pair % 2 && bench->raw(raw))
        return -1;
    if (bench->ours(ours))
        return -1;
    return bench->raw && pair % 2 == 0 ? bench->raw(raw) : 0;
}

static int measure_pairs(const struct bench *bench, const struct scale *scale,
                         void (*progress)(const struct bench *, int, int), struct measured *result)
{
    double values[PAIRS_MAX], ours[PAIRS_MAX], raw[PAIRS_MAX] = {0};

    for (int i = 0; i < scale->pairs; i++) {
        progress(bench, i, scale->pairs);
        if (measure_pair(bench, i, &ours[i], &raw[i]))
            return -1;
        values[i] = ratio(bench, ours[i], raw[i]);
    }
    result->value = measure_median(values, scale->pairs);
    result->low = values[0];
    result->high = values[scale->pairs - 1];
    result->ours = measure_median(ours, scale->pairs);
    result->raw = measure_median(raw, scale->pairs);
    result->outcome = judge(bench, result->value);
    return 0;
}

struct measured measure_bench(const struct bench *bench, const struct scale *scale,
                              void (*progress)(const struct bench *, int, int))
{
    struct measured result = {.outcome = OUTCOME_BROKEN};
    bool failed;

    progress(bench, 0, scale->pairs);
    failed = bench->open && bench->open(bench, scale);
    if (!failed)
        failed = measure_pairs(bench, scale, progress, &result);
    if (bench->close)
        bench->close();
    return result;
}
