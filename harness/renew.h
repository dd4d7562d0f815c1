/* SPDX-License-Identifier: MIT
 *
 * A server that a refusal has left in a state of no use (fresh = yes): its place is taken by a new
 * process with the same table.
 */
#ifndef HARNESS_RENEW_H
#define HARNESS_RENEW_H

#include "actor.h"

/* The refusal: keeps the table of now, for the oracle may be ahead of the next question. */
void renew_later(struct actor *a);
/* 0, or -1 after world_fail(): UNSUPPORTED where clients are connected, which would lose it. */
int renew(struct world *w, struct actor *a);

#endif
