/* SPDX-License-Identifier: MIT
 *
 * What the two programs say to each other, in the byte order of the machine: one record for each
 * change, and a pid. An address is in shared memory, in an object named as its MAC.
 */
#ifndef WORDS_H
#define WORDS_H

#include <sys/types.h>

#define ENTRIES 2000

struct route {
    char dest[16], gateway[16], oif[32];
    int mask;
};

/* From the server. */
struct news {
    enum { PUT_ROUTE, DROP_ROUTE, PUT_MAC, DROP_MAC, IN_STEP } what; /* IN_STEP: that was all */
    union {
        struct route route;
        char mac[18];
    };
};

/* From a client: its pid once it is in step, then, before it goes, the same without a sign. */
struct word {
    enum { HERE, GONE } what;
    pid_t pid;
};

#endif
