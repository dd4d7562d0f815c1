/* SPDX-License-Identifier: MIT */
#include "core/digest.h"

#include "core/mac.h"

static const uint64_t basis = UINT64_C(14695981039346656037);

static inline uint64_t mix(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * UINT64_C(1099511628211);
}

static uint64_t mix_all(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = mix(hash, bytes[i]);
    return hash;
}

uint64_t digest_bytes(const void *bytes, size_t size)
{
    return mix_all(basis, bytes, size);
}

uint64_t digest_route(const struct route *route)
{
    char line[ROUTE_LINE];

    return digest_bytes(line, route_format(route, line));
}

uint64_t digest_mac(uint64_t mac)
{
    char text[MAC_TEXT];

    return digest_bytes(text, mac_format(mac, text));
}

/* Every byte waits for the one before it: the prefix and what the values begin with is mixed once,
 * then they take turns. */
uint64_t digest_change(const struct route *from, const struct route *to)
{
    char prefix[ROUTE_LINE], old[ROUTE_LINE], new[ROUTE_LINE];
    size_t old_size = value_format(from, old), new_size = value_format(to, new), at = 0;
    size_t least = old_size < new_size ? old_size : new_size;
    uint64_t before = mix(mix_all(basis, prefix, prefix_format(from->prefix, prefix)), ' ');
    uint64_t after;

    for (; at < least && old[at] == new[at]; at++)
        before = mix(before, old[at]);
    after = before;
    for (; at < least; at++) {
        before = mix(before, old[at]);
        after = mix(after, new[at]);
    }
    return mix_all(after, new + at, new_size - at) - mix_all(before, old + at, old_size - at);
}
