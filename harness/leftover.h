/* SPDX-License-Identifier: MIT
 *
 * Objects of shared memory that servers make, and cannot remove where they are killed. In
 * namespaces they end with the case. Without, what a server of a case has mapped is noted in a file
 * beside the directory of the case, where it outlives whoever runs that.
 */
#ifndef HARNESS_LEFTOVER_H
#define HARNESS_LEFTOVER_H

#include "sandbox.h"
#include "util.h"

struct leftover {
    char *file;               /* NULL: there are namespaces, and nothing is noted */
    struct buf before, noted; /* lines: names in /dev/shm; numbers of inodes and names */
};

void leftover_begin(struct leftover *l, const struct sandbox *s);
/* What that process may write to, and was not there before. */
void leftover_note(struct leftover *l, pid_t server);
/* Calls one for each that is there yet, is that user's, and is mapped by nobody; name: as
 * shm_open(3) takes it. */
void leftover_each(const struct leftover *l, uid_t owner, void (*one)(void *ctx, const char *name),
                   void *ctx);
void leftover_finish(struct leftover *l);

/* Removes those that were noted for the case of that directory, and the file. Once its processes
 * have ended. */
void leftover_remove(const char *dir, uid_t owner);

#endif
