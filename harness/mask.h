/* SPDX-License-Identifier: MIT
 *
 * The two ways to write a mask: the number of its bits, and a dotted quad.
 */
#ifndef HARNESS_MASK_H
#define HARNESS_MASK_H

#include <stddef.h>

/* 24 as 255.255.255.0; what is no number of bits stays what it is. */
void mask_dot(const char *mask, char *out, size_t size);
/* 255.255.255.0 becomes 24 in its place; all else stays. NULL, or what is wrong with a quad. */
const char *mask_count(char *mask);

#endif
