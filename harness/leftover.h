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
    char *file;        /* NULL: there are namespaces, and nothing is noted */
    struct buf before; /* lines: the names in /dev/shm before the case, */
    struct buf may;    /* those that its programs may give, */
    struct buf noted;  /* and numbers of inodes with those that they gave */
};

void leftover_begin(struct leftover *l, const struct sandbox *s);
/* A name that a program, or the suite, may give to an object without mapping it. */
void leftover_expect(struct leftover *l, const char *name);
/* Notes what has such a name, if it was not there before. */
void leftover_note_names(struct leftover *l);
/* The same of what that process may write to. */
void leftover_note_maps(struct leftover *l, pid_t server);
/* Calls one for each that is there yet, is that user's, and is mapped by nobody; name: as
 * shm_open(3) takes it. */
void leftover_each(const struct leftover *l, uid_t owner, void (*one)(void *ctx, const char *name),
                   void *ctx);
void leftover_finish(struct leftover *l);

/* Removes those that were noted for the case of that directory, that user's and the caller's own,
 * and the file. Once its processes have ended. */
void leftover_remove(const char *dir, uid_t owner);

#endif
