/* SPDX-License-Identifier: MIT
 *
 * The doctor on features: whether the programs do what a claim is about, and what they do without
 * one.
 */
#ifndef HARNESS_VISIT_CLAIM_H
#define HARNESS_VISIT_CLAIM_H

#include "visit_step.h"

/* While both run: what the client does with SIGUSR1. */
void visit_signals(struct visit *v);
/* Behind the end of both: how fresh ones take SIGINT and SIGTERM. */
void visit_tidy(struct visit *v);

#endif
