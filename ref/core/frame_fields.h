/* SPDX-License-Identifier: MIT
 *
 * Where the fields of a frame stand: for the two halves of the codec only.
 */
#ifndef CORE_FRAME_FIELDS_H
#define CORE_FRAME_FIELDS_H

#include "core/frame.h"

/* Offset and width of every field, from wire.def, as OFFSET_TYPE_field and WIDTH_TYPE_field. */
enum {
#define WIRE_HEADER(field, offset, width, text) \
    OFFSET_HEADER_##field = (offset), WIDTH_HEADER_##field = (width),
#define WIRE_UINT(type, field, offset, width, text) \
    OFFSET_##type##_##field = WIRE_HEADER_SIZE + (offset), WIDTH_##type##_##field = (width),
#define WIRE_TEXT(type, field, offset, width, text) \
    OFFSET_##type##_##field = WIRE_HEADER_SIZE + (offset), WIDTH_##type##_##field = (width),
#include "spec/wire.def"
};

#endif
