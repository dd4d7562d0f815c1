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
/* A line that tells no change: what it names may be gone, and the program has said so. */
void changelog_doubt(struct changelog *c, const char *line, size_t len);
/* The last such line behind the one that told that route, or NULL. */
const char *changelog_doubt_route(const struct changelog *c, const struct route *r);
const char *changelog_doubt_neighbour(const struct changelog *c, const struct neighbour *n);

/* Its rows, as listing_give() takes them. */
void changelog_rows(const struct changelog *c, struct buf *rows);

#endif
