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
/* The bytes at the head of a line that p, of an unfinished line, matches with a notice behind them;
 * cut: or what may become one. 0 for any other line, and for one that is a notice as it stands
 * unless it is p alone that leaves the notice out. */
size_t prompt_before_notice(const struct actor *a, struct pattern *p, const char *line, size_t len,
                            bool cut);
/* Whether a line of which a prompt has head bytes is what a move of d waits for: the prompt of a
 * field may begin as that of commands does. */
bool prompt_is_field(const struct dialogue *d, const char *line, size_t len, size_t head);

#endif
