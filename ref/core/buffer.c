/* SPDX-License-Identifier: MIT */
#include "core/buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_finish(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    char *data;

    if (buffer->end + size <= buffer->capacity)
        return buffer->data + buffer->end;
    while (capacity < buffer->end + size)
        capacity *= 2;
    data = realloc(buffer->data, capacity);
    if (!data)
        return NULL;
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->end;
}

void buffer_commit(struct buffer *buffer, size_t size)
{
    buffer->end += size;
}

int buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    char *room = buffer_reserve(buffer, size);

    if (!room)
        return -1;
    memcpy(room, bytes, size);
    buffer_commit(buffer, size);
    return 0;
}

void buffer_compact(struct buffer *buffer)
{
    size_t size = buffer_size(buffer);

    if (buffer->start > 0)
        memmove(buffer->data, buffer->data + buffer->start, size);
    buffer->start = 0;
    buffer->end = size;
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}
