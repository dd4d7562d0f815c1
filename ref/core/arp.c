/* SPDX-License-Identifier: MIT */
#include "core/arp.h"

#include "core/arp_layout.h"
#include "core/arp_watch.h"

enum {
    REACH = 256, /* slots that a reclaim looks ahead at most */
    SWEEP = 8,   /* slots that each change has reclaimed, so that a flush is cleaned up too */
};

void arp_open(struct arp *arp, void *memory, uint32_t capacity, uint64_t epoch)
{
    struct arp_header *header = memory;

    *arp = (struct arp){.header = header, .epoch = epoch, .capacity = capacity};
    arp->slots = (struct arp_slot *)(header + 1);
    header->version = WIRE_SHM_VERSION;
    header->capacity = capacity;
    header->epoch = epoch;
    header->magic = WIRE_SHM_MAGIC;
}

bool arp_full(const struct arp *arp)
{
    return arp->count + arp->promised >= arp->capacity / 8 * 7; /* SHM-13 */
}

/* SHM-11, A3: odd, fence, fields, fence, even. */
static void slot_write(const struct arp *arp, uint32_t at, uint64_t mac, uint32_t address,
                       uint64_t epoch)
{
    struct arp_watch *watch = arp->watch;
    struct arp_slot *slot = &arp->slots[at];
    uint32_t lock = atomic_load_explicit(&slot->lock, memory_order_relaxed);

    ARP_STORE(watch, &slot->lock, lock + 1, memory_order_relaxed);
    ARP_FENCE(watch, memory_order_release);
    ARP_STORE(watch, &slot->mac, htobe32((uint32_t)(mac >> 16)), memory_order_relaxed);
    ARP_STORE(watch, &slot->mac_rest, htobe16((uint16_t)mac), memory_order_relaxed);
    ARP_STORE(watch, &slot->ip, htobe32(address), memory_order_relaxed);
    ARP_STORE(watch, &slot->epoch, epoch, memory_order_relaxed);
    ARP_FENCE(watch, memory_order_release);
    ARP_STORE(watch, &slot->lock, lock + 2, memory_order_relaxed);
}

static uint64_t state_of(const struct arp *arp, uint32_t slot)
{
    return atomic_load_explicit(&arp->slots[slot].epoch, memory_order_relaxed);
}

static uint32_t home_of(const struct arp *arp, uint32_t slot)
{
    const struct arp_slot *at = &arp->slots[slot];
    uint64_t mac = arp_mac(atomic_load_explicit(&at->mac, memory_order_relaxed),
                           atomic_load_explicit(&at->mac_rest, memory_order_relaxed));

    return arp_home(mac, arp_shift(arp->capacity));
}

/* SHM-15: makes never used again what no lookup of a live entry passes, from the slot `first` up to
 * the never-used slot behind `last`. An entry is passed by lookups from its home to its place, so
 * a walk down needs to know only how far the entries above reach. */
static void reclaim(struct arp *arp, uint32_t first, uint32_t last)
{
    uint32_t mask = arp->capacity - 1, at = last, left = (last - first) & mask, ahead = 0;
    uint32_t covered = 0; /* slots below that the entries above `at` reach over */

    while (ahead < REACH && ahead + left < mask && state_of(arp, at) != WIRE_SHM_NEVER_USED) {
        at = (at + 1) & mask;
        ahead++;
    }
    if (state_of(arp, at) != WIRE_SHM_NEVER_USED && arp->probe > 0)
        covered = arp->probe - 1; /* whatever stands there, it reaches no farther */
    for (left += ahead; left > 0; left--) {
        uint64_t state;
        uint32_t reach;

        at = (at - 1) & mask;
        state = state_of(arp, at);
        reach = state == arp->epoch ? (at - home_of(arp, at)) & mask : 0;
        if (state != arp->epoch && state != WIRE_SHM_NEVER_USED && covered == 0)
            slot_write(arp, at, 0, 0, WIRE_SHM_NEVER_USED);
        covered = covered > reach + 1 ? covered - 1 : reach;
    }
}

static void sweep(struct arp *arp)
{
    uint32_t mask = arp->capacity - 1, last = arp->swept;

    arp->swept = (last - SWEEP) & mask;
    reclaim(arp, arp->swept, last);
}

static void set_count(struct arp *arp, uint32_t count)
{
    arp->count = count;
    ARP_STORE(arp->watch, &arp->header->count, count, memory_order_relaxed);
}

static void set_probe(struct arp *arp, uint32_t probe)
{
    arp->probe = probe;
    ARP_STORE(arp->watch, &arp->header->probe, probe, memory_order_release);
}

uint32_t arp_put(struct arp *arp, uint64_t mac, uint32_t address)
{
    uint32_t slot = arp_home(mac, arp_shift(arp->capacity)), steps = 1;

    sweep(arp);
    for (; steps < arp->capacity && state_of(arp, slot) == arp->epoch; steps++)
        slot = (slot + 1) & (arp->capacity - 1);
    if (steps > arp->probe)
        set_probe(arp, steps); /* before a reader may need it: SHM-8 */
    slot_write(arp, slot, mac, address, arp->epoch);
    set_count(arp, arp->count + 1);
    return slot;
}

void arp_take(struct arp *arp, uint32_t slot)
{
    uint32_t home = home_of(arp, slot);

    slot_write(arp, slot, 0, 0, WIRE_SHM_DELETED);
    set_count(arp, arp->count - 1);
    if (arp->count == 0)
        set_probe(arp, 0);
    reclaim(arp, home, (slot + 1) & (arp->capacity - 1));
    sweep(arp);
}

void arp_empty(struct arp *arp)
{
    if (arp->header)
        set_count(arp, 0);
}

void arp_publish(struct arp *arp, uint64_t epoch)
{
    if (!arp->header)
        return;
    arp->epoch = epoch;
    ARP_STORE(arp->watch, &arp->header->epoch, epoch, memory_order_release);
    set_probe(arp, 0); /* behind the epoch: until it is there, old entries count */
}
