/* SPDX-License-Identifier: MIT
 *
 * A prompt has no line end: what a program prints next, with no Enter echoed in between, stands
 * behind it on the same line. Lines that are told at once leave several prompts there.
 */
#ifndef HARNESS_PROMPT_H
#define HARNESS_PROMPT_H

#include "actor.h"

/* The bytes of the prompts at the head of a line that only behind them is what d, a table or a
 * notice knows; 0 for any other line. d: the dialogue that is open, or NULL. */
size_t prompt_before(const struct actor *a, const struct dialogue *d, const char *line, size_t len);

#endif
