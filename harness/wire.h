/* SPDX-License-Identifier: MIT
 *
 * The suite's own codec of RTM/1 frames (spec chapter 3), for probes: fields by name, built and
 * read as text. All numbers come from spec/wire.def. It can build what chapter 3 forbids, and
 * judges what it reads strictly.
 */
#ifndef HARNESS_WIRE_H
#define HARNESS_WIRE_H

#include "oracle.h"
#include "util.h"

enum wire_limit {
#define WIRE_CONST(name, value, text) WIRE_##name = value,
#include "spec/wire.def"
};

enum wire_code {
#define WIRE_TYPE(name, code, sender, body_size, text) FRAME_##name = code,
#include "spec/wire.def"
};

enum wire_op {
#define WIRE_OP(name, code, text) OP_##name = code,
#include "spec/wire.def"
};

struct frame {
    uint8_t bytes[WIRE_FRAME_MAX];
    size_t len;
};

/* The names of all types, for complaints; n is their number. */
const char *const *wire_type_names(size_t *n);
/* The code of a type's name, -1 if there is none. */
int wire_type_code(const char *name);
const char *wire_type_name(int code);
/* Whether the header or the body of a type (-1: any header) has the field of that name. */
bool wire_has_field(int type, const char *name, size_t len);

/* An empty frame of a type: header filled, body all zero. */
void wire_start(struct frame *f, int type);
/* A ROUTE with that operation and all fields of the route, seq 0. */
void wire_start_route(struct frame *f, enum wire_op op, const struct route *r);
/* A MAC with that operation and no address, seq 0. */
void wire_start_mac(struct frame *f, enum wire_op op, uint64_t mac);
/* Sets "field" to a value: decimal or 0x numbers, op and epoch ("instance.flushes") by name, texts
 * as they are. NULL, or what is wrong. length may be set to anything. */
const char *wire_set(struct frame *f, const char *field, const char *value);
/* Sets a text to exactly these bytes, the rest of it NUL. NULL, or what is wrong. */
const char *wire_set_bytes(struct frame *f, const char *field, const void *bytes, size_t len);
/* Whether the field has that value, or holds the text behind a ~; NULL if it has, else what is
 * wrong with the question or "". */
const char *wire_check(const struct frame *f, const char *field, const char *value);

/* Takes one frame from the front of in, which is then consumed. 1: f holds it. 0: not whole yet.
 * -1: malformed: *id is the requirement, *why (the caller's) says what was expected. */
int wire_take(struct buf *in, struct frame *f, const char **id, char **why);

int wire_type_of(const struct frame *f);
/* Copies a text field out, cut to the size. */
void wire_text(const struct frame *f, const char *field, char *out, size_t size);
uint64_t wire_number(const struct frame *f, const char *field);
/* The route of a ROUTE; an empty value where it is a DELETE. */
void wire_route(const struct frame *f, struct route *r);
/* The key of a MAC. */
uint64_t wire_mac(const struct frame *f);
/* "ROUTE op=CREATE epoch=1.0 seq=3 destination=..." */
void wire_describe(const struct frame *f, struct buf *out);

#endif
