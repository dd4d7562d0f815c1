/* SPDX-License-Identifier: MIT
 *
 * How slow this machine is just now, by a fixed small piece of work of two processes and the pipes
 * between them: on one that takes three times as long as usual, every deadline is three times as
 * long. What comes on top later is load.h's.
 */
#ifndef HARNESS_PACE_H
#define HARNESS_PACE_H

#include <stdint.h>

/* Does the work; until then the pace is the usual one. */
void pace_measure(void);

/* In percent of the usual time: 100 to 400. */
int pace_percent(void);

/* So long here, for what may usually take so many ms. */
int64_t pace_stretch(int64_t ms);

#endif
