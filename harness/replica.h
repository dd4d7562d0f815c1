/* SPDX-License-Identifier: MIT
 *
 * What a strict client makes of a server's stream (spec chapter 4): it checks that every frame
 * belongs where it stands, follows the changes, and keeps the table. Pure: frames in, a broken rule
 * or none out.
 */
#ifndef HARNESS_REPLICA_H
#define HARNESS_REPLICA_H

#include "oracle.h"
#include "wire.h"

struct replica {
    struct oracle *visible, *shadow;
    bool welcomed, in_snapshot, synchronised, ended; /* ended: BYE or ERROR was read */
    uint64_t epoch, seq, since_digest;
    size_t snapshots; /* that came to their end */
};

void replica_init(struct replica *r);
void replica_finish(struct replica *r);

/* NULL if the frame is right; else the id of the rule that it breaks, and *why (the caller's). */
const char *replica_apply(struct replica *r, const struct frame *f, char **why);

#endif
