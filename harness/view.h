/* SPDX-License-Identifier: MIT
 *
 * A table that a program shows by itself: printed whole after each message, or once a question is
 * answered, or told by the lines of a log. The view is what it last showed whole; for a log, what
 * its lines come to.
 */
#ifndef HARNESS_VIEW_H
#define HARNESS_VIEW_H

#include "changelog.h"
#include "listing.h"

struct view;

/* NULL for a table that is asked for by a command. */
struct view *view_create(const struct dialogue *d, bool arp);
void view_destroy(struct view *v);
/* Empties it: the program starts. NULL is fine. */
void view_clear(struct view *v);

/* A line of the actor's output, for both of its views; true if it belongs to a table. */
bool view_hear(struct world *w, struct actor *a, const char *line, size_t len);
/* A line of the table that was shown last which may have to be a row and is none, as
 * misread_note() keeps it; "" if there is none, or nothing says where the table ends. */
const char *view_stray(const struct view *v);
/* A line that neither they know nor a question has asked for; or that notice takes. */
void view_overlook(struct actor *a, const char *line, size_t len);
void view_hear_notice(struct actor *a, const char *line, size_t len);
/* Lines that may be of the table and are not in it: a list that changes as the actor prints. */
const struct blanks *view_beside(const struct view *v);
/* The log that it is rebuilt from, or NULL; so of NULL. */
const struct changelog *view_log(const struct view *v);
/* The same as view_hear() for an unfinished line: true if it is a question, or the end of a page,
 * which is answered. */
bool view_hear_question(struct world *w, struct actor *a, const char *line, size_t len);

/* Waits until the table is whole, and gives each of its rows. 0, or -1 after world_fail();
 * UNSUPPORTED where nothing shows it. */
int view_read(struct world *w, struct actor *a, struct view *v, listing_fn *row, void *ctx);

#endif
