/* SPDX-License-Identifier: MIT */
#include "core/frame_fields.h"

#include <endian.h>
#include <string.h>

#include "core/mac.h"

/* Written with the width known, so that each becomes one store. */
static inline void put(uint8_t *bytes, uint64_t value, size_t width)
{
    value = htobe64(value << (64 - 8 * width));
    memcpy(bytes, &value, width);
}

#define PUT(type, field, value) put(bytes + OFFSET_##type##_##field, value, WIDTH_##type##_##field)
#define TEXT(type, field) ((char *)bytes + OFFSET_##type##_##field)
#define COPY(type, field, text) memcpy(TEXT(type, field), text, WIDTH_##type##_##field)

static size_t body_size(enum frame_type type)
{
    switch (type) {
#define WIRE_TYPE(name, code, sender, body_size, text) \
    case FRAME_##name:                                 \
        return FRAME_SIZE_##name;
#include "spec/wire.def"
    }
    return 0;
}

static void encode_header(const struct frame *frame, size_t size, uint8_t *bytes)
{
    PUT(HEADER, length, size);
    PUT(HEADER, type, frame->type);
    PUT(HEADER, op, frame->op);
    PUT(HEADER, flags, 0); /* FRM-2 */
    PUT(HEADER, epoch, frame->epoch);
    PUT(HEADER, seq, frame->seq);
}

static void encode_route(const struct route *route, enum frame_op op, uint8_t *bytes)
{
    address_format(route->prefix.address, TEXT(ROUTE, destination));
    PUT(ROUTE, mask, route->prefix.mask);
    if (op == OP_DELETE) { /* FRM-5 */
        memset(TEXT(ROUTE, gateway_ip), 0, WIDTH_ROUTE_gateway_ip);
        memset(TEXT(ROUTE, oif), 0, WIDTH_ROUTE_oif);
        return;
    }
    address_format(route->gateway, TEXT(ROUTE, gateway_ip));
    COPY(ROUTE, oif, route->oif);
}

static void encode_mac(const struct frame *frame, uint8_t *bytes)
{
    mac_format(frame->arp.mac, TEXT(MAC, mac));
    memset(TEXT(MAC, ip), 0, WIDTH_MAC_ip);
    if (frame->arp.filled)
        address_format(frame->arp.address, TEXT(MAC, ip));
}

static void encode_body(const struct frame *frame, uint8_t *bytes)
{
    switch (frame->type) {
    case FRAME_ROUTE:
        encode_route(&frame->route, frame->op, bytes);
        break;
    case FRAME_MAC:
        encode_mac(frame, bytes);
        break;
    case FRAME_HELLO:
        PUT(HELLO, version_min, frame->hello.version_min);
        PUT(HELLO, version_max, frame->hello.version_max);
        break;
    case FRAME_PID:
        PUT(PID, pid, frame->pid);
        break;
    case FRAME_WELCOME:
        PUT(WELCOME, version, frame->welcome.version);
        COPY(WELCOME, shm, frame->welcome.shm);
        break;
    case FRAME_SNAPSHOT_END:
    case FRAME_DIGEST: /* the same fields at the same places */
        PUT(DIGEST, routes, frame->sum.routes);
        PUT(DIGEST, macs, frame->sum.macs);
        PUT(DIGEST, digest, frame->sum.digest);
        break;
    case FRAME_ERROR:
        PUT(ERROR, code, frame->error.code);
        COPY(ERROR, text, frame->error.text);
        break;
    case FRAME_RESYNC:
    case FRAME_SNAPSHOT_BEGIN:
    case FRAME_FLUSH:
    case FRAME_BYE:
        break;
    }
}

_Static_assert((int)OFFSET_ROUTE_oif == (int)OFFSET_ROUTE_gateway_ip + WIDTH_ROUTE_gateway_ip &&
                   sizeof(struct hop_text) == WIDTH_ROUTE_gateway_ip + WIDTH_ROUTE_oif,
               "one copy takes both");
_Static_assert((int)OFFSET_DIGEST_routes == (int)OFFSET_SNAPSHOT_END_routes &&
                   (int)OFFSET_DIGEST_macs == (int)OFFSET_SNAPSHOT_END_macs &&
                   (int)OFFSET_DIGEST_digest == (int)OFFSET_SNAPSHOT_END_digest,
               "one encoder serves both");

size_t frame_encode(const struct frame *frame, uint8_t *bytes)
{
    size_t size = body_size(frame->type);

    encode_header(frame, size, bytes);
    encode_body(frame, bytes);
    return size;
}

size_t frame_encode_routes(const struct frame *frame, const struct route_view *routes, int count,
                           uint8_t *bytes)
{
    uint8_t header[WIRE_HEADER_SIZE], *first = bytes;

    encode_header(frame, FRAME_SIZE_ROUTE, header);
    for (int i = 0; i < count; i++, bytes += FRAME_SIZE_ROUTE) {
        memcpy(bytes, header, sizeof(header));
        address_format(routes[i].prefix.address, TEXT(ROUTE, destination));
        PUT(ROUTE, mask, routes[i].prefix.mask);
        memcpy(TEXT(ROUTE, gateway_ip), &routes[i].hop->text, sizeof(routes[i].hop->text));
    }
    return (size_t)(bytes - first);
}

size_t frame_length(const uint8_t *bytes)
{
    uint32_t length;

    memcpy(&length, bytes, sizeof(length));
    return be32toh(length);
}

uint64_t frame_epoch(const uint8_t *bytes)
{
    uint64_t epoch;

    memcpy(&epoch, bytes + OFFSET_HEADER_epoch, sizeof(epoch));
    return be64toh(epoch);
}

size_t frame_rest(const uint8_t *base, const uint8_t *at)
{
    while (base < at)
        base += frame_length(base);
    return (size_t)(base - at);
}

const char *frame_name(enum frame_type type)
{
    switch (type) {
#define WIRE_TYPE(name, code, sender, body_size, text) \
    case FRAME_##name:                                 \
        return #name;
#include "spec/wire.def"
    }
    return "unknown";
}
