/* SPDX-License-Identifier: MIT
 *
 * Frames as a step words them: TYPE, then field=value. What chapter 3 forbids can be said too.
 */
#ifndef HARNESS_COMPOSE_H
#define HARNESS_COMPOSE_H

#include "actor.h"
#include "probe.h"

/* Builds the frame that word `at` of a step begins, as the probe would send it. Values are those of
 * wire_set(), digest:FILE (the digest of a table file) and hex:BYTES (of a text, its padding
 * included). -1 after world_fail(). */
int compose_frame(struct world *w, const struct step *s, size_t at, const struct probe *p,
                  struct frame *f);
/* Sets the fields that the words from `at` name. -1 after world_fail(). */
int compose_fields(struct world *w, const struct step *s, size_t at, struct frame *f);
/* A HELLO that offers version 1. */
void compose_hello(struct frame *f);
/* What a server greets with, on a connection of its own that is closed again. -1 after
 * world_fail(). */
int compose_greeting(struct world *w, const struct actor *server, struct frame *welcome);
/* Adds the frames of a snapshot of the table that ends at this seq, each with the fields that the
 * words from `at` name. -1 after world_fail(). */
int compose_snapshot(struct world *w, const struct step *s, size_t at, const struct probe *p,
                     const char *seq, const struct oracle *table, struct buf *out);
/* Compares a frame with the fields that the words from `at` name; -1 after world_fail(). */
int compose_check(struct world *w, const struct step *s, size_t at, const struct frame *f);

#endif
