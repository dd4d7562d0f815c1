/* SPDX-License-Identifier: MIT
 *
 * Talking with an actor on its console: moves of a dialogue are made in order, each once the
 * program has printed what it waits for; then lines are heard until the outcome is known. A prompt
 * without a line end is matched on the unfinished line.
 */
#ifndef HARNESS_CONVERSE_H
#define HARNESS_CONVERSE_H

#include "actor.h"

/* Deals with the output that has come: whole lines, then what may be a prompt. */
void converse_hear(struct world *w, struct actor *a);

/* A line for the transcript, and for those who ask later what was said. */
void converse_note(struct world *w, struct actor *a, const char *line, size_t len);

#endif
