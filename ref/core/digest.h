/* SPDX-License-Identifier: MIT
 *
 * The hash of one entry. The digest of a table is the sum of its entries' hashes (TBL-18), so it
 * is kept by adding what comes and subtracting what goes.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct route;

/* FNV-1a with 64 bits over the bytes. */
uint64_t digest_bytes(const void *bytes, size_t size);

/* Hash of the route's canonical line. */
uint64_t digest_route(const struct route *route);

/* Hash of the MAC's text. */
uint64_t digest_mac(uint64_t mac);

/* What the digest grows by when the one route becomes the other, which has the same prefix. */
uint64_t digest_change(const struct route *from, const struct route *to);

#endif
