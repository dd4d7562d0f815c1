/* SPDX-License-Identifier: MIT
 *
 * A saved run: the events that `rtmtest run --report ndjson=FILE` wrote, read and checked as a
 * whole. What was cut off or does not add up is refused.
 */
#ifndef HARNESS_STREAM_H
#define HARNESS_STREAM_H

#include "event.h"

struct stream {
    json_t *start, *end; /* their events */
    json_t *cases;       /* an array of theirs, in the order of the file */
};

/* Reads a file, "-" for standard input. -1 with one complaint, which says where and why. */
int stream_read(struct stream *s, const char *path, struct diag *d);
void stream_finish(struct stream *s);

/* The event of a case, or NULL. */
json_t *stream_case(const struct stream *s, const char *name);

#endif
