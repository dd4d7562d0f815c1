/* SPDX-License-Identifier: MIT
 *
 * Texts for formats in which some characters have a meaning.
 */
#ifndef HARNESS_ESCAPE_H
#define HARNESS_ESCAPE_H

#include "util.h"

/* For XML 1.0, in an element or in a quoted attribute. What XML cannot hold stands as \x1b, \xff or
 * \uffff: control characters, bytes that are no UTF-8, and the two that are no characters. */
void xml_add(struct buf *b, const char *text);
/* For one line of Markdown, in a cell of a table too: nothing in it has a meaning. */
void markdown_add(struct buf *b, const char *text);
/* As a block of code, which nothing in the text can end; a line end is added if it has none. */
void markdown_add_code(struct buf *b, const char *language, const char *text);

#endif
