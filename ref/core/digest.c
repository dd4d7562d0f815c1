/* SPDX-License-Identifier: MIT */
#include "core/digest.h"

#include "core/hops.h"
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

uint64_t digest_prefix(struct prefix prefix)
{
    char text[ADDRESS_TEXT + 3];

    return mix(digest_bytes(text, prefix_format(prefix, text)), ' ');
}

uint64_t digest_hop(uint64_t prefix, const struct hop *hop)
{
    uint64_t hash = mix_all(prefix, hop->text.gateway, hop->gateway_size);

    return mix_all(mix(hash, ' '), hop->text.oif, hop->oif_size);
}

uint64_t digest_mac(uint64_t mac)
{
    char text[MAC_TEXT];

    return digest_bytes(text, mac_format(mac, text));
}
