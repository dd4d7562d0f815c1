/* SPDX-License-Identifier: MIT
 *
 * What a sweep came to, for people and for programs.
 */
#ifndef SIM_SUMMARY_H
#define SIM_SUMMARY_H

#include "sim/sweep.h"

/* So many seeds meet every race of cover.def, or something is wrong with what they draw. */
enum { SUMMARY_ENOUGH = 2000 };

/* Tables of failures and races. */
void summary_text(const struct sweep *sweep);

/* The same, an object a line: "failure" for each that was kept, "race" for each, "sweep" last. */
void summary_ndjson(const struct sweep *sweep);

/* Whether no seed failed, and every race was met where so many seeds should have. */
bool summary_good(const struct sweep *sweep);

#endif
