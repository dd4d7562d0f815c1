/* SPDX-License-Identifier: MIT
 *
 * The server of one manifest with the client of another: what both claim together, on which cases
 * they can be judged, and whose fault a failure is.
 */
#ifndef HARNESS_PAIR_H
#define HARNESS_PAIR_H

#include "actor.h"

/* Which of the two are under test. */
enum judged { JUDGE_BOTH, JUDGE_SERVER, JUDGE_CLIENT };

/* A manifest of both, which borrows their programs: it claims what both claim, within the limits of
 * both. The caller's; it has to go before them. */
struct manifest *pair_create(const struct manifest *server, const struct manifest *client,
                             enum judged judged);
void pair_destroy(struct manifest *pair);

/* Whether what both send is understood by the other. */
bool pair_shares_wire(const struct manifest *a, const struct manifest *b);
/* Why the case says nothing on the programs under test, or can't be run with them (the caller's);
 * NULL: it can. Of any manifest. */
char *pair_lacking(const struct manifest *m, const struct test_case *t);
/* The manifest of the wire that the probes of the case speak: that of its server, if one is
 * started. */
const struct manifest *pair_speaker(const struct manifest *m, const struct test_case *t);
/* Whether a step of the case starts a server, or a client, of the IUT. */
bool pair_starts(const struct test_case *t, bool server);

/* Whether what breaks this requirement (or NULL) is the fault of a program that is not under test.
 * accused: who did it, where that is known, or NULL. */
bool pair_excuses(const struct manifest *m, const struct requirement *q,
                  const struct actor *accused);

#endif
