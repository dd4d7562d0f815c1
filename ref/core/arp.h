/* SPDX-License-Identifier: MIT
 *
 * The writer of the shared ARP table: slots in memory that it is given, for readers who look at
 * any moment (rules A1 to A5). It never moves a live entry and makes no system call. Who is in the
 * table is known to the caller (macs.h), with the slot that arp_put() gave.
 */
#ifndef CORE_ARP_H
#define CORE_ARP_H

#include <stdbool.h>
#include <stdint.h>

struct arp_watch;

struct arp {
    struct arp_watch *watch;   /* NULL in a program; set behind arp_open() */
    struct arp_header *header; /* NULL: there is no memory, nothing can be added */
    struct arp_slot *slots;
    uint64_t epoch; /* that of the header */
    uint32_t capacity, count;
    uint32_t promised; /* additions that arp_full() has to leave room for */
    uint32_t probe;    /* that of the header */
    uint32_t swept;    /* the slot that the sweep has come down to */
};

/* Takes zeroed memory of arp_size(capacity) bytes, which stays the caller's, and writes the header.
 * The capacity is legal. */
void arp_open(struct arp *arp, void *memory, uint32_t capacity, uint64_t epoch);

/* Whether one more entry would be too many (SHM-13), those promised included. */
bool arp_full(const struct arp *arp);

/* Makes an entry live that is not there, the table not being full; gives its slot. */
uint32_t arp_put(struct arp *arp, uint64_t mac, uint32_t address);

/* Makes the entry of that slot absent. */
void arp_take(struct arp *arp, uint32_t slot);

/* A flush, in two parts so that the caller keeps its order (S2): the table is empty; then the new
 * epoch is there, which makes every slot stale and touches none (SHM-12). Nothing is added between
 * the two. Without memory both do nothing. */
void arp_empty(struct arp *arp);
void arp_publish(struct arp *arp, uint64_t epoch);

#endif
