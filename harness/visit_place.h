/* SPDX-License-Identifier: MIT
 *
 * The doctor on where a server listens, and who connects there.
 */
#ifndef HARNESS_VISIT_PLACE_H
#define HARNESS_VISIT_PLACE_H

#include "visit_step.h"

/* Whether the server comes to be where the manifest says. */
bool visit_socket(struct visit *v);
/* Behind the server's end: a client has to be ready, too, beside one that says nothing (ROB-12). */
void visit_unanswered(struct visit *v, const char *socket);

#endif
