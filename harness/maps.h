/* SPDX-License-Identifier: MIT
 *
 * The objects of shared memory that a process has mapped. Source: proc(5), /proc/[pid]/maps.
 */
#ifndef HARNESS_MAPS_H
#define HARNESS_MAPS_H

#include <stdbool.h>
#include <sys/types.h>

struct mapping {
    const char *name; /* of the object, as shm_open(3) takes it; " (deleted)" behind it if it is */
    ino_t inode;
    bool writable; /* and shared */
};

/* Calls one for each; names are valid until it returns. -1 with errno. */
int maps_each(pid_t pid, void (*one)(void *ctx, const struct mapping *m), void *ctx);

#endif
