/* SPDX-License-Identifier: MIT
 *
 * Patterns of manifests and scenarios: PCRE2, matched against one line, with named groups.
 * Source: pcre2api(3).
 */
#ifndef HARNESS_PATTERN_H
#define HARNESS_PATTERN_H

#include "util.h"

struct pattern;

/* NULL if the text is no pattern; then *why (the caller's) says so, and *offset where. */
struct pattern *pattern_create(const char *text, char **why, size_t *offset);
void pattern_destroy(struct pattern *p);

/* Matches anywhere in the line. NULL never matches. */
bool pattern_match(struct pattern *p, const char *line, size_t len);
/* Where the last match began. */
size_t pattern_begin(const struct pattern *p);
/* Where the last match ended. */
size_t pattern_end(const struct pattern *p);
/* Whether it matches the line, or may once more has come behind it. NULL never does. */
bool pattern_may_match(struct pattern *p, const char *line, size_t len);
/* Copies a named group of the last match; false if the pattern has no such group or it took no part
 * in the match. Cuts what doesn't fit. */
bool pattern_group(struct pattern *p, const char *line, const char *name, char *out, size_t size);
/* Where it began in the line, which it took part in; else 0. */
size_t pattern_group_at(const struct pattern *p, const char *name);
/* What a group once took of a number, or of a MAC, that goes on before or behind it in the line,
 * and that line: 'gateway takes "10.1.1.1" of: via 10.1.1.15'. NULL: none did. */
const char *pattern_cut(const struct pattern *p);
/* As it was written. */
const char *pattern_text(const struct pattern *p);
/* Whether the pattern has such a group. */
bool pattern_has(const struct pattern *p, const char *name);

#endif
