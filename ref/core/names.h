/* SPDX-License-Identifier: MIT
 *
 * Interned interface names with reference counts. A million routes share a hundred names, so a
 * route keeps a small number instead of 32 bytes. The hash grows one bucket at a time (linear
 * hashing): no call stalls to rehash them all.
 */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include <stdint.h>

struct name;

struct names {
    struct name *slots; /* slots[0] is not used */
    uint32_t top, capacity, spare, count;
    uint32_t *buckets;
    uint32_t bucket_count, bucket_capacity;
    uint32_t last; /* the name that was held last: most often the next one too */
};

void names_finish(struct names *names);

/* Holds a NUL-padded name of 32 bytes: its number from 1 to 2^25 - 1, or 0 with errno ENOMEM. */
uint32_t names_hold(struct names *names, const char *text);

/* Gives one reference back. */
void names_drop(struct names *names, uint32_t number);

/* The 32 padded bytes of a held name. */
const char *names_text(const struct names *names, uint32_t number);

#endif
