/* SPDX-License-Identifier: MIT
 *
 * Names that programs choose themselves, a socket at a place of its own or an object for each MAC,
 * are there once on a machine. Where namespaces do not keep cases apart they run one after the
 * other then, those of other runs of the suite too, whoever's they are.
 */
#ifndef HARNESS_ALONE_H
#define HARNESS_ALONE_H

#include "manifest.h"

#include <sys/types.h>

/* What had such names before a case. With namespaces nothing can have. */
struct before {
    struct arp *others; /* MACs that had an object; NULL: there is no object for each MAC */
    bool taken;         /* something stood at the place of the servers, be it a link to nothing */
};

struct before before_look(const struct manifest *m, bool namespaces);
/* Whether a socket of that user stands at the place of the servers since. */
bool before_has_come(const struct before *b, const struct manifest *m, uid_t owner);
/* Removes what came since and is that user's: objects, and a socket at that place. Once all is
 * over, for nobody maps them then. */
void before_restore(const struct before *b, const struct manifest *m, uid_t owner);
void before_finish(struct before *b);

bool alone_needed(const struct manifest *m, bool namespaces);
/* Waits until no other run is at it, which it says on standard error. A descriptor that keeps
 * others waiting while it is open, in children too; -1 if there is nothing to lock, or the run was
 * interrupted. Source: flock(2), on the directory of the objects, which leaves nothing behind. */
int alone_begin(void);

#endif
