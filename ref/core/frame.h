/* SPDX-License-Identifier: MIT
 *
 * Frames of RTM/1 as bytes and as structs. Every number comes from wire.def. Decoding is strict
 * (FRM-1 to FRM-6): what comes out of it can be believed in form, not yet in its place.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include "core/route.h"
#include "core/table.h"

enum frame_constant {
#define WIRE_CONST(name, value, text) WIRE_##name = (value),
#include "spec/wire.def"
};

enum frame_type {
#define WIRE_TYPE(name, code, sender, body_size, text) FRAME_##name = (code),
#include "spec/wire.def"
};

enum frame_op {
#define WIRE_OP(name, code, text) OP_##name = (code),
#include "spec/wire.def"
};

enum frame_error {
#define WIRE_ERROR(name, code, text) FAULT_##name = (code),
#include "spec/wire.def"
};

/* Whole size of a frame of each type, as FRAME_SIZE_name. */
enum frame_size {
#define WIRE_TYPE(name, code, sender, body_size, text) \
    FRAME_SIZE_##name = WIRE_HEADER_SIZE + (body_size),
#include "spec/wire.def"
};

/* Who may send a type: bits. */
enum frame_side { SIDE_CLIENT = 1, SIDE_SERVER = 2, SIDE_BOTH = 3 };

enum { SHM_NAME = 62 }; /* bytes of the shared memory's name with its terminator */

struct frame {
    enum frame_type type;
    enum frame_op op;
    uint64_t epoch, seq;
    union {
        struct {
            uint16_t version_min, version_max;
        } hello;
        uint32_t pid;
        struct {
            uint16_t version;
            char shm[SHM_NAME];
        } welcome;
        struct route route; /* DELETE: only the prefix */
        struct {
            uint64_t mac;
            uint32_t address;
            bool filled;      /* with the address */
        } arp;                /* MAC */
        struct table_sum sum; /* SNAPSHOT_END, DIGEST */
        struct {
            uint16_t code;
            char text[126];
        } error;
    };
};

/* Puts frames together from any cutting of the stream (TRN-10, TRN-11). */
struct frame_gather {
    enum frame_side sender; /* whose frames these are */
    size_t have;
    uint8_t bytes[WIRE_FRAME_MAX];
};

/* Writes the frame into WIRE_FRAME_MAX bytes; gives its size. */
size_t frame_encode(const struct frame *frame, uint8_t *bytes);

/* Writes a ROUTE with all fields for each of the routes, with the head of the frame; gives the size
 * of all. */
size_t frame_encode_routes(const struct frame *frame, const struct route_view *routes, int count,
                           uint8_t *bytes);

/* Reads one whole frame. -1: malformed, the reason says what was wrong and what was expected. */
int frame_decode(const uint8_t *bytes, size_t size, enum frame_side sender, struct frame *frame,
                 char reason[REASON_SIZE]);

/* Size that a frame's first four bytes claim. */
size_t frame_length(const uint8_t *bytes);

/* Epoch in the header of a frame. */
uint64_t frame_epoch(const uint8_t *bytes);

/* Takes bytes off the front until a frame is whole: 1 and the frame; 0 when more bytes are needed;
 * -1 when malformed, which is said as soon as the header is there. */
int frame_next(struct frame_gather *gather, const uint8_t **bytes, size_t *size,
               struct frame *frame, char reason[REASON_SIZE]);

/* How many bytes the frame at `at` lacks, when whole frames start at `base`; 0 at a boundary. */
size_t frame_rest(const uint8_t *base, const uint8_t *at);

/* Name of a type, for people. */
const char *frame_name(enum frame_type type);

#endif
