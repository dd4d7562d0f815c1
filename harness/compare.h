/* SPDX-License-Identifier: MIT
 *
 * Reading the table of a process and comparing it. "A equals S" always compares three: the oracle,
 * S and A. A digest that a program reports only saves dumping a table that can't be right yet; the
 * verdict comes from a full dump.
 */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include "actor.h"

/* What a dump showed. */
struct dump {
    struct oracle *table;
    size_t repeated, unreadable;   /* rows that stood twice, or that chapter 1 or 5 refuses */
    size_t objects_wrong;          /* objects of MACs that do not hold what they have to */
    bool ordered;                  /* ascending by destination, then mask (TBL-15) */
    bool arp_ordered;              /* ascending by MAC (ARP-9) */
    char state[32], arp_state[32]; /* as the closing lines have it; "" if they don't */
    char sample[128];              /* one of the rows that could not be read */
    char object_sample[160];       /* what is wrong with one of the objects */
};

/* Asks for the whole table, and for the ARP table where the IUT claims to have one. 0, or -1 after
 * world_fail(). Call dump_finish() in both cases. */
int dump_read(struct world *w, struct actor *a, struct dump *d);
void dump_finish(struct dump *d);

/* Waits until the actor shows exactly the table that is wanted, and calls itself synchronised if
 * that is asked and it tells a state; who names the other side. */
int compare_with(struct world *w, struct actor *a, const struct oracle *want, bool synchronised,
                 const char *who);
/* Waits until client A equals server S and both equal the oracle of S. */
int compare_client(struct world *w, struct actor *a, struct actor *s);
/* Compares a server with its oracle, once: it has answered, so it is done. */
int compare_server(struct world *w, struct actor *s);

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
