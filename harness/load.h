/* SPDX-License-Identifier: MIT
 *
 * How long the processes of a case wanted a processor and got none: what tells a program that does
 * nothing from one that could not. Sources: proc(5), /proc/PID/task/TID/schedstat, whose second
 * number is that time; where the kernel keeps none, /proc/stat.
 */
#ifndef HARNESS_LOAD_H
#define HARNESS_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct load_task {
    long id;
    uint64_t waited_ns;
};

/* Since when it counts; zeroed: since the processes began. */
struct load {
    struct load_task *tasks; /* of this process and its descendants */
    size_t count;
    int64_t began_us;
    uint64_t busy, stolen; /* clock ticks of all processors, since boot */
};

/* Begins to count; what was counted before is gone. */
void load_begin(struct load *l);

/* How long since then, in ms, that task waited which waited longest, or had the processors taken
 * away under it by a hypervisor. Where the kernel does not tell: the part of the time that the
 * processors were busy, if that is most of it. */
int64_t load_waited(const struct load *l);

void load_finish(struct load *l);

#endif
