/* SPDX-License-Identifier: MIT
 *
 * The shared memory of the ARP table as structs, for its one writer and its readers: chapter 5,
 * `The object`. Every access is atomic, since another process is at it too.
 */
#ifndef CORE_ARP_LAYOUT_H
#define CORE_ARP_LAYOUT_H

#include <endian.h>
#include <stdatomic.h>

#include "core/frame.h"

struct arp_header {
    _Atomic uint64_t magic;
    _Atomic uint32_t version, capacity;
    _Atomic uint64_t epoch;
    _Atomic uint32_t count, probe;
    uint8_t unnamed[32];
};

struct arp_slot {
    _Atomic uint32_t lock;
    _Atomic uint32_t mac; /* its first four bytes in their order */
    _Atomic uint16_t mac_rest;
    uint16_t unnamed;
    _Atomic uint32_t ip; /* in network order */
    _Atomic uint64_t epoch;
    uint64_t unnamed_rest;
};

/* The structs are what wire.def says. */
#define WIRE_SHM(field, offset, width, text)                               \
    _Static_assert(offsetof(struct arp_header, field) == (offset) &&       \
                       sizeof(((struct arp_header *)0)->field) == (width), \
                   #field);
#define WIRE_SLOT(field, offset, width, text) \
    _Static_assert(offsetof(struct arp_slot, field) == (offset), #field);
#include "spec/wire.def"
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "an epoch is read in one access (FLU-15)");
_Static_assert(sizeof(struct arp_header) == WIRE_SHM_HEADER_SIZE, "header");
_Static_assert(sizeof(struct arp_slot) == WIRE_SHM_SLOT_SIZE, "slot");
_Static_assert(offsetof(struct arp_slot, mac_rest) == offsetof(struct arp_slot, mac) + 4, "mac");

/* Bytes of an object with that many slots. */
static inline size_t arp_size(uint32_t capacity)
{
    return WIRE_SHM_HEADER_SIZE + (size_t)capacity * WIRE_SHM_SLOT_SIZE;
}

/* Whether the layout allows that many slots. */
static inline bool arp_capacity_legal(uint32_t capacity)
{
    return capacity >= WIRE_SHM_CAPACITY_MIN && capacity <= WIRE_SHM_CAPACITY_MAX &&
           (capacity & (capacity - 1)) == 0;
}

/* What arp_home() shifts by. */
static inline unsigned arp_shift(uint32_t capacity)
{
    return 64 - (unsigned)__builtin_ctz(capacity);
}

/* The slot where the probe sequence of a MAC starts. */
static inline uint32_t arp_home(uint64_t mac, unsigned shift)
{
    return (uint32_t)(mac * (uint64_t)WIRE_SHM_HASH >> shift);
}

/* The two fields of a slot's MAC as one number, and back. */
static inline uint64_t arp_mac(uint32_t mac, uint16_t rest)
{
    return (uint64_t)be32toh(mac) << 16 | be16toh(rest);
}

#endif
