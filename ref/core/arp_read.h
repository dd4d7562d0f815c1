/* SPDX-License-Identifier: MIT
 *
 * A reader of the shared ARP table. It trusts nothing but the memory's size: whatever stands in it,
 * a lookup ends. Makes no system call and takes no lock.
 */
#ifndef CORE_ARP_READ_H
#define CORE_ARP_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/route.h"

struct arp_watch;

enum { ARP_TRIES = 4096 }; /* a writer that is stopped inside a write may stay there for ever */

struct arp_reader {
    const struct arp_header *header; /* NULL: there is no object */
    const struct arp_slot *slots;
    uint32_t capacity;       /* as it was when the header was checked */
    unsigned tries;          /* reads of slots that change, in one lookup */
    struct arp_watch *watch; /* NULL in a program */
};

/* Checks a copy of an object's header (SHM-22): its slots must fit into `size` bytes, its epoch be
 * of this instance. Gives the capacity, or 0 and the reason. */
uint32_t arp_check(const void *header, size_t size, uint32_t instance, char reason[REASON_SIZE]);

/* Reads from now on from an object of that capacity; the memory stays the caller's. */
void arp_attach(struct arp_reader *reader, const void *memory, uint32_t capacity);

/* The address of a MAC; false if it has none. Any thread. */
bool arp_lookup(const struct arp_reader *reader, uint64_t mac, uint32_t *address);

/* The epoch in the header in one access (FLU-15); 0 where there is no object. */
uint64_t arp_epoch(const struct arp_reader *reader);

#endif
