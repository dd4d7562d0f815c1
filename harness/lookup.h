/* SPDX-License-Identifier: MIT
 *
 * What a program finds for an address.
 */
#ifndef HARNESS_LOOKUP_H
#define HARNESS_LOOKUP_H

#include "actor.h"

/* The prefix that it finds, or "". 0, or -1 after world_fail(): also where it finds several. */
int lookup_find(struct world *w, struct actor *a, const char *address, char prefix[72]);
/* Compares it with what has to be found, a prefix, or "" for none. 0, or -1 after world_fail():
 * BROKEN where an answer that no row matches has it. */
int lookup_check(struct world *w, struct actor *a, const char *address, const char *want);

#endif
