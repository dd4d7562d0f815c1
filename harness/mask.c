/* SPDX-License-Identifier: MIT */
#include "mask.h"

#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>

void mask_dot(const char *mask, char *out, size_t size)
{
    char *end;
    unsigned long bits = strtoul(mask, &end, 10);
    uint32_t m = bits == 0 ? 0 : UINT32_MAX << (32 - (bits <= 32 ? bits : 0)) % 32;

    if (*mask < '0' || *mask > '9' || *end != '\0' || bits > 32)
        snprintf(out, size, "%s", mask);
    else
        snprintf(out, size, "%u.%u.%u.%u", m >> 24, m >> 16 & 255, m >> 8 & 255, m & 255);
}

const char *mask_count(char *mask)
{
    uint32_t quad, holes;

    if (!address_parse(mask, &quad))
        return NULL;
    holes = ~quad & (~quad + 1); /* 0 where all ones stand before all zeros */
    if (holes != 0)
        return "has holes";
    sprintf(mask, "%d", __builtin_popcount(quad)); /* shorter than any quad */
    return NULL;
}
