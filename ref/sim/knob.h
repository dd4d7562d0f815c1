/* SPDX-License-Identifier: MIT
 *
 * What a world is made of: numbers that are set before the first process starts.
 */
#ifndef SIM_KNOB_H
#define SIM_KNOB_H

#include "sim/move.h"
#include "sim/random.h"

bool knob_legal(enum knob knob, uint32_t number);
uint32_t knob_draw(enum knob knob, struct random *random);

#endif
