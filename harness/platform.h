/* SPDX-License-Identifier: MIT
 *
 * rtmtest platform: whether this machine keeps the promises that an RTM rests on.
 */
#ifndef HARNESS_PLATFORM_H
#define HARNESS_PLATFORM_H

#include "options.h"
#include "requirement.h"

/* Tries them all, or those of --only less those of --except, one after the other, and tells the
 * reports. Returns an exit code of the suite. */
int platform_run(struct options *o, const struct requirements *q);

#endif
