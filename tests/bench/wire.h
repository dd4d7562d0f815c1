/* SPDX-License-Identifier: MIT
 *
 * The few facts of the wire that a draining subscriber needs, from spec/wire.def.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
#define WIRE_CONST(name, value, text) WIRE_##name = (value),
#include "spec/wire.def"
};

/* Whole sizes and codes of the types. */
enum {
#define WIRE_TYPE(name, code, sender, body_size, text) \
    TYPE_##name = (code), SIZE_##name = WIRE_HEADER_SIZE + (body_size),
#include "spec/wire.def"
};

/* Offsets from the start of a frame. */
enum {
#define WIRE_HEADER(field, offset, width, text) AT_HEADER_##field = (offset),
#define WIRE_UINT(type, field, offset, width, text) \
    AT_##type##_##field = WIRE_HEADER_SIZE + (offset),
#include "spec/wire.def"
};

/* An unsigned number in network order. */
static inline uint64_t wire_get(const uint8_t *bytes, size_t at, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++)
        value = value << 8 | bytes[at + i];
    return value;
}

static inline void wire_hello(uint8_t bytes[SIZE_HELLO])
{
    memset(bytes, 0, SIZE_HELLO);
    bytes[AT_HEADER_length + 3] = SIZE_HELLO;
    bytes[AT_HEADER_type] = TYPE_HELLO;
    bytes[AT_HELLO_version_min + 1] = bytes[AT_HELLO_version_max + 1] = WIRE_VERSION;
}

#endif
