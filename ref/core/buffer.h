/* SPDX-License-Identifier: MIT
 *
 * A byte buffer that grows at its end and is consumed at its front. Consumed bytes stay in place
 * until all are consumed or more room is wanted, so an offset from `data` stays meaningful.
 */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <stddef.h>

struct buffer {
    char *data;
    size_t start, end, capacity; /* the live bytes are data[start..end) */
};

/* Frees the memory and leaves an empty buffer that can be used again. */
void buffer_finish(struct buffer *buffer);

static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline const char *buffer_bytes(const struct buffer *buffer)
{
    return buffer->data + buffer->start;
}

/* Room for `size` bytes at the end, NULL with errno if there is no memory. Nothing is added yet. */
char *buffer_reserve(struct buffer *buffer, size_t size);

/* Adds bytes that were written into the reserved room. */
void buffer_commit(struct buffer *buffer, size_t size);

/* Adds a copy of the bytes; -1 with errno if there is no memory. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t size);

/* Moves the live bytes to the front of the memory. */
void buffer_compact(struct buffer *buffer);

/* Takes bytes from the front. */
void buffer_consume(struct buffer *buffer, size_t size);

#endif
