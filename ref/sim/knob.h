/* SPDX-License-Identifier: MIT
 *
 * What a world is made of: numbers that are set before the first process starts.
 */
#ifndef SIM_KNOB_H
#define SIM_KNOB_H

#include "sim/move.h"
#include "sim/random.h"

/* What a kernel gives handles for. */
enum { KERNEL_SOCKETS, KERNEL_NUMBERS, KERNEL_NO_HANDLES, KERNEL_FORBIDS };

bool knob_legal(enum knob knob, uint32_t number);
uint32_t knob_draw(enum knob knob, struct random *random);

#endif
