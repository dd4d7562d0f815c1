/* SPDX-License-Identifier: MIT
 *
 * Rows that a program has shown, kept as text until somebody asks for the table.
 */
#ifndef HARNESS_LISTING_H
#define HARNESS_LISTING_H

#include "dialogue.h"

/* What gets a row: its values dest mask gateway oif, or mac ip, where in the line the oif stands,
 * and the line. */
typedef void listing_fn(void *ctx, char *const value[4], size_t at, const char *line);

/* The key of the last match of p, a pattern of d, a line for each value; the caller's. */
char *listing_key(const struct dialogue *d, bool arp, struct pattern *p, const char *line);
/* The same of all values, and of what else listing_give() needs. */
char *listing_row(const struct dialogue *d, bool arp, struct pattern *p, const char *line,
                  size_t len);
/* Gives each of the rows, which is cut up for it. */
void listing_give(bool arp, char *rows, listing_fn *row, void *ctx);

#endif
