/* SPDX-License-Identifier: MIT
 *
 * The rows of a scenario: a line "rows NAME..." and lines "row VALUE...". Each row makes a case of
 * its own, with its values in place of {NAME}.
 */
#ifndef HARNESS_ROWS_H
#define HARNESS_ROWS_H

#include "scan.h"

struct rows {
    struct tokens columns; /* the names */
    struct tokens *at;     /* as many values in each */
    size_t n;
};

/* Reads the rows of a whole scenario; complaints are added. */
void rows_read(struct rows *r, const struct source *s, struct diag *d);
void rows_finish(struct rows *r);

/* The text with the values of one row in place; without rows the text as it is. The caller's. */
char *rows_fill(const struct rows *r, size_t row, const char *text);
/* "name=value name=value" of one row, "" without rows. The caller's. */
char *rows_describe(const struct rows *r, size_t row);

#endif
