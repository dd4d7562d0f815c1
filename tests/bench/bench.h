/* SPDX-License-Identifier: MIT
 *
 * A benchmark: the cost of something we do, compared with the cost of the same bytes or processes
 * through bare system calls, measured in turns. A new one is a table of functions, named in
 * benches.h.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

/* What a run measures with. */
struct scale {
    int pairs;
    size_t routes;  /* 0: the real table, or a generated one of its size */
    size_t updates; /* divides the number of changes */
    int crowd;      /* divides the number of subscribers */
};

enum bench_sense {
    COST_AT_MOST,  /* ours is at most that many times the raw cost */
    SHARE_AT_LEAST /* ours reaches at least that share of the raw speed */
};

struct bench {
    const char *name, *title;
    const char *unit; /* of one cost */
    enum bench_sense sense;
    double bound; /* 0: reported only */
    /* Sets up what all pairs share, NULL: nothing. All return -1 after bench_fail(). */
    int (*open)(const struct bench *bench, const struct scale *scale);
    /* Measures one cost. Without a raw one the cost itself is compared with the bound. */
    int (*ours)(double *cost);
    int (*raw)(double *cost);
    void (*close)(void); /* also after an open that failed */
    /* What else there is to say of the pairs, NULL: nothing. Valid until the next measurement. */
    const char *(*note)(void);
    int variant; /* for benches that share their functions */
};

/* Keeps the message; gives -1. */
__attribute__((format(printf, 1, 2))) int bench_fail(const char *format, ...);
const char *bench_failure(void);

/* Seconds of a clock that never jumps. */
double bench_now(void);

/* The directory of this run's files; removed with all that is in it at its end. */
const char *bench_directory(void);
void bench_remove_directory(void);

/* Path of a program of the build. */
const char *bench_program(const char *name);

int bench_processors(void);

/* The processor of the sender that is measured, and those of everybody else. */
void bench_pin_sender(void);
void bench_pin_rest(void);

#endif
