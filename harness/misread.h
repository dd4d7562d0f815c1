/* SPDX-License-Identifier: MIT
 *
 * Why a row that a program shows is no entry: which of its groups holds what, and what the
 * requirement says.
 */
#ifndef HARNESS_MISREAD_H
#define HARNESS_MISREAD_H

#include "oracle.h"

/* Whether the line holds an address, as a row does and a heading does not. */
bool misread_holds_address(const char *line, size_t len);
/* Whether it holds that one. */
bool misread_names(const char *line, size_t len, uint32_t address);
/* Those that it holds, the first of them; how many. */
size_t misread_addresses(const char *line, size_t len, uint32_t *out, size_t most);
/* Whether all of the route stands in the line, but for its mask. */
bool misread_is(const char *line, const struct route *r);
/* Whether that mask may be the one of that address in the line: no other number from 0 to 32 stands
 * directly behind it. */
bool misread_may_have_mask(const char *line, uint32_t address, uint8_t mask);
/* Whether the line holds a MAC, and which. */
bool misread_holds_mac(const char *line, size_t len, uint64_t *mac);
/* A line of a table that is no row of it: of those that may have to be one it is kept, the first,
 * but of an ARP table one with a MAC rather than any other. */
void misread_note(char stray[120], bool arp, const char *line, size_t len);
/* The route of a row whose mask is a number or a dotted quad. NULL, or what is wrong (the
 * caller's); *form: some group holds what is none of its kind, so that the pattern may be wrong,
 * and not what the program has accepted. */
char *misread_route(const char *dest, const char *mask, const char *gateway, const char *oif,
                    struct route *r, bool *form);
/* The same of an ARP entry. */
char *misread_neighbour(const char *mac, const char *ip, struct neighbour *n);

#endif
