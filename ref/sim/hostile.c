/* SPDX-License-Identifier: MIT */
#include "sim/hostile.h"

#include <string.h>

#include "core/frame.h"
#include "sim/random.h"

enum { HELLO, PID, RESYNC, BYE, HALF, GARBAGE, LENGTH, SERVERS };

const char *hostile_name(unsigned what)
{
    static const char *const names[HOSTILES] = {
        [HELLO] = "HELLO", [PID] = "PID",         [RESYNC] = "RESYNC", [BYE] = "BYE",
        [HALF] = "half",   [GARBAGE] = "garbage", [LENGTH] = "length", [SERVERS] = "DIGEST"};

    return names[what];
}

static size_t garbage(uint32_t number, uint8_t bytes[HOSTILE_BYTES])
{
    struct random random = {number};
    size_t size = 1 + random_below(&random, HOSTILE_BYTES);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(&random);
    return size;
}

size_t hostile_say(unsigned what, uint32_t number, uint8_t bytes[HOSTILE_BYTES])
{
    static const enum frame_type types[HOSTILES] = {
        [HELLO] = FRAME_HELLO, [PID] = FRAME_PID,    [RESYNC] = FRAME_RESYNC, [BYE] = FRAME_BYE,
        [HALF] = FRAME_HELLO,  [LENGTH] = FRAME_PID, [SERVERS] = FRAME_DIGEST};
    struct frame frame = {.type = types[what], .seq = number};
    size_t size;

    if (what == GARBAGE)
        return garbage(number, bytes);
    if (frame.type == FRAME_HELLO)
        frame.hello.version_min = frame.hello.version_max = 1;
    if (frame.type == FRAME_PID)
        frame.pid = number;
    size = frame_encode(&frame, bytes);
    if (what == LENGTH)
        bytes[number % 4] ^= (uint8_t)(1 + number % 255);
    return what == HALF ? 1 + number % (size - 1) : size;
}
