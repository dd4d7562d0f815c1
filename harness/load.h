/* SPDX-License-Identifier: MIT
 *
 * How long the processes of a case wanted a processor that others had: what tells a program that
 * does nothing from one that could not. Sources: proc(5), /proc/PID/task/TID/schedstat, whose
 * numbers are the time that it ran and the time that it waited to; /proc/stat, by which others are
 * known to have had the processors meanwhile, so that no case can excuse itself.
 */
#ifndef HARNESS_LOAD_H
#define HARNESS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load_task {
    long id;
    uint64_t ran_ns, waited_ns;
    char state; /* R, S, D ... of proc(5) */
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

/* How long since then, in ms, its tasks waited one after the other at most, or had the processors
 * taken away under them by a hypervisor. Where the kernel does not tell: the part of the time that
 * the processors were busy, if that is most of it. held: whether one of them is held up now, by
 * what the kernel does or as it waits for a processor and has hardly had any: that wait is not told
 * before it is over. */
int64_t load_waited(const struct load *l, bool *held);

/* Of so many ms since then, those in which none of its tasks ran or waited for a processor, at
 * least.
 */
int64_t load_idle(const struct load *l, int64_t ms);

void load_finish(struct load *l);

#endif
