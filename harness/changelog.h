/* SPDX-License-Identifier: MIT
 *
 * A table that is rebuilt from the lines in which a program tells its changes.
 */
#ifndef HARNESS_CHANGELOG_H
#define HARNESS_CHANGELOG_H

#include "blank.h"

struct changelog;

/* d, which has the patterns of the lines, is the caller's and stays. */
struct changelog *changelog_create(const struct dialogue *d, bool arp);
/* NULL is fine. */
void changelog_destroy(struct changelog *c);
void changelog_clear(struct changelog *c);

/* True if the line tells a change; then it is made. */
bool changelog_hear(struct changelog *c, const char *line, size_t len);
/* Whether some pattern matches it. */
bool changelog_knows(const struct changelog *c, const char *line, size_t len);
/* A line that was not heard: as no pattern matches it (BLANK_LOG), or as notice does. */
void changelog_overlook(struct changelog *c, enum blank_kind kind, const char *line, size_t len);

/* The last of the lines that were overlooked, or told the end of what was not there; of those that
 * name an entry only the ones behind its last change. */
const struct blanks *changelog_beside(const struct changelog *c);
/* One that may tell the end of that route or MAC, or NULL. Valid until the program prints more. */
const struct blank *changelog_end_of_route(const struct changelog *c, const struct route *r);
const struct blank *changelog_end_of_neighbour(const struct changelog *c,
                                               const struct neighbour *n);
/* A line that named one entry, and was taken for the end of all; or NULL. */
const char *changelog_emptied_by(const struct changelog *c);

/* Its rows, as listing_give() takes them. */
void changelog_rows(const struct changelog *c, struct buf *rows);

#endif
