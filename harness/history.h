/* SPDX-License-Identifier: MIT
 *
 * The states that the tables of a server went through, oldest first, each as two digests: of its
 * routes, and of the keys of its ARP entries (TBL-18). The first is that of empty tables.
 */
#ifndef HARNESS_HISTORY_H
#define HARNESS_HISTORY_H

#include "util.h"

#define HISTORY_NONE SIZE_MAX

struct history;

struct history *history_create(void);
void history_destroy(struct history *h);

/* Adds the state behind a change. */
void history_add(struct history *h, uint64_t routes, uint64_t macs);
size_t history_count(const struct history *h);

/* The first state at or behind from that has these routes, or these keys; HISTORY_NONE if there is
 * none. */
size_t history_find_routes(const struct history *h, size_t from, uint64_t routes);
size_t history_find_macs(const struct history *h, size_t from, uint64_t macs);

#endif
