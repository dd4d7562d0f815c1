/* SPDX-License-Identifier: MIT
 *
 * What scenarios rest on: the promises of the platform without which those of a feature can't
 * succeed, whatever the implementation. Found out once a run, in a sandbox like that of its cases.
 */
#ifndef HARNESS_FOOTING_H
#define HARNESS_FOOTING_H

#include <stdbool.h>

/* Tries them, in the parent of the cases. The paths are those of sandbox_init(). */
void footing_test(bool namespaces, const char *root, const char *dir);
/* Why scenarios that need the feature can't be run here; NULL if they can. "waiting" stands for
 * what many programs wait with. */
const char *footing_lacking(const char *feature);
void footing_finish(void);

#endif
