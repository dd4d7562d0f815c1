/* SPDX-License-Identifier: MIT */
#include "sim/knob.h"

/* What is legal and what a run draws: half of the time the usual number. */
static const struct {
    uint32_t least, most;
    uint32_t choices[4];
} ranges[KNOBS] = {
    [KNOB_CLIENTS] = {0, 4, {2, 3, 4, 4}},
    [KNOB_NETWORK] = {0, 4, {0, 1, 1, 2}},
    [KNOB_JOURNAL] = {200, 100000, {200, 600, 1200, 20000}},
    [KNOB_CHUNK] = {152, 65536, {152, 200, 400, 1000}},
    [KNOB_WALK] = {304, 65536, {304, 304, 500, 4000}},
    [KNOB_TRIES] = {1, 64, {1, 2, 4, 8}},
    [KNOB_UP] = {1, 2048, {1, 40, 120, 2000}},
    [KNOB_DOWN] = {1, 2048, {60, 200, 600, 2048}},
    [KNOB_KERNEL] = {0, 3, {1, 1, 2, 3}},
    [KNOB_FLUSHES] = {0, 1000000, {65527, 65530, 65532, 65534}},
    [KNOB_OBJECT] = {0, 1, {1, 1, 1, 0}},
};

bool knob_legal(enum knob knob, uint32_t number)
{
    return number >= ranges[knob].least && number <= ranges[knob].most;
}

uint32_t knob_draw(enum knob knob, struct random *random)
{
    return random_once_in(random, 2) ? knob_usual(knob)
                                     : ranges[knob].choices[random_below(random, 4)];
}
