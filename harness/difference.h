/* SPDX-License-Identifier: MIT
 *
 * What changed from one saved run to another, by case and by requirement. LANGUAGE.md says what
 * each kind of change is.
 */
#ifndef HARNESS_DIFFERENCE_H
#define HARNESS_DIFFERENCE_H

#include "stream.h"

#include <stdio.h>

enum change { NEWLY_FAILING, NEWLY_PASSING, CHANGED, ADDED, REMOVED, CHANGE_COUNT };

struct difference {
    const struct stream *from, *to;
    /* Arrays of {"case" or "requirement", "from", "to", ...}, by enum change; a requirement is
     * never ADDED or REMOVED. */
    json_t *cases[CHANGE_COUNT], *requirements[CHANGE_COUNT];
    bool differs, worse;
};

/* Borrows the runs until difference_finish(). */
void difference_find(struct difference *d, const struct stream *from, const struct stream *to);
void difference_finish(struct difference *d);

void difference_print(const struct difference *d, FILE *out);
void difference_print_json(const struct difference *d, FILE *out);

#endif
