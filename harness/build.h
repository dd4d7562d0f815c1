/* SPDX-License-Identifier: MIT
 *
 * Building an IUT by the command of its manifest: in a private copy of its root, as a program is
 * run, in a sandbox, with the rights of an actor and within a time. What was brought is never
 * changed.
 */
#ifndef HARNESS_BUILD_H
#define HARNESS_BUILD_H

#include "manifest.h"
#include "pool.h"

#define BUILD_SECONDS 120

/* Copies the root of the manifest, builds in the copy if there is a command, and makes the copy the
 * root; manifest_destroy() removes it. What the command said is m->build_said then. NULL, or why
 * there is nothing to run, the caller's. */
char *build_run(struct manifest *m, bool namespaces);

/* The same where the manifest has a command, or a copy is wanted; else nothing is done, and nothing
 * is wrong. */
char *build_by(struct manifest *m, bool copied, enum sandbox_choice choice);
/* Says on standard error what the command printed, and why there is nothing to run. */
void build_tell(const struct manifest *m, const char *why);

#endif
