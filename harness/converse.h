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

/* Tells it a line; key: what is pressed without Enter. */
void converse_say(struct world *w, struct actor *a, const char *text, bool key);

/* Answers the program where it waits between two pages of the table of d; true if it does. */
bool converse_turn_page(struct world *w, struct actor *a, const struct dialogue *d,
                        const char *line, size_t len);

/* Fails the step for a table that stops at an unfinished line which nothing of d knows. */
int converse_fail_open(struct world *w, const struct actor *a, const struct dialogue *d);

/* A line for the transcript, and for those who ask later what was said. */
void converse_note(struct world *w, struct actor *a, const char *line, size_t len);

#endif
