/* SPDX-License-Identifier: MIT
 *
 * Questions to the spec and the scenarios, answered on standard output. All return an exit code of
 * the suite.
 */
#ifndef HARNESS_QUERY_H
#define HARNESS_QUERY_H

#include "script.h"

/* The requirements, one a line. */
int query_requirements(const struct requirements *r);
/* Requirements by their ids: what they say, why they are there, which scenarios check them. */
int query_explain(const struct requirements *r, const struct suite *s, int n, char **ids);
/* How many scenarios, or checks of the platform, each requirement has; EXIT_FAILS if a MUST has
 * none. */
int query_coverage(const struct requirements *r, const struct suite *s);
/* The events of a run, as a JSON Schema. */
int query_schema(void);

#endif
