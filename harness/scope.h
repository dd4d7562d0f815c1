/* SPDX-License-Identifier: MIT
 *
 * What a manifest rules out of a scenario, as its steps alone tell: programs, dialogues and tables
 * that the IUT has not, and limits. What depends on how it goes is found out on the way (bounds.h).
 */
#ifndef HARNESS_SCOPE_H
#define HARNESS_SCOPE_H

#include "manifest.h"
#include "script.h"

/* Why the case is UNSUPPORTED, of the first step that is; NULL if none is. The caller's. */
char *scope_lacking(const struct manifest *m, const struct test_case *t);

#endif
