/* SPDX-License-Identifier: MIT
 *
 * Seeded random tables and changes, with the mask lengths of a real table of 2024 (60 in 100 are
 * /24, 11 are /23, 12 are /22 ...). The same seed gives the same text on every machine.
 */
#ifndef HARNESS_GENERATE_H
#define HARNESS_GENERATE_H

#include "oracle.h"

struct random {
    uint64_t state;
};

/* A generator of its own for each text, such as the name of a case and of a file. */
struct random random_seeded(const char *text);
uint64_t random_next(struct random *r);
/* From 0 to below n. */
uint32_t random_below(struct random *r, uint32_t n);

/* Appends so many rows "DEST/MASK GATEWAY OIF" with different prefixes. */
void generate_table(struct random *r, size_t rows, struct buf *out);
/* Appends so many changes that are valid one after the other on the table: about one in a hundred a
 * create, as many deletes, the rest updates; more creates while the table is small. */
void generate_changes(struct random *r, const struct oracle *table, size_t changes,
                      struct buf *out);
/* The address that every generated entry of a MAC has. */
uint32_t generate_address(uint64_t mac);
/* Appends so many rows "MAC ADDRESS" with different MACs. */
void generate_arp(struct random *r, size_t rows, struct buf *out);
/* Appends so many additions and deletions of a few MACs, which fall into the same slots again. */
void generate_churn(struct random *r, const struct oracle *tables, size_t changes, struct buf *out);
/* Appends so many "arp add" of MACs that the table does not have. */
void generate_additions(struct random *r, const struct oracle *tables, size_t changes,
                        struct buf *out);
/* As generate_changes, with both tables: four in ten are "arp add" or "arp delete", and one in
 * about four hundred is a "flush". */
void generate_mixed(struct random *r, const struct oracle *tables, size_t changes, struct buf *out);

#endif
