/* SPDX-License-Identifier: MIT */
#include "core/digest.h"

#include "core/mac.h"

uint64_t digest_bytes(const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
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
