/* SPDX-License-Identifier: MIT
 *
 * The signals that end a run early, its directories and processes all the same.
 */
#ifndef HARNESS_INTERRUPT_H
#define HARNESS_INTERRUPT_H

#include <stdbool.h>

/* From here on they only make interrupted() true. */
void interrupt_watch(void);
bool interrupted(void);
/* In a child: they end it again. */
void interrupt_reset(void);

#endif
