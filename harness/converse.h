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

/* What is talked of: the question's dialogue, or the way back from its refusal. */
const struct dialogue *converse_dialogue(const struct actor *a, const struct ask *ask);
/* Makes the moves that wait for nothing. */
void converse_make_moves(struct world *w, struct actor *a, struct ask *ask);
/* Takes the way back. */
void converse_recover(struct world *w, struct actor *a, struct ask *ask);
/* Whether the unfinished line of a table is nothing that its dialogue knows: the rest of it may
 * come, or what comes next is for the suite to say. */
bool converse_is_open(const struct actor *a, const struct ask *ask);
/* Whether the end of a table stood in front of the prompt, on its line; then it is heard. */
bool converse_hear_front(struct world *w, struct actor *a, struct ask *ask);
/* Nothing more comes: what stands on the unfinished line is a line, unless the rest of it may come,
 * of a table or of a notice behind a prompt. */
void converse_end_line(struct world *w, struct actor *a, struct ask *ask);

/* Tells it a line; key: what is pressed without Enter. */
void converse_say(struct world *w, struct actor *a, const char *text, bool key);

/* Answers the program where it waits between two pages of the table of d; true if it does. */
bool converse_turn_page(struct world *w, struct actor *a, const struct dialogue *d,
                        const char *line, size_t len);

/* A line of a table for the transcript, which has the first of them: more would push out all else.
 * *shown: how many there were so far. */
void converse_note_row(struct world *w, struct actor *a, size_t *shown, const char *line,
                       size_t len);

/* A line for the transcript, and for those who ask later what was said. */
void converse_note(struct world *w, struct actor *a, const char *line, size_t len);

#endif
