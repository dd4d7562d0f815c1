/* SPDX-License-Identifier: MIT
 *
 * All benchmarks, in the order in which they run.
 */
#ifndef BENCH_BENCHES_H
#define BENCH_BENCHES_H

#include "bench.h"

extern const struct bench bench_load, bench_snapshot, bench_fanout[], bench_latency, bench_idle,
    bench_stalled, bench_memory, bench_scenario, bench_arp[], bench_flush, bench_fair[];
extern const size_t bench_fanout_count, bench_arp_count, bench_fair_count;

#endif
