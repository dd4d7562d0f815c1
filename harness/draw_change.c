/* SPDX-License-Identifier: MIT */
#include "draw_change.h"

#include <stdio.h>
#include <string.h>

#define MACS 12           /* that changes are drawn from */
#define MACS_OF_DIGITS 10 /* the first of them */

static uint32_t mask_bits(unsigned mask)
{
    return mask == 0 ? 0 : UINT32_MAX << (32 - mask);
}

/* Few networks, with many masks each: they lie within each other. */
static uint32_t random_address(struct random *r)
{
    static const uint32_t bytes[] = {0, 128, 255};
    uint32_t address = 10 + random_below(r, 2) * 182;

    for (int i = 0; i < 3; i++)
        address = address << 8 | bytes[random_below(r, LENGTH(bytes))];
    return address;
}

static void random_route(struct random *r, const struct limits *limits, struct route *out)
{
    static const uint8_t masks[] = {0, 1, 8, 9, 16, 17, 24, 32};
    static const char *const names[] = {"e", "eth0", "eth1.100", "an-interface-of-31-characters.."};

    memset(out, 0, sizeof *out);
    out->mask = masks[random_below(r, LENGTH(masks))];
    if (limits->one_mask)
        out->mask = 24;
    out->destination = random_address(r) & mask_bits(out->mask);
    out->gateway = random_address(r);
    strcpy(out->oif, names[random_below(r, LENGTH(names))]);
    if (limits->longest_oif > 0 && strlen(out->oif) > limits->longest_oif)
        out->oif[limits->longest_oif] = '\0';
}

static void random_neighbour(struct random *r, const struct limits *limits, struct neighbour *out)
{
    *out = (struct neighbour){.mac = 0x020000000000 +
                                     random_below(r, limits->no_letters ? MACS_OF_DIGITS : MACS),
                              .ip = random_address(r),
                              .known = true};
}

/* Mostly what the table accepts. */
static void change_route(struct random *r, const struct limits *limits, struct oracle *tables,
                         struct buf *out)
{
    bool odd = random_below(r, 8) == 0, there;
    struct route route;
    char line[72];

    random_route(r, limits, &route);
    there = oracle_find(tables, route.destination, route.mask) != NULL;
    route_format(&route, line);
    if (there == odd) {
        buf_printf(out, "create %s", line);
        oracle_create_route(tables, &route);
    } else if (random_below(r, 3) > 0) {
        buf_printf(out, "update %s", line);
        oracle_update_route(tables, &route);
    } else {
        *strchr(line, ' ') = '\0';
        buf_printf(out, "delete %s", line);
        oracle_delete_route(tables, &route);
    }
}

static void change_neighbour(struct random *r, const struct limits *limits, struct oracle *tables,
                             struct buf *out)
{
    bool odd = random_below(r, 8) == 0;
    struct neighbour n;
    char line[36];

    random_neighbour(r, limits, &n);
    neighbour_format(&n, line);
    if ((arp_find(oracle_arp(tables), n.mac) != NULL) == odd) {
        buf_printf(out, "arp add %s", line);
        oracle_add_neighbour(tables, &n);
        return;
    }
    *strchr(line, ' ') = '\0';
    buf_printf(out, "arp delete %s", line);
    oracle_remove_neighbour(tables, n.mac);
}

bool draw_change(struct random *r, const struct change_mix *mix, struct oracle *tables,
                 struct buf *out)
{
    uint32_t dice = random_below(r, 100);

    if (mix->flush && dice < 3) {
        buf_adds(out, "flush");
        oracle_clear(tables);
        return true;
    }
    if (mix->arp && dice < 35)
        change_neighbour(r, &mix->limits, tables, out);
    else
        change_route(r, &mix->limits, tables, out);
    return false;
}

static bool row_of_neighbour(struct random *r, const struct limits *limits, struct oracle *tables,
                             struct buf *out)
{
    struct neighbour n;
    char line[36];

    random_neighbour(r, limits, &n);
    if (oracle_add_neighbour(tables, &n) != NULL)
        return false;
    neighbour_format(&n, line);
    buf_adds(out, line);
    return true;
}

static bool row_of_route(struct random *r, const struct limits *limits, struct oracle *tables,
                         struct buf *out)
{
    struct route route;
    char line[72];

    random_route(r, limits, &route);
    if (oracle_create_route(tables, &route) != NULL)
        return false;
    route_format(&route, line);
    buf_adds(out, line);
    return true;
}

bool draw_row(struct random *r, const struct change_mix *mix, struct oracle *tables,
              struct buf *out)
{
    for (int i = 0; i < 20; i++) {
        bool arp = mix->arp && random_below(r, 4) == 0;
        if (arp ? row_of_neighbour(r, &mix->limits, tables, out)
                : row_of_route(r, &mix->limits, tables, out))
            return true;
    }
    return false;
}

void draw_address(struct random *r, struct buf *out)
{
    uint32_t a = random_address(r);

    buf_printf(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}
