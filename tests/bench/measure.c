/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define BUSY 0.1 /* share of the processors: others that use more may be why a bound is missed */

/* Seconds of processor time that the whole machine has given, to whatever it was; see proc(5). */
static double given_to_all(void)
{
    double user = 0, nice = 0, system = 0, steal = 0;
    FILE *file = fopen("/proc/stat", "r");

    if (file &&
        fscanf(file, "cpu %lf %lf %lf %*f %*f %*f %*f %lf", &user, &nice, &system, &steal) != 4)
        user = nice = system = steal = 0;
    if (file)
        fclose(file);
    return (user + nice + system + steal) / (double)sysconf(_SC_CLK_TCK);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* The same to this process and to its children that have ended. */
static double given_to_us(void)
{
    struct rusage own, children;

    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return seconds(own.ru_utime) + seconds(own.ru_stime) + seconds(children.ru_utime) +
           seconds(children.ru_stime);
}

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
    double start = bench_now(), others = given_to_us() - given_to_all();
    bool failed;

    progress(bench, 0, scale->pairs);
    failed = bench->open && bench->open(bench, scale);
    if (!failed)
        failed = measure_pairs(bench, scale, progress, &result);
    if (bench->close)
        bench->close();
    others += given_to_all() - given_to_us();
    result.others = others > 0 ? others / (bench_now() - start) : 0;
    if (result.outcome == OUTCOME_FALLS_SHORT && result.others > bench_processors() * BUSY)
        result.outcome = OUTCOME_UNDECIDED;
    return result;
}
