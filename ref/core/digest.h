/* SPDX-License-Identifier: MIT
 *
 * The hash of one entry. The digest of a table is the sum of its entries' hashes (TBL-18), so it
 * is kept by adding what comes and subtracting what goes.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/route.h"

struct hop;

/* FNV-1a with 64 bits over the bytes. */
uint64_t digest_bytes(const void *bytes, size_t size);

/* Hash of the route's canonical line: of its prefix, and from there on over its next hop. */
uint64_t digest_prefix(struct prefix prefix);
uint64_t digest_hop(uint64_t prefix, const struct hop *hop);

/* Hash of the MAC's text. */
uint64_t digest_mac(uint64_t mac);

#endif
