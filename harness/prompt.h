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
/* Learns from an unfinished line whether prompt = matches the whole of a prompt: one begins it, or
 * has what d knows in front, with a blank between. */
void prompt_learn(struct actor *a, const struct dialogue *d, const char *line, size_t len);
/* The bytes of a line in front of the prompt in it, without the spaces between; 0 if it has none.
 */
size_t prompt_front(const struct actor *a, const char *line, size_t len);
/* Where prompts are known whole, the bytes in front of one that d, a table or a notice knows, as
 * they stand or behind another prompt; *next: where that one begins. 0 if there are none. */
size_t prompt_split(const struct actor *a, const struct dialogue *d, const char *text, size_t len,
                    size_t *next);
/* Whether the prompt in an unfinished line may be the middle of a row: of d, which is being shown,
 * or where that is NULL of a table that shows itself. */
bool prompt_is_within_row(const struct actor *a, const struct dialogue *d, const char *line,
                          size_t len);
/* Whether these, of which some may be the prompt's own, hold a line of a table: of d, which is
 * being shown, or NULL, or of one that shows itself. */
bool prompt_hides_row(const struct actor *a, const struct dialogue *d, const char *line,
                      size_t len);
/* Whether a line of which a prompt has head bytes is what a move of d waits for: the prompt of a
 * field may begin as that of commands does. */
bool prompt_is_field(const struct dialogue *d, const char *line, size_t len, size_t head);

#endif
