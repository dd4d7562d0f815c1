/* SPDX-License-Identifier: MIT
 *
 * Reading the tables that a process shows, and the objects of shared memory that hold its addresses
 * where the manifest says so.
 */
#ifndef HARNESS_DUMP_H
#define HARNESS_DUMP_H

#include "blank.h"

/* What a dump showed. */
struct dump {
    struct oracle *table;
    size_t right;                /* routes that some server has */
    size_t repeated, unreadable; /* rows that stood twice, or that chapter 1 or 5 refuses */
    size_t misread;              /* of these, routes with a group that holds none of its kind */
    struct blanks blanks;        /* what may stand for a route that is missing, */
    struct blanks arp_blanks;    /* or for an ARP entry */
    /* The same of tables that are shown unasked, or NULL; the views'. */
    const struct blanks *beside, *arp_beside;
    size_t objects_wrong;            /* objects of MACs that do not hold what they have to */
    bool ordered;                    /* ascending by destination, then mask (TBL-15) */
    bool arp_ordered;                /* ascending by MAC (ARP-9) */
    bool arp_skips;                  /* arp_stray has a MAC that no row has */
    char state[32], arp_state[32];   /* as the closing lines have it; "" if they don't */
    char sample[400];                /* why the first of the rows could not be read, and that row */
    char stray[120], arp_stray[120]; /* a line that may be a row where none was matched, or "" */
    char object_sample[160];         /* what is wrong with one of the objects */
};

/* Asks for the whole table, and for the ARP table where the IUT claims to have one. 0, or -1 after
 * world_fail(). Call dump_finish() in both cases. */
int dump_read(struct world *w, struct actor *a, struct dump *d);
/* What may stand for the route, which it lacks, or for the ARP entry; NULL: nothing, or it claims
 * the line protocol: its rows are held to chapter 7. */
const struct blank *dump_find_blank(const struct world *w, const struct dump *d,
                                    const struct route *r);
const struct blank *dump_find_arp_blank(const struct world *w, const struct dump *d,
                                        const struct neighbour *n);
/* Something lacks: hears what the program prints behind the end of its tables, half a second at
 * most. No verdict comes of it. */
void dump_hear_behind(struct world *w, struct actor *a, struct dump *d);
void dump_finish(struct dump *d);

#endif
