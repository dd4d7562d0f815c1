/* SPDX-License-Identifier: MIT
 *
 * What a hostile peer says: frames out of their place, with wrong numbers, cut, and no frames.
 */
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

enum { HOSTILES = 8, HOSTILE_BYTES = 512 };

/* The name of what can be said, for people. */
const char *hostile_name(unsigned what);

/* Writes it with a number that it is about; gives its size. */
size_t hostile_say(unsigned what, uint32_t number, uint8_t bytes[HOSTILE_BYTES]);

#endif
