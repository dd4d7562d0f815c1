/* SPDX-License-Identifier: MIT
 *
 * What the session of a peer does with its output; the shell's side of it stands in peer.h.
 */
#ifndef CORE_PEER_OUTPUT_H
#define CORE_PEER_OUTPUT_H

#include "core/peer.h"

static inline struct journal *journal_of(const struct peer *peer, struct origin *origin)
{
    return &origin->journals[peer->audience];
}

/* Appends a frame to the peer's own buffer, whose cursor is at a boundary; -1: no memory. The frame
 * comes before what the journal has for the peer, so it gets no newer epoch than that (EPO-2). */
int peer_queue(struct peer *peer, const struct origin *origin, struct frame *frame);

/* Brings the cursor to the boundary of a frame, so that frames may be queued: the rest of one that
 * is partly sent goes into the own buffer first. -1: no memory. */
int peer_settle(struct peer *peer, struct origin *origin);

/* Drops all output that has not begun, but what must be kept: the frame that is partly sent is
 * finished first, wherever it lies (ROB-3). The caller then moves the cursor off its place. */
int peer_drop(struct peer *peer, struct origin *origin);

/* SYN-1, SYN-4, S7: whole frames not yet begun are gone, the cursor is at the head. -1: no memory.
 */
int peer_snapshot(struct peer *peer, struct origin *origin);

/* The peer gets no more changes, and is not registered any more. */
void peer_silence(struct peer *peer, struct origin *origin, enum peer_state state);

#endif
