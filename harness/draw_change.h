/* SPDX-License-Identifier: MIT
 *
 * Changes drawn at random from few keys, so that they meet: some are refused.
 */
#ifndef HARNESS_DRAW_CHANGE_H
#define HARNESS_DRAW_CHANGE_H

#include "generate.h"
#include "manifest.h"

struct change_mix {
    bool arp, flush; /* whether there are such changes */
    struct limits limits;
};

/* Appends one change, such as "create 10.0.0.0/8 10.1.1.1 eth0", and does it in the tables. Whether
 * it is a flush. */
bool draw_change(struct random *r, const struct change_mix *mix, struct oracle *tables,
                 struct buf *out);
/* Appends a row of a table file that the tables do not have yet, and adds it; false if all that
 * came up are there. */
bool draw_row(struct random *r, const struct change_mix *mix, struct oracle *tables,
              struct buf *out);
/* Appends an address inside some prefix that changes are drawn from. */
void draw_address(struct random *r, struct buf *out);

#endif
