/* SPDX-License-Identifier: MIT */
#include "sim/memory.h"

#include <string.h>

struct field {
    size_t begin, width;
};

static const struct field header_fields[] = {
#define WIRE_SHM(field, offset, width, text) {offset, width},
#include "spec/wire.def"
};

static const struct field slot_fields[] = {
    {offsetof(struct arp_slot, lock), 4},     {offsetof(struct arp_slot, mac), 4},
    {offsetof(struct arp_slot, mac_rest), 2}, {offsetof(struct arp_slot, ip), 4},
    {offsetof(struct arp_slot, epoch), 8},
};

/* The field that holds this byte. */
static struct field field_at(size_t offset)
{
    bool header = offset < WIRE_SHM_HEADER_SIZE;
    const struct field *fields = header ? header_fields : slot_fields;
    size_t base = header ? 0 : offset - offset % WIRE_SHM_SLOT_SIZE;
    int at = header ? sizeof(header_fields) / sizeof(*fields) - 1
                    : sizeof(slot_fields) / sizeof(*fields) - 1;

    while (fields[at].begin > offset - base)
        at--;
    return (struct field){base + fields[at].begin, fields[at].width};
}

/* A number of this width as it lies in this machine's memory. */
static uint64_t get(const void *bytes, size_t width)
{
    uint16_t two;
    uint32_t four;
    uint64_t value;

    memcpy(&two, bytes, sizeof(two));
    if (width == sizeof(two))
        return two;
    memcpy(&four, bytes, sizeof(four));
    if (width == sizeof(four))
        return four;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

/* A part of a field, which may be all of it. */
static uint64_t part(uint64_t value, size_t field, size_t at, size_t width)
{
    uint16_t two = (uint16_t)value;
    uint32_t four = (uint32_t)value;
    uint8_t bytes[16] = {0};

    memcpy(bytes, field == 2 ? (void *)&two : field == 4 ? (void *)&four : (void *)&value, field);
    return get(bytes + at, width);
}

void memory_open(struct memory *memory, const void *bytes)
{
    memory->count = memory->released = 0;
    memset(memory->latest, 0, sizeof(memory->latest));
    for (size_t at = 0; at < MEMORY_BYTES; at += 2) {
        struct field field = field_at(at);

        if (field.begin == at)
            memory->initial[at / 2] = memory->latest[at / 2].value =
                get((const uint8_t *)bytes + at, field.width);
    }
}

void memory_store(struct memory *memory, size_t offset, uint64_t value, memory_order order)
{
    struct store *latest = &memory->latest[offset / 2];
    struct store store = {.number = ++memory->count, .before = latest->number, .value = value};

    store.released = order == memory_order_relaxed ? memory->released : store.number;
    *latest = memory->stores[store.number % MEMORY_STORES] = store;
}

void memory_fence(struct memory *memory, memory_order order)
{
    if (order != memory_order_acquire)
        memory->released = memory->count;
}

/* The store to the same place before this one; false if it is forgotten. */
static bool older(const struct memory *memory, size_t place, struct store *store)
{
    if (store->before == 0) {
        *store = (struct store){.value = memory->initial[place]};
        return true;
    }
    if (memory->count - store->before >= MEMORY_STORES)
        return false;
    *store = memory->stores[store->before % MEMORY_STORES];
    return true;
}

uint64_t memory_load(const struct memory *memory, struct view *view, size_t offset, size_t width,
                     memory_order order, unsigned age)
{
    struct field field = field_at(offset);
    size_t place = field.begin / 2;
    struct store store = memory->latest[place];

    for (unsigned i = 0; i < age || age == AGE_OLDEST; i++)
        if (store.number <= view->floor || store.number <= view->seen[place] ||
            !older(memory, place, &store))
            break;
    view->old = store.number != memory->latest[place].number;
    view->seen[place] = store.number;
    if (order != memory_order_relaxed)
        view_know(view, store.released);
    else if (store.released > view->offered)
        view->offered = store.released;
    return part(store.value, field.width, offset - field.begin, width);
}

void view_open(struct view *view, uint32_t floor)
{
    memset(view, 0, sizeof(*view));
    view->floor = floor;
}

void view_fence(struct view *view, memory_order order)
{
    if (order != memory_order_release)
        view_know(view, view->offered);
}

void view_know(struct view *view, uint32_t number)
{
    if (number > view->floor)
        view->floor = number;
}
