/* SPDX-License-Identifier: MIT
 *
 * Whether others keep the processors busy: what tells a program that does nothing from one that
 * could not. The time that the case's own processes use is not counted, so that none of them can
 * excuse itself. Sources: proc(5), /proc/stat and /proc/PID/stat.
 */
#ifndef HARNESS_LOAD_H
#define HARNESS_LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct load {
    uint64_t busy, own; /* clock ticks, from boot: of all processors, and of the case's processes */
};

struct load load_read(void);
/* Whether others used more than half of all processors since then, for took microseconds. */
bool load_is_heavy(const struct load *before, int64_t took);

#endif
