/* SPDX-License-Identifier: MIT
 *
 * Runs one case from its first step to the audit after its last, inside its sandbox, and gives the
 * result as an event.
 */
#ifndef HARNESS_CASE_H
#define HARNESS_CASE_H

#include "event.h"
#include "manifest.h"
#include "sandbox.h"
#include "script.h"

/* The whole case in this process. Returns its event (the caller's): LANGUAGE.md has the fields.
 * hopeless: why there is no use in starting anything, or NULL. */
json_t *case_run(const struct test_case *t, const struct manifest *m, const struct sandbox *s,
                 const struct requirements *r, const char *hopeless);

/* Whether a step starts a program of that role, "server" or "client". */
bool case_starts(const struct test_case *t, const char *role);

/* The event of a case that did not run, or whose runner was lost. */
json_t *case_event(const struct test_case *t, enum verdict verdict, const char *message);

#endif
