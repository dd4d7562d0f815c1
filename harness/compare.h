/* SPDX-License-Identifier: MIT
 *
 * Comparing the table of a process. "A equals S" always compares three: the oracle, S and A. A
 * digest that a program reports only saves dumping a table that can't be right yet; the verdict
 * comes from a full dump.
 */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include "dump.h"

/* Waits until the actor shows exactly the table that is wanted, and calls itself synchronised if
 * that is asked and it tells a state; who names the other side. */
int compare_with(struct world *w, struct actor *a, const struct oracle *want, bool synchronised,
                 const char *who);
/* Waits until client A equals server S and both equal the oracle of S. */
int compare_client(struct world *w, struct actor *a, struct actor *s);
/* Compares a server with its oracle, once: it has answered, so it is done. */
int compare_server(struct world *w, struct actor *s);

/* Whether the dump is that table. */
bool compare_same(const struct dump *d, const struct oracle *want);

/* Whether the table that the actor shows now, at once, is a state of the server's history, not
 * before the one that it showed last; empty tables are right too where it does not call itself
 * synchronised. 0, or -1 after world_fail(). */
int compare_history(struct world *w, struct actor *a, const struct actor *s);

/* What a digest dialogue said; fields that its pattern lacks are empty. */
struct reported {
    char seq[24], routes[24], macs[24], digest[24], state[32];
};

/* Asks for the digest; 1: told, 0: it has no such dialogue, -1 after world_fail(). */
int digest_read(struct world *w, struct actor *a, struct reported *r);

#endif
