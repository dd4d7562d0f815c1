/* SPDX-License-Identifier: MIT
 *
 * What a scenario may need of the host, as bits: found out in the case's own sandbox by doing it.
 */
#ifndef HARNESS_NEED_H
#define HARNESS_NEED_H

#include "sandbox.h"

enum need {
    NEED_PID_NAMESPACE = 1, /* pid-namespace */
    NEED_TWO_UIDS = 2,      /* two-uids */
    NEED_CHOOSE_PID = 4,    /* choose-pid */
    NEED_SECCOMP = 8,       /* seccomp */
    NEED_OWN_NETWORK = 16,  /* own-network */
    NEED_OWN_FILES = 64,    /* own-files */
    NEED_IPV6 = 32,         /* of a step that says ::1 or ::; it has no name */
};

/* The need with that name; 0 if there is none. */
unsigned need_find(const char *name);
const char *need_name(unsigned need);

/* Why the needs cannot be had here (the caller's); NULL if they can. */
char *need_lacking(unsigned needs, const struct sandbox *s);

#endif
