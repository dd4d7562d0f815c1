/* SPDX-License-Identifier: MIT
 *
 * An ARP table as the oracle keeps it and as a dump shows it (spec chapter 5): MAC to address.
 * Plainly right, and shared with nothing that it judges.
 */
#ifndef HARNESS_ARP_H
#define HARNESS_ARP_H

#include "util.h"

struct neighbour {
    uint64_t mac; /* 48 bits, the first byte of the text the highest */
    uint32_t ip;  /* host byte order */
    bool known;   /* false: the address is shown as "-" (ARP-19) */
};

struct arp;

struct arp *arp_create(void);
void arp_destroy(struct arp *t);

/* Six pairs of hexadecimal digits of either case (ARP-5); false if it is anything else. */
bool mac_parse(const char *text, uint64_t *mac);
void mac_format(uint64_t mac, char out[18]);
/* What is wrong with the texts of an entry, "mac" or "address" as chapter 7 has it; NULL if
 * nothing. An address "-" gives an entry whose address is not known. */
const char *neighbour_parse(const char *mac, const char *address, struct neighbour *n);
/* "MAC ADDRESS" */
void neighbour_format(const struct neighbour *n, char out[36]);

/* The changes; each returns NULL or the kind of refusal: "exists", "absent". */
const char *arp_add(struct arp *t, const struct neighbour *n);
const char *arp_remove(struct arp *t, uint64_t mac);

size_t arp_count(const struct arp *t);
/* The sum of the keys' hashes (TBL-18). */
uint64_t arp_digest(const struct arp *t);
/* NULL if the MAC is not there. Valid until the next change. */
const struct neighbour *arp_find(const struct arp *t, uint64_t mac);
/* Walks in no order: start with *at 0; NULL at the end. */
const struct neighbour *arp_next(const struct arp *t, size_t *at);

/* As oracle_diff; only the keys unless addresses is set. */
size_t arp_diff(const struct arp *want, const struct arp *got, bool addresses, size_t limit,
                struct buf *text);

#endif
