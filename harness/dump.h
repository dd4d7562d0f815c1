/* SPDX-License-Identifier: MIT
 *
 * Reading the tables that a process shows, and the objects of shared memory that hold its addresses
 * where the manifest says so.
 */
#ifndef HARNESS_DUMP_H
#define HARNESS_DUMP_H

#include "actor.h"

/* A row that is no entry, as there is no digit in its mask, or in its destination; one that is no
 * route that any server has; or a line with addresses that is no row. */
struct blank {
    bool is_row, has_dest; /* with a destination: then it has no mask, */
    char *oif;             /* or all, and oif is how that was read, or NULL */
    uint32_t dest, gateway;
    uint8_t mask;
    char *row;
};

/* What a dump showed. */
struct dump {
    struct oracle *table;
    size_t repeated, unreadable;     /* rows that stood twice, or that chapter 1 or 5 refuses */
    size_t misread;                  /* of these, routes with a group that holds none of its kind */
    struct blank *blanks;            /* rows that may stand for a route that is missing: blank_n, */
    size_t blank_n, foreign;         /* of which so many are no route of any server */
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
/* BROKEN: the line of that table is a row, or no pattern knows it. -1. */
int dump_fail_stray(struct world *w, const struct actor *a, enum operation op, const char *stray);
/* Whether it can be an address or a mask at all. */
bool blank_has_digit(const char *text);
/* A row of it that may stand for the route, which it lacks, as far as it can be read, or NULL; of
 * who claims the line protocol always NULL: its rows are held to chapter 7. */
const struct blank *dump_find_blank(const struct world *w, const struct dump *d,
                                    const struct route *r);
/* BROKEN: row of that dialogue does not understand it. -1. */
int dump_fail_blank(struct world *w, const struct actor *a, enum operation op,
                    const struct blank *b);
void dump_finish(struct dump *d);

#endif
