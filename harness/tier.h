/* SPDX-License-Identifier: MIT
 *
 * Tiers: how much of what a requirement asks for is the course's. The tier of a requirement follows
 * from its origin and its area, that of a case from the requirements that it cites; neither is
 * written down anywhere. LANGUAGE.md has them.
 */
#ifndef HARNESS_TIER_H
#define HARNESS_TIER_H

#include "script.h"

enum tier {
    TIER_CORE,       /* the course's routes: changes, snapshot, late clients, restart */
    TIER_EXTENDED,   /* the course's ARP table, shared memory, queues, flush, signals, farewell */
    TIER_ROBUSTNESS, /* peers that are killed, stopped, slow or hostile */
    TIER_EPOCHS,     /* what no design without epochs can keep */
    TIER_RTM1,       /* everything else that RTM/1 asks for */
    TIER_COUNT
};

#define TIERS_COURSE (1u << TIER_CORE | 1u << TIER_EXTENDED)

const char *tier_name(enum tier t);
/* False if there is no tier of that name. */
bool tier_find(const char *name, enum tier *t);

/* A set of tiers, a bit for each. Adds a tier by its name, or those of the course: false if there
 * is none of that name. */
bool tiers_add(unsigned *tiers, const char *name);
/* Their names with blanks between them; the caller's. NULL for no tier. */
char *tiers_names(unsigned tiers);

enum tier tier_of(const struct requirement *q);
/* The furthest of those that its expectations cite. */
enum tier tier_of_case(const struct test_case *c);

/* Whether the case can be asked of any program by its own commands: it speaks no frames, and uses
 * no command of the console that only chapter 7 has. */
bool tier_asks_any(const struct test_case *c);
/* Whether a profile of these tiers has the case; without rtm1 it has only what can be asked of any
 * program. No tier stands for all cases. */
bool tiers_have(unsigned tiers, const struct test_case *c);
/* Whether some step sends or reads what chapters 3 and 5 lay out. */
bool tier_needs_wire(const struct test_case *c);

#endif
