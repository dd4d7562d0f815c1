/* SPDX-License-Identifier: MIT
 *
 * Events of a run: JSON objects with the members that events.def lists. LANGUAGE.md has them too.
 */
#ifndef HARNESS_EVENT_H
#define HARNESS_EVENT_H

#include "util.h"
#include "verdict.h"

#include <jansson.h>

#define STREAM_VERSION 1

/* A text for an event: control characters become blanks, and what is no UTF-8 becomes "?". */
json_t *event_string(const char *text);
/* Sets a member to such a text; does nothing for NULL. */
void event_set(json_t *event, const char *member, const char *text);

/* A member, or "" or 0 where there is none. */
const char *event_text(const json_t *event, const char *member);
int event_count(const json_t *event, const char *member);
bool event_is(const json_t *event, const char *kind);
/* The verdict of a case's event. */
enum verdict event_verdict(const json_t *event);

/* Whether it is as events.def has it; if not, why is what was expected. */
bool event_check(const json_t *event, struct buf *why);
/* The same rules as a JSON Schema (2020-12); the caller's. */
json_t *event_schema(void);

#endif
