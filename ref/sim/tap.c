/* SPDX-License-Identifier: MIT */
#include "sim/tap.h"

#include <string.h>

static bool fill(struct tap *tap, size_t want, const uint8_t **bytes, size_t *size)
{
    size_t part = want > tap->have ? want - tap->have : 0;

    part = part < *size ? part : *size;
    memcpy(tap->bytes + tap->have, *bytes, part);
    tap->have += part;
    *bytes += part;
    *size -= part;
    return tap->have >= want;
}

bool tap_next(struct tap *tap, const uint8_t **bytes, size_t *size)
{
    size_t length;

    if (tap->lost || !fill(tap, TAP_HEADER, bytes, size))
        return false;
    length = tap_number(tap->bytes, 4);
    if (length < TAP_HEADER || length > TAP_FRAME) {
        tap->lost = true;
        return false;
    }
    if (!fill(tap, length, bytes, size))
        return false;
    tap->have = 0;
    return true;
}
