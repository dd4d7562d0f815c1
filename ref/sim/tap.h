/* SPDX-License-Identifier: MIT
 *
 * Reads along in a stream: the frames as they are on the wire, with numbers written down here by
 * hand from chapter 3, so that a wrong codec of the cores does not agree with itself.
 */
#ifndef SIM_TAP_H
#define SIM_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAP_FRAME = 152, TAP_HEADER = 24 };

/* In a body: the name of the object, the address; and an op. */
enum { TAP_SHM = 2, TAP_IP = 18, TAP_CREATE = 1 };

enum tapped {
    TAPPED_HELLO = 1,
    TAPPED_PID = 2,
    TAPPED_RESYNC = 3,
    TAPPED_WELCOME = 16,
    TAPPED_BEGIN = 17,
    TAPPED_ROUTE = 18,
    TAPPED_MAC = 19,
    TAPPED_END = 20,
    TAPPED_FLUSH = 21,
    TAPPED_DIGEST = 22,
    TAPPED_ERROR = 23,
    TAPPED_BYE = 32,
};

struct tap {
    size_t have;
    bool lost; /* no frames any more */
    uint8_t bytes[TAP_FRAME];
};

static inline uint64_t tap_number(const uint8_t *bytes, int width)
{
    uint64_t number = 0;

    for (int i = 0; i < width; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* Takes bytes off the front; true when a frame is whole, which then stands in `bytes`. */
bool tap_next(struct tap *tap, const uint8_t **bytes, size_t *size);

static inline enum tapped tap_type(const struct tap *tap)
{
    return (enum tapped)tap->bytes[4];
}

static inline uint64_t tap_epoch(const struct tap *tap)
{
    return tap_number(tap->bytes + 8, 8);
}

static inline uint64_t tap_seq(const struct tap *tap)
{
    return tap_number(tap->bytes + 16, 8);
}

#endif
