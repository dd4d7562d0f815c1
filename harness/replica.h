/* SPDX-License-Identifier: MIT
 *
 * What a strict client makes of a server's stream (spec chapters 4 to 6 and 8): it checks that
 * every frame belongs where it stands, follows the changes, and keeps the tables, of the ARP table
 * the keys, and in the network the addresses. Pure: frames in, a broken rule or none out.
 */
#ifndef HARNESS_REPLICA_H
#define HARNESS_REPLICA_H

#include "oracle.h"
#include "wire.h"

struct replica {
    struct oracle *visible, *shadow;
    bool network;               /* the caller's */
    const struct oracle *truth; /* the caller's: what the server's table is by now, or NULL */
    bool welcomed, in_snapshot, synchronised, ended; /* ended: BYE or ERROR was read */
    uint64_t epoch, seq, since_digest;
    size_t snapshots; /* that came to their end */
    size_t flushes;   /* FLUSH frames read */
    bool cancelled;   /* a FLUSH ended the last snapshot */
};

void replica_init(struct replica *r);
void replica_finish(struct replica *r);

/* NULL if the frame is right; else the id of the rule that it breaks, and *why (the caller's). */
const char *replica_apply(struct replica *r, const struct frame *f, char **why);

#endif
