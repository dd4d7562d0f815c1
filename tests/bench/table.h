/* SPDX-License-Identifier: MIT
 *
 * The table that is measured with, as a file to load, and updates of its routes as console lines.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench.h"

struct table_file {
    const char *path;
    const char *origin; /* for people: which table it is */
    size_t routes;
};

/* Makes the file once, for all benchmarks; NULL after bench_fail(). */
const struct table_file *table_file(const struct scale *scale);

/* `count` lines that update routes of the table, picked at random; the caller frees them. NULL
 * after bench_fail(). */
char *table_updates(const struct table_file *table, size_t count, size_t *size);

void table_forget(void);

#endif
