/* SPDX-License-Identifier: MIT */
#include "core/arp_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/arp_layout.h"
#include "core/arp_watch.h"

enum { AHEAD = 2 }; /* slots whose memory is fetched meanwhile: they are in the next cache line */

uint32_t arp_check(const void *header, size_t size, uint32_t instance, char reason[REASON_SIZE])
{
    struct arp_header copy;

    if (size < sizeof(copy)) {
        snprintf(reason, REASON_SIZE, "it has %zu bytes; expected at least %zu", size,
                 sizeof(copy));
        return 0;
    }
    memcpy(&copy, header, sizeof(copy));
    if (copy.magic != WIRE_SHM_MAGIC)
        snprintf(reason, REASON_SIZE, "its magic is %#" PRIx64 "; expected %#" PRIx64,
                 (uint64_t)copy.magic, (uint64_t)WIRE_SHM_MAGIC);
    else if (copy.version != WIRE_SHM_VERSION)
        snprintf(reason, REASON_SIZE, "its version is %" PRIu32 "; expected %d",
                 (uint32_t)copy.version, WIRE_SHM_VERSION);
    else if (!arp_capacity_legal(copy.capacity))
        snprintf(reason, REASON_SIZE,
                 "its capacity is %" PRIu32 "; expected a power of two from %d to %d",
                 (uint32_t)copy.capacity, WIRE_SHM_CAPACITY_MIN, WIRE_SHM_CAPACITY_MAX);
    else if (size < arp_size(copy.capacity))
        snprintf(reason, REASON_SIZE, "it has %zu bytes; expected %zu for its %" PRIu32 " slots",
                 size, arp_size(copy.capacity), (uint32_t)copy.capacity);
    else if (copy.epoch >> 32 != instance)
        snprintf(reason, REASON_SIZE, "it is of the server instance %" PRIu64 "; expected %" PRIu32,
                 (uint64_t)copy.epoch >> 32, instance);
    else
        return copy.capacity;
    return 0;
}

void arp_attach(struct arp_reader *reader, const void *memory, uint32_t capacity)
{
    reader->header = memory;
    reader->slots = (const struct arp_slot *)(reader->header + 1);
    reader->capacity = capacity;
    reader->tries = ARP_TRIES;
    reader->watch = NULL;
}

uint64_t arp_epoch(const struct arp_reader *reader)
{
    return reader->header ? ARP_LOAD(reader->watch, &reader->header->epoch, memory_order_acquire)
                          : 0;
}

/* Compiled twice, with a watch and without. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* What a slot held at one moment. */
struct reading {
    uint64_t mac, epoch;
    uint32_t ip;
};

/* A3, SHM-20: false if no moment can be had. The tries are those of a whole lookup: the one writer
 * can stand in one slot only, and memory full of odd locks may not cost them for each. */
ALWAYS_INLINE bool slot_read(struct arp_watch *watch, const struct arp_slot *slot, unsigned *tries,
                             struct reading *reading)
{
    do {
        uint32_t before = ARP_LOAD(watch, &slot->lock, memory_order_relaxed), after;
        uint32_t mac;
        uint16_t rest;

        ARP_FENCE(watch, memory_order_acquire);
        mac = ARP_LOAD(watch, &slot->mac, memory_order_relaxed);
        rest = ARP_LOAD(watch, &slot->mac_rest, memory_order_relaxed);
        reading->mac = arp_mac(mac, rest);
        reading->ip = ARP_LOAD(watch, &slot->ip, memory_order_relaxed);
        reading->epoch = ARP_LOAD(watch, &slot->epoch, memory_order_relaxed);
        ARP_FENCE(watch, memory_order_acquire);
        after = ARP_LOAD(watch, &slot->lock, memory_order_relaxed);
        if (before == after && before % 2 == 0)
            return true;
    } while (*tries > 0 && --*tries > 0);
    return false;
}

ALWAYS_INLINE bool lookup(struct arp_watch *watch, const struct arp_reader *reader, uint64_t mac,
                          uint32_t *address)
{
    /* before any slot: SHM-18 */
    uint64_t epoch =
        reader->header ? ARP_LOAD(watch, &reader->header->epoch, memory_order_acquire) : 0;
    uint32_t probe, at, mask = reader->capacity - 1;
    unsigned tries = reader->tries;
    struct reading reading;

    if (epoch <= WIRE_SHM_DELETED) /* or a deleted slot would look live */
        return false;
    probe = ARP_LOAD(watch, &reader->header->probe, memory_order_acquire);
    probe = probe < reader->capacity ? probe : reader->capacity; /* SHM-21 */
    at = arp_home(mac, arp_shift(reader->capacity));
    for (; probe > 0; probe--, at = (at + 1) & mask) {
        __builtin_prefetch(&reader->slots[(at + AHEAD) & mask]);
        if (!slot_read(watch, &reader->slots[at], &tries, &reading))
            continue;
        if (reading.epoch == WIRE_SHM_NEVER_USED)
            return false;
        if (reading.epoch == epoch && reading.mac == mac) { /* A4, A5 */
            *address = be32toh(reading.ip);
            return true;
        }
    }
    return false;
}

bool arp_lookup(const struct arp_reader *reader, uint64_t mac, uint32_t *address)
{
    return reader->watch ? lookup(reader->watch, reader, mac, address)
                         : lookup(NULL, reader, mac, address);
}
