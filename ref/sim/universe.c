/* SPDX-License-Identifier: MIT */
#include "sim/universe.h"

#include <string.h>

/* Nested, at the ends of the range and side by side. */
static const struct {
    uint32_t address;
    uint8_t mask;
    const char *text;
} routes[ROUTES] = {
    {0x00000000, 0, "0.0.0.0/0"},    {0x0a000000, 8, "10.0.0.0/8"},
    {0x0a010000, 16, "10.1.0.0/16"}, {0x0a010100, 24, "10.1.1.0/24"},
    {0x0a010101, 32, "10.1.1.1/32"}, {0x0a010102, 32, "10.1.1.2/32"},
    {0x80000000, 1, "128.0.0.0/1"},  {0xffffffff, 32, "255.255.255.255/32"},
};

static const struct {
    uint32_t gateway;
    const char *text, *oif;
} values[VALUES] = {
    {0x01010101, "1.1.1.1", "e"},
    {0x01010101, "1.1.1.1", "e0"},
    {0x0a000001, "10.0.0.1", "Ethernet1"},
    {0xc0a86401, "192.168.100.1", "GigabitEthernet0/0/0/1.4094.99x"},
    {0xffffffff, "255.255.255.255", "e"},
    {0x00000000, "0.0.0.0", "lo"},
    {0x02020202, "2.2.2.2", "Ethernet2"},
};

/* Three of one home, at the end of an object of 16 slots, so that they go on at its beginning. */
static const struct {
    uint64_t number;
    const char *text;
} macs[MACS] = {
    {0x02000000000c, "02:00:00:00:00:0c"}, {0x020000000014, "02:00:00:00:00:14"},
    {0x020000000021, "02:00:00:00:00:21"}, {0x02000000002e, "02:00:00:00:00:2e"},
    {0x02000000003b, "02:00:00:00:00:3b"}, {0x02000000003f, "02:00:00:00:00:3f"},
};

state_t state_keys(state_t state)
{
    for (unsigned key = 0; key < MACS; key++)
        if (state_mac(state, key))
            state = state_with_mac(state, key, 1);
    return state;
}

struct route universe_route(unsigned key, unsigned value)
{
    struct route route = {.prefix = {routes[key].address, routes[key].mask}};

    if (value > 0) {
        route.gateway = values[value - 1].gateway;
        strcpy(route.oif, values[value - 1].oif);
    }
    return route;
}

uint64_t universe_mac(unsigned key)
{
    return macs[key].number;
}

/* Every byte of each is another one, so that a mixture is none of them, nor one backwards. */
uint32_t universe_address(unsigned value)
{
    return value > 0 ? 0x10305070 + value * 0x01010101 : 0;
}

unsigned universe_address_number(uint32_t address)
{
    for (unsigned value = 1; value <= ADDRESSES; value++)
        if (universe_address(value) == address)
            return value;
    return STRANGE;
}

static unsigned route_key(struct prefix prefix)
{
    unsigned key = 0;

    while (key < ROUTES &&
           (routes[key].address != prefix.address || routes[key].mask != prefix.mask))
        key++;
    return key;
}

static unsigned route_value(const struct route *route)
{
    for (unsigned value = 0; value < VALUES; value++)
        if (route->gateway == values[value].gateway && strcmp(route->oif, values[value].oif) == 0)
            return value + 1;
    return STRANGE;
}

static unsigned mac_key(uint64_t mac)
{
    unsigned key = 0;

    while (key < MACS && macs[key].number != mac)
        key++;
    return key;
}

static state_t read_macs(const struct table *table, bool keys, bool *strange)
{
    struct macs_cursor cursor;
    struct arp_entry entry;
    state_t state = 0;

    table_seek_mac(&cursor, table, 0);
    while (macs_next(&cursor, &entry)) {
        unsigned key = mac_key(entry.mac);

        if (key == MACS || state_mac(state, key))
            *strange = true;
        else
            state = state_with_mac(state, key, keys ? 1 : universe_address_number(entry.address));
    }
    return state;
}

state_t universe_read(const struct table *table, bool keys, bool *strange)
{
    state_t state = read_macs(table, keys, strange);
    struct table_cursor cursor;
    struct route route;

    table_seek(&cursor, table, (struct prefix){0, 0}, true);
    while (table_next(&cursor, &route)) {
        unsigned key = route_key(route.prefix);

        if (key == ROUTES || state_route(state, key))
            *strange = true;
        else
            state = state_with_route(state, key, route_value(&route));
    }
    return state;
}

/* FNV-1a, as chapter 1 words it. */
static uint64_t fnv(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static const uint64_t fnv_basis = UINT64_C(0xcbf29ce484222325);

static uint64_t line_hash(unsigned key, unsigned value)
{
    uint64_t hash = fnv(fnv(fnv_basis, routes[key].text), " ");

    return fnv(fnv(fnv(hash, values[value - 1].text), " "), values[value - 1].oif);
}

/* Of every entry that there can be, computed once. */
static struct {
    bool ready;
    uint64_t route[ROUTES][VALUES + 1], mac[MACS];
} hashes;

static void hash_all(void)
{
    for (unsigned key = 0; key < ROUTES; key++)
        for (unsigned value = 1; value <= VALUES; value++)
            hashes.route[key][value] = line_hash(key, value);
    for (unsigned key = 0; key < MACS; key++)
        hashes.mac[key] = fnv(fnv_basis, macs[key].text);
    hashes.ready = true;
}

struct table_sum universe_sum(state_t state)
{
    struct table_sum sum = {0};

    if (!hashes.ready)
        hash_all();
    for (unsigned key = 0; key < ROUTES; key++) {
        unsigned value = state_route(state, key);

        sum.routes += value > 0;
        sum.digest += value <= VALUES ? hashes.route[key][value] : 0;
    }
    for (unsigned key = 0; key < MACS; key++) {
        bool there = state_mac(state, key) > 0;

        sum.macs += there;
        sum.digest += there ? hashes.mac[key] : 0;
    }
    return sum;
}
