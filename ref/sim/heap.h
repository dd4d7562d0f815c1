/* SPDX-License-Identifier: MIT
 *
 * Counts the blocks of memory that are in use: the simulator is linked so that the calls of the
 * cores come here first (ld --wrap).
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdint.h>

int64_t heap_blocks(void);

#endif
