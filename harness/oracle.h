/* SPDX-License-Identifier: MIT
 *
 * The oracle: what a server's tables have to be after the operations of a scenario (spec chapters 1
 * and 5). Also holds tables that were read from a dump or a file, to compare with. A hash table
 * and a scan over mask lengths: written to be plainly right, and to share nothing with any
 * implementation that it judges.
 */
#ifndef HARNESS_ORACLE_H
#define HARNESS_ORACLE_H

#include "arp.h"
#include "history.h"

struct route {
    uint32_t destination; /* host byte order, as gateway */
    uint32_t gateway;
    uint8_t mask;
    char oif[32];
};

struct oracle;

struct oracle *oracle_create(void);
void oracle_destroy(struct oracle *o);
void oracle_clear(struct oracle *o);
/* Its ARP table. Valid until it is cleared. */
struct arp *oracle_arp(const struct oracle *o);
/* From here on notes each state that the changes below, and clearing, lead to; the oracle's. */
void oracle_keep_history(struct oracle *o);
/* NULL if none is kept. */
const struct history *oracle_history(const struct oracle *o);
/* Makes room at once: only speed. */
void oracle_reserve(struct oracle *o, size_t routes);

/* What is wrong with the text of a route, as chapter 1 has it; NULL if nothing. Fills r. The kinds
 * are those of chapter 7: "address", "mask", "prefix", "oif". */
const char *route_parse_prefix(const char *text, struct route *r);
const char *route_parse(const char *prefix, const char *gateway, const char *oif, struct route *r);
/* Four octets without leading zeros; false if it is anything else. */
bool address_parse(const char *text, uint32_t *address);
/* FNV-1a with 64 bits (TBL-18). */
uint64_t line_hash(const char *line);
/* The canonical line, without a line end. */
void route_format(const struct route *r, char out[72]);

/* The changes; each returns NULL or the kind of refusal: "exists", "absent". */
const char *oracle_create_route(struct oracle *o, const struct route *r);
const char *oracle_update_route(struct oracle *o, const struct route *r);
const char *oracle_delete_route(struct oracle *o, const struct route *r);
const char *oracle_add_neighbour(struct oracle *o, const struct neighbour *n);
const char *oracle_remove_neighbour(struct oracle *o, uint64_t mac);

/* The number of routes. */
size_t oracle_count(const struct oracle *o);
/* That of both tables (TBL-18), and that of the routes alone. */
uint64_t oracle_digest(const struct oracle *o);
uint64_t oracle_digest_routes(const struct oracle *o);
/* NULL if the prefix is not there. Valid until the next change. */
const struct route *oracle_find(const struct oracle *o, uint32_t destination, uint8_t mask);
/* Whether exactly that route is there. */
bool oracle_has(const struct oracle *o, const struct route *r);
/* Longest match; NULL if there is none. */
const struct route *oracle_lookup(const struct oracle *o, uint32_t address);
/* Walks in the order of creation: start with *at 0; NULL at the end. */
const struct route *oracle_next(const struct oracle *o, size_t *at);

/* Says in text, one row a line and at most limit rows, how got differs from want: "-" what is
 * missing, "+" what should not be there. Returns how many rows of both tables differ. */
size_t oracle_diff(const struct oracle *want, const struct oracle *got, size_t limit,
                   struct buf *text);
/* The same for what a stream tells: routes, and the keys of ARP entries. */
size_t oracle_diff_stream(const struct oracle *want, const struct oracle *got, size_t limit,
                          struct buf *text);

#endif
