/* SPDX-License-Identifier: MIT
 *
 * A stream of changes, written to a server's console as fast as it takes them, each answer compared
 * with what the oracle said of that change.
 */
#ifndef HARNESS_FEED_H
#define HARNESS_FEED_H

#include "actor.h"

/* Starts feeding the lines of text, which it takes over: "create PREFIX GATEWAY OIF", "arp add MAC
 * ADDRESS", "flush" and so on. */
int feed_start(struct world *w, struct actor *a, struct buf *text);
/* Why the servers of this manifest cannot be fed so; NULL if they can. */
const char *feed_lacking(const struct manifest *m);
void feed_destroy(struct feed *f);

/* That of the change whose answer comes next; NULL if none is to come. */
const struct dialogue *feed_dialogue(const struct actor *a);
/* A line of the actor's output that is an answer to the feed. */
void feed_hear(struct world *w, struct actor *a, const char *line, size_t len);
/* Moves more lines to what the actor is to be told. */
void feed_refill(struct actor *a);

/* Asks for one such change by the dialogue of its operation, and compares the outcome. */
int feed_try(struct world *w, struct actor *a, char *line);

/* One such line, which it cuts: the oracle does the change, and how the program wants to hear it is
 * appended. NULL, or the refusal that the oracle gave. */
const char *feed_word_change(struct actor *a, char *line, struct buf *out);

/* The share of the lines that is answered, in percent; 100 if there is no feed. */
unsigned feed_share(const struct actor *a);
/* Waits until that share of the lines is answered, in percent; 100 also ends the feed. */
int feed_wait(struct world *w, struct actor *a, unsigned percent);

#endif
