/* SPDX-License-Identifier: MIT
 *
 * Names that may stand once in a file, with the lines where they do.
 */
#ifndef HARNESS_ONCE_H
#define HARNESS_ONCE_H

#include <stddef.h>

struct once_name;

struct once {
    struct once_name *at;
    size_t n;
};

/* The line where the name stands already; 0 if it does not: then it does from now on. */
int once_take(struct once *o, const char *name, int line);
/* Forgets all; it can be used again. */
void once_finish(struct once *o);

#endif
