/* SPDX-License-Identifier: MIT */
#include "core/frame_fields.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/mac.h"

static inline uint64_t get(const uint8_t *bytes, size_t width)
{
    uint64_t value = 0;

    memcpy(&value, bytes, width);
    return be64toh(value) >> (64 - 8 * width);
}

#define GET(type, field) get(bytes + OFFSET_##type##_##field, WIDTH_##type##_##field)

/* Fails with a reason. */
__attribute__((format(printf, 2, 3))) static int bad(char reason[REASON_SIZE], const char *format,
                                                     ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason, REASON_SIZE, format, args);
    va_end(args);
    return -1;
}

/* Whose the type is and how long; false if there is no such type. */
static bool type_known(unsigned type, enum frame_side *sender, size_t *size)
{
    switch (type) {
#define WIRE_TYPE(name, code, side, body_size, text) \
    case FRAME_##name:                               \
        *sender = SIDE_##side;                       \
        *size = FRAME_SIZE_##name;                   \
        return true;
#include "spec/wire.def"
    default:
        return false;
    }
}

/* FRM-4 */
static bool op_fits(unsigned type, unsigned op)
{
    if (type == FRAME_ROUTE)
        return op >= OP_CREATE && op <= OP_DELETE;
    if (type == FRAME_MAC)
        return op == OP_CREATE || op == OP_DELETE;
    return op == OP_NONE;
}

static int check_header(const uint8_t *bytes, enum frame_side sender, char reason[REASON_SIZE])
{
    unsigned type = (unsigned)GET(HEADER, type), op = (unsigned)GET(HEADER, op);
    size_t length = GET(HEADER, length), size;
    enum frame_side owner;

    if (!type_known(type, &owner, &size))
        return bad(reason, "type %u is unknown, expected one of chapter 3", type);
    if (!(owner & sender))
        return bad(reason, "%s is not yours to send", frame_name(type));
    if (length != size)
        return bad(reason, "length of %s is %zu, expected %zu", frame_name(type), length, size);
    if (GET(HEADER, flags) != 0)
        return bad(reason, "flags are %u, expected 0", (unsigned)GET(HEADER, flags));
    if (!op_fits(type, op))
        return bad(reason, "op %u does not fit %s, expected %s", op, frame_name(type),
                   type == FRAME_ROUTE ? "1, 2 or 3"
                   : type == FRAME_MAC ? "1 or 3"
                                       : "0");
    return 0;
}

static bool zero(const char *bytes, size_t size)
{
    uint64_t part, all = 0;

    for (; size >= sizeof(part); size -= sizeof(part), bytes += sizeof(part)) {
        memcpy(&part, bytes, sizeof(part));
        all |= part;
    }
    while (size-- > 0)
        all |= (unsigned char)*bytes++;
    return all == 0;
}

/* FRM-3: the length of the text, or -1. */
static int text_size(const uint8_t *field, size_t width, const char *name, char reason[REASON_SIZE])
{
    const char *text = (const char *)field, *end = memchr(text, 0, width);

    if (!end)
        return bad(reason, "%s has no NUL in its %zu bytes", name, width);
    if (!zero(end, width - (size_t)(end - text)))
        return bad(reason, "%s has other bytes than NUL behind its NUL", name);
    return (int)(end - text);
}

#define TEXT_SIZE(type, field) \
    text_size(bytes + OFFSET_##type##_##field, WIDTH_##type##_##field, #field, reason)
#define TEXT(type, field) ((const char *)bytes + OFFSET_##type##_##field)

static int decode_destination(const uint8_t *bytes, struct prefix *prefix, char reason[REASON_SIZE])
{
    int size = TEXT_SIZE(ROUTE, destination);
    struct word word = {TEXT(ROUTE, destination), (size_t)size};
    char quoted[48];

    if (size < 0)
        return -1;
    prefix->mask = (uint8_t)GET(ROUTE, mask);
    if (!address_parse(word, &prefix->address))
        return bad(reason, "destination \"%s\" is not an address", word_quote(word, quoted));
    if (prefix->mask > WIRE_MASK_MAX)
        return bad(reason, "mask is %u, expected 0 to 32", prefix->mask);
    if (prefix->address & ~mask_bits(prefix->mask))
        return bad(reason, "destination %s has bits below its mask %u", word_quote(word, quoted),
                   prefix->mask);
    return 0;
}

/* FRM-5, FRM-6 */
static int decode_route(const uint8_t *bytes, struct frame *frame, char reason[REASON_SIZE])
{
    struct route *route = &frame->route;
    struct word gateway, oif;
    char quoted[48];
    int size;

    if (decode_destination(bytes, &route->prefix, reason))
        return -1;
    if (frame->op == OP_DELETE) {
        if (!zero(TEXT(ROUTE, gateway_ip), WIDTH_ROUTE_gateway_ip + WIDTH_ROUTE_oif))
            return bad(reason, "gateway_ip or oif of a DELETE is not empty");
        return 0;
    }
    size = TEXT_SIZE(ROUTE, gateway_ip);
    if (size < 0)
        return -1;
    gateway = (struct word){TEXT(ROUTE, gateway_ip), (size_t)size};
    if (!address_parse(gateway, &route->gateway))
        return bad(reason, "gateway_ip \"%s\" is not an address", word_quote(gateway, quoted));
    size = TEXT_SIZE(ROUTE, oif);
    if (size < 0)
        return -1;
    oif = (struct word){TEXT(ROUTE, oif), (size_t)size};
    if (!oif_legal(oif.text, oif.size))
        return bad(reason, "oif \"%s\" is not 1 to 31 printable bytes", word_quote(oif, quoted));
    memcpy(route->oif, oif.text, OIF_SIZE);
    return 0;
}

/* ARP-15: lower case only, or one MAC would have two texts. */
static bool mac_legal(const char *text, int size, uint64_t *mac)
{
    char lower[MAC_TEXT];

    if (!mac_parse((struct word){text, (size_t)size}, mac))
        return false;
    mac_format(*mac, lower);
    return memcmp(lower, text, MAC_TEXT) == 0;
}

static int decode_mac(const uint8_t *bytes, struct frame *frame, char reason[REASON_SIZE])
{
    int size = TEXT_SIZE(MAC, mac), ip = size < 0 ? -1 : TEXT_SIZE(MAC, ip);
    struct word word = {TEXT(MAC, ip), (size_t)ip};
    char quoted[48];

    if (ip < 0)
        return -1;
    if (!mac_legal(TEXT(MAC, mac), size, &frame->arp.mac))
        return bad(reason, "mac \"%s\" is not six lower-case hexadecimal pairs with colons",
                   word_quote((struct word){TEXT(MAC, mac), (size_t)size}, quoted));
    frame->arp.filled = ip > 0;
    frame->arp.address = 0;
    if (ip > 0 && frame->op == OP_DELETE)
        return bad(reason, "ip of a DELETE is not empty");
    if (ip > 0 && !address_parse(word, &frame->arp.address))
        return bad(reason, "ip \"%s\" is not an address", word_quote(word, quoted));
    return 0;
}

static int decode_body(const uint8_t *bytes, struct frame *frame, char reason[REASON_SIZE])
{
    switch (frame->type) {
    case FRAME_ROUTE:
        return decode_route(bytes, frame, reason);
    case FRAME_MAC:
        return decode_mac(bytes, frame, reason);
    case FRAME_HELLO:
        frame->hello.version_min = (uint16_t)GET(HELLO, version_min);
        frame->hello.version_max = (uint16_t)GET(HELLO, version_max);
        return 0;
    case FRAME_PID:
        frame->pid = (uint32_t)GET(PID, pid);
        return 0;
    case FRAME_WELCOME:
        frame->welcome.version = (uint16_t)GET(WELCOME, version);
        memcpy(frame->welcome.shm, TEXT(WELCOME, shm), WIDTH_WELCOME_shm);
        return TEXT_SIZE(WELCOME, shm) < 0 ? -1 : 0;
    case FRAME_SNAPSHOT_END:
    case FRAME_DIGEST:
        frame->sum.routes = (uint32_t)GET(DIGEST, routes);
        frame->sum.macs = (uint32_t)GET(DIGEST, macs);
        frame->sum.digest = GET(DIGEST, digest);
        return 0;
    case FRAME_ERROR:
        frame->error.code = (uint16_t)GET(ERROR, code);
        memcpy(frame->error.text, TEXT(ERROR, text), WIDTH_ERROR_text);
        return TEXT_SIZE(ERROR, text) < 0 ? -1 : 0;
    case FRAME_RESYNC:
    case FRAME_SNAPSHOT_BEGIN:
    case FRAME_FLUSH:
    case FRAME_BYE:
        return 0;
    }
    return -1;
}

int frame_decode(const uint8_t *bytes, size_t size, enum frame_side sender, struct frame *frame,
                 char reason[REASON_SIZE])
{
    if (size < WIRE_HEADER_SIZE)
        return bad(reason, "%zu bytes are no header, expected %d", size, WIRE_HEADER_SIZE);
    if (check_header(bytes, sender, reason))
        return -1;
    if (size != frame_length(bytes))
        return bad(reason, "%zu bytes, the length says %zu", size, frame_length(bytes));
    frame->type = (enum frame_type)GET(HEADER, type);
    frame->op = (enum frame_op)GET(HEADER, op);
    frame->epoch = GET(HEADER, epoch);
    frame->seq = GET(HEADER, seq);
    return decode_body(bytes, frame, reason);
}

/* Fills the gathered bytes up to `want`; false if the input ends before. */
static bool gather_to(struct frame_gather *gather, size_t want, const uint8_t **bytes, size_t *size)
{
    size_t part = gather->have < want ? want - gather->have : 0;

    part = part < *size ? part : *size;
    memcpy(gather->bytes + gather->have, *bytes, part);
    gather->have += part;
    *bytes += part;
    *size -= part;
    return gather->have >= want;
}

int frame_next(struct frame_gather *gather, const uint8_t **bytes, size_t *size,
               struct frame *frame, char reason[REASON_SIZE])
{
    size_t length;

    if (gather->have == 0 && *size >= WIRE_FRAME_MAX) { /* in place: most of a stream */
        if (check_header(*bytes, gather->sender, reason))
            return -1;
        length = frame_length(*bytes);
        if (frame_decode(*bytes, length, gather->sender, frame, reason))
            return -1;
        *bytes += length;
        *size -= length;
        return 1;
    }
    if (!gather_to(gather, WIRE_HEADER_SIZE, bytes, size))
        return 0;
    if (check_header(gather->bytes, gather->sender, reason))
        return -1;
    length = frame_length(gather->bytes);
    if (!gather_to(gather, length, bytes, size))
        return 0;
    gather->have = 0;
    return frame_decode(gather->bytes, length, gather->sender, frame, reason) ? -1 : 1;
}
