/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { UINT, TEXT };

struct field {
    int type; /* 0: of the header */
    const char *name;
    unsigned offset, width; /* offset from the start of the frame */
    enum kind kind;
};

static const struct field fields[] = {
#define WIRE_HEADER(field, offset, width, text) {0, #field, offset, width, UINT},
#include "spec/wire.def"
#define WIRE_UINT(type, field, offset, width, text) \
    {FRAME_##type, #field, WIRE_HEADER_SIZE + offset, width, UINT},
#define WIRE_TEXT(type, field, offset, width, text) \
    {FRAME_##type, #field, WIRE_HEADER_SIZE + offset, width, TEXT},
#include "spec/wire.def"
};

static const struct {
    const char *name;
    int code;
    unsigned body;
} types[] = {
#define WIRE_TYPE(name, code, sender, body_size, text) {#name, code, body_size},
#include "spec/wire.def"
};

static const char *const type_names[] = {
#define WIRE_TYPE(name, code, sender, body_size, text) #name,
#include "spec/wire.def"
};

static const char *const ops[] = {
#define WIRE_OP(name, code, text) [code] = #name,
#include "spec/wire.def"
};

const char *const *wire_type_names(size_t *n)
{
    *n = LENGTH(type_names);
    return type_names;
}

int wire_type_code(const char *name)
{
    for (size_t i = 0; i < LENGTH(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].code;
    return -1;
}

static int type_index(int code)
{
    for (size_t i = 0; i < LENGTH(types); i++)
        if (types[i].code == code)
            return (int)i;
    return -1;
}

const char *wire_type_name(int code)
{
    int i = type_index(code);

    return i < 0 ? "unknown" : types[i].name;
}

bool wire_has_field(int type, const char *name, size_t len)
{
    for (size_t i = 0; i < LENGTH(fields); i++)
        if ((fields[i].type == 0 || fields[i].type == type) && strlen(fields[i].name) == len &&
            strncmp(fields[i].name, name, len) == 0)
            return true;
    return false;
}

static uint64_t get(const uint8_t *p, unsigned width)
{
    uint64_t value = 0;

    while (width-- > 0)
        value = value << 8 | *p++;
    return value;
}

static void put(uint8_t *p, unsigned width, uint64_t value)
{
    while (width-- > 0) {
        p[width] = (uint8_t)value;
        value >>= 8;
    }
}

int wire_type_of(const struct frame *f)
{
    return f->bytes[4];
}

void wire_start(struct frame *f, int type)
{
    int i = type_index(type);

    memset(f, 0, sizeof *f);
    f->len = WIRE_HEADER_SIZE + (i < 0 ? 0 : types[i].body);
    f->bytes[4] = (uint8_t)type;
    put(f->bytes, 4, f->len);
}

static const struct field *find_field(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < LENGTH(fields); i++)
        if ((fields[i].type == 0 || fields[i].type == wire_type_of(f)) &&
            strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

uint64_t wire_number(const struct frame *f, const char *field)
{
    const struct field *d = find_field(f, field);

    return d == NULL ? 0 : get(f->bytes + d->offset, d->width);
}

void wire_text(const struct frame *f, const char *field, char *out, size_t size)
{
    const struct field *d = find_field(f, field);
    size_t width = d == NULL ? 0 : d->width;

    snprintf(out, size, "%.*s", (int)width, d == NULL ? "" : (const char *)f->bytes + d->offset);
}

static bool parse_op(const char *text, uint64_t *value)
{
    for (size_t i = 0; i < LENGTH(ops); i++) {
        if (strcmp(ops[i], text) != 0)
            continue;
        *value = i;
        return true;
    }
    return false;
}

static bool parse_value(const struct field *d, const char *text, uint64_t *value)
{
    unsigned instance, flushes;
    int used = 0;
    char *end;

    if (d->type == 0 && strcmp(d->name, "op") == 0 && parse_op(text, value))
        return true;
    if (d->type == 0 && strcmp(d->name, "epoch") == 0 &&
        sscanf(text, "%u.%u%n", &instance, &flushes, &used) == 2 && text[used] == '\0') {
        *value = (uint64_t)instance << 32 | flushes;
        return true;
    }
    errno = 0;
    *value = strtoull(text, &end, 0);
    if (end > text && *end == '+' && isdigit((unsigned char)end[1]) &&
        __builtin_add_overflow(*value, strtoull(end + 1, &end, 0), value))
        return false;
    if (errno != 0 || end == text || *end != '\0' || *text == '-')
        return false;
    return d->width == 8 || *value >> (8 * d->width) == 0;
}

const char *wire_set(struct frame *f, const char *field, const char *value)
{
    const struct field *d = find_field(f, field);
    uint64_t number;

    if (d == NULL)
        return "no such field in this frame; chapter 3 lists them";
    if (d->kind == TEXT)
        return wire_set_bytes(f, field, value, strlen(value));
    if (!parse_value(d, value, &number))
        return "expected a number that fits the field";
    put(f->bytes + d->offset, d->width, number);
    return NULL;
}

const char *wire_set_bytes(struct frame *f, const char *field, const void *bytes, size_t len)
{
    const struct field *d = find_field(f, field);

    if (d == NULL)
        return "no such field in this frame; chapter 3 lists them";
    if (d->kind != TEXT)
        return "hex: is for texts; expected a number";
    if (len > d->width)
        return "more bytes than the field has";
    memset(f->bytes + d->offset, 0, d->width);
    memcpy(f->bytes + d->offset, bytes, len);
    return NULL;
}

const char *wire_check(const struct frame *f, const char *field, const char *value)
{
    const struct field *d = find_field(f, field);
    uint64_t number;

    if (d == NULL)
        return "no such field in this frame; chapter 3 lists them";
    if (d->kind == TEXT && value[0] == '~')
        return memmem(f->bytes + d->offset, d->width, value + 1, strlen(value + 1)) ? NULL : "";
    if (d->kind == TEXT)
        return strncmp((const char *)f->bytes + d->offset, value, d->width) == 0 ? NULL : "";
    if (!parse_value(d, value, &number))
        return "expected a number that fits the field";
    return get(f->bytes + d->offset, d->width) == number ? NULL : "";
}

void wire_start_route(struct frame *f, enum wire_op op, const struct route *r)
{
    char line[72], *gateway, *oif, *slash;

    route_format(r, line);
    slash = strchr(line, '/');
    gateway = strchr(line, ' ') + 1;
    oif = strchr(gateway, ' ') + 1;
    *slash = gateway[-1] = oif[-1] = '\0';
    wire_start(f, FRAME_ROUTE);
    f->bytes[5] = (uint8_t)op;
    wire_set(f, "destination", line);
    wire_set(f, "mask", slash + 1);
    wire_set(f, "gateway_ip", gateway);
    wire_set(f, "oif", oif);
}

void wire_start_mac(struct frame *f, enum wire_op op, uint64_t mac)
{
    char text[18];

    mac_format(mac, text);
    wire_start(f, FRAME_MAC);
    f->bytes[5] = (uint8_t)op;
    wire_set(f, "mac", text);
}

/* Strictness, rule by rule of chapter 3. Each returns the id and says why, or returns NULL. */

static const char *judge_text(const struct frame *f, char **why)
{
    for (size_t i = 0; i < LENGTH(fields); i++) {
        const struct field *d = &fields[i];
        if (d->kind != TEXT || d->type != wire_type_of(f))
            continue;
        const uint8_t *p = f->bytes + d->offset, *nul = memchr(p, '\0', d->width);
        if (nul == NULL) {
            *why = x_printf("%s has no NUL in its %u bytes", d->name, d->width);
            return "FRM-3";
        }
        for (; nul < p + d->width; nul++)
            if (*nul != '\0') {
                *why = x_printf("%s \"%s\" is followed by other bytes than NUL", d->name, p);
                return "FRM-3";
            }
    }
    return NULL;
}

static const char *judge_op(const struct frame *f, char **why)
{
    int type = wire_type_of(f), op = f->bytes[5];
    bool fine = op == OP_NONE;

    if (type == FRAME_ROUTE)
        fine = op == OP_CREATE || op == OP_UPDATE || op == OP_DELETE;
    if (type == FRAME_MAC)
        fine = op == OP_CREATE || op == OP_DELETE;
    if (fine)
        return NULL;
    *why = x_printf("op is %d, which a %s does not have", op, wire_type_name(type));
    return "FRM-4";
}

static const char *text_of(const struct frame *f, const char *field)
{
    return (const char *)f->bytes + find_field(f, field)->offset;
}

static const char *judge_route(const struct frame *f, char **why)
{
    bool gone = f->bytes[5] == OP_DELETE;
    const char *gateway = text_of(f, "gateway_ip"), *oif = text_of(f, "oif");
    char *prefix = x_printf("%s/%u", text_of(f, "destination"), (unsigned)wire_number(f, "mask"));
    struct route r;
    const char *id = NULL, *wrong;

    if (gone && (*gateway != '\0' || *oif != '\0')) {
        *why = x_printf("a DELETE has gateway \"%s\" and oif \"%s\"; expected both empty", gateway,
                        oif);
        id = "FRM-5";
    } else if ((wrong = gone ? route_parse_prefix(prefix, &r)
                             : route_parse(prefix, gateway, oif, &r))) {
        *why = x_printf("\"%s %s %s\" is no route: chapter 1 refuses its %s", prefix, gateway, oif,
                        wrong);
        id = "FRM-6";
    }
    free(prefix);
    return id;
}

static const char *judge_mac(const struct frame *f, char **why)
{
    const char *ip = text_of(f, "ip"), *text = text_of(f, "mac");
    char canonical[18] = "";
    uint64_t mac;
    uint32_t address;

    if (f->bytes[5] == OP_DELETE && *ip != '\0') {
        *why = x_printf("a DELETE has ip \"%s\"; expected it empty", ip);
        return "FRM-5";
    }
    if (mac_parse(text, &mac))
        mac_format(mac, canonical);
    if (strcmp(text, canonical) == 0 && (*ip == '\0' || address_parse(ip, &address)))
        return NULL;
    *why = x_printf("mac \"%s\", ip \"%s\"; expected six pairs of lower-case digits with colons "
                    "between, and a dotted quad or nothing",
                    text, ip);
    return "ARP-15";
}

static const char *judge(const struct frame *f, char **why)
{
    const char *id = NULL;

    if (wire_number(f, "flags") != 0) {
        *why = x_printf("flags is %u; expected 0", (unsigned)wire_number(f, "flags"));
        return "FRM-2";
    }
    id = judge_op(f, why);
    if (id == NULL)
        id = judge_text(f, why);
    if (id == NULL && wire_type_of(f) == FRAME_ROUTE)
        id = judge_route(f, why);
    if (id == NULL && wire_type_of(f) == FRAME_MAC)
        id = judge_mac(f, why);
    return id;
}

int wire_take(struct buf *in, struct frame *f, const char **id, char **why)
{
    uint64_t length;
    int type, i;

    if (in->len < WIRE_HEADER_SIZE)
        return 0;
    length = get((uint8_t *)in->data, 4);
    type = (uint8_t)in->data[4];
    i = type_index(type);
    *id = "FRM-1";
    if (i < 0) {
        *why = x_printf("type is %d, which chapter 3 does not know", type);
        return -1;
    }
    if (length != WIRE_HEADER_SIZE + types[i].body) {
        *why = x_printf("length of a %s is %llu; expected %u", types[i].name,
                        (unsigned long long)length, WIRE_HEADER_SIZE + types[i].body);
        return -1;
    }
    if (in->len < length)
        return 0;
    memcpy(f->bytes, in->data, length);
    f->len = length;
    buf_consume(in, length);
    *id = judge(f, why);
    return *id == NULL ? 1 : -1;
}

void wire_route(const struct frame *f, struct route *r)
{
    char *prefix = x_printf("%s/%u", text_of(f, "destination"), (unsigned)wire_number(f, "mask"));

    if (f->bytes[5] == OP_DELETE)
        route_parse_prefix(prefix, r);
    else
        route_parse(prefix, text_of(f, "gateway_ip"), text_of(f, "oif"), r);
    free(prefix);
}

uint64_t wire_mac(const struct frame *f)
{
    uint64_t mac = 0;

    mac_parse(text_of(f, "mac"), &mac);
    return mac;
}

/* A text up to its end, what cannot be printed in hexadecimal. */
static void describe_text(const uint8_t *text, unsigned width, struct buf *out)
{
    for (unsigned i = 0; i < width && text[i] != '\0'; i++)
        if (text[i] > ' ' && text[i] <= '~')
            buf_add(out, text + i, 1);
        else
            buf_printf(out, "\\x%02x", text[i]);
}

static void describe_field(const struct frame *f, const struct field *d, struct buf *out)
{
    uint64_t value;

    if (d->kind == TEXT) {
        buf_printf(out, " %s=", d->name);
        describe_text(f->bytes + d->offset, d->width, out);
        return;
    }
    value = get(f->bytes + d->offset, d->width);
    if (strcmp(d->name, "epoch") == 0)
        buf_printf(out, " epoch=%u.%u", (unsigned)(value >> 32), (unsigned)value);
    else if (strcmp(d->name, "digest") == 0)
        buf_printf(out, " digest=0x%016llx", (unsigned long long)value);
    else
        buf_printf(out, " %s=%llu", d->name, (unsigned long long)value);
}

void wire_describe(const struct frame *f, struct buf *out)
{
    int type = wire_type_of(f), op = f->bytes[5];

    buf_adds(out, wire_type_name(type));
    if (op != OP_NONE)
        buf_printf(out, " op=%s", (size_t)op < LENGTH(ops) ? ops[op] : "unknown");
    for (size_t i = 0; i < LENGTH(fields); i++) {
        const struct field *d = &fields[i];
        bool dull = d->offset < 8; /* length, type, op and flags are plain from the name */
        if (!dull && (d->type == 0 || d->type == type))
            describe_field(f, d, out);
    }
}
