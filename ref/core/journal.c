/* SPDX-License-Identifier: MIT */
#include "core/journal.h"

#include <stdlib.h>

#include "core/frame.h"

struct chunk {
    struct chunk *next; /* newer */
    struct link cursors;
    uint32_t used;
    uint8_t bytes[];
};

void journal_init(struct journal *journal, size_t bound)
{
    *journal = (struct journal){.bound = bound, .room = JOURNAL_CHUNK};
}

static struct chunk *chunk_add(struct journal *journal)
{
    struct chunk *chunk = journal->spare ? journal->spare : malloc(sizeof(*chunk) + journal->room);

    if (!chunk)
        return NULL;
    journal->spare = NULL;
    chunk->next = NULL;
    chunk->used = 0;
    list_init(&chunk->cursors);
    if (journal->newest)
        journal->newest->next = chunk;
    else
        journal->oldest = chunk;
    journal->newest = chunk;
    return chunk;
}

/* Frees what no cursor needs any more. */
static void trim(struct journal *journal)
{
    while (journal->oldest && list_empty(&journal->oldest->cursors) &&
           (journal->oldest != journal->newest || journal->cursors == 0)) {
        struct chunk *chunk = journal->oldest;

        journal->oldest = chunk->next;
        if (journal->oldest)
            journal->behind -= journal->oldest->used;
        else
            journal->newest = NULL;
        free(journal->spare);
        journal->spare = chunk;
    }
    if (journal->cursors == 0) {
        free(journal->spare);
        journal->spare = NULL;
    }
}

void journal_finish(struct journal *journal)
{
    journal->cursors = 0;
    trim(journal);
}

static void place(struct cursor *cursor, struct chunk *chunk, uint32_t offset)
{
    list_append(&chunk->cursors, &cursor->link);
    cursor->chunk = chunk;
    cursor->offset = offset;
}

int journal_attach(struct journal *journal, struct cursor *cursor)
{
    struct chunk *chunk = journal->newest ? journal->newest : chunk_add(journal);

    if (!chunk)
        return -1;
    list_init(&cursor->link);
    place(cursor, chunk, chunk->used);
    journal->cursors++;
    return 0;
}

void journal_detach(struct journal *journal, struct cursor *cursor)
{
    if (!cursor->chunk)
        return;
    list_remove(&cursor->link);
    cursor->chunk = NULL;
    journal->cursors--;
    trim(journal);
}

uint8_t *journal_reserve(struct journal *journal, size_t size)
{
    struct chunk *chunk = journal->newest;

    if (chunk->used + size > journal->room)
        chunk = chunk_add(journal);
    return chunk ? chunk->bytes + chunk->used : NULL;
}

void journal_commit(struct journal *journal, size_t size)
{
    journal->newest->used += (uint32_t)size;
    if (journal->newest != journal->oldest)
        journal->behind += size;
}

struct cursor *journal_laggard(const struct journal *journal)
{
    if (journal->behind < journal->bound || list_empty(&journal->oldest->cursors))
        return NULL;
    return LIST_OWNER(journal->oldest->cursors.next, struct cursor, link);
}

void journal_skip(struct journal *journal, struct cursor *cursor)
{
    place(cursor, journal->newest, journal->newest->used);
    trim(journal);
}

int journal_read(const struct cursor *cursor, struct iovec *iov, int max, size_t limit)
{
    struct chunk *chunk = cursor->chunk;
    uint32_t offset = cursor->offset;
    size_t total = 0;
    int count = 0;

    while (chunk && count < max && total < limit) {
        if (offset < chunk->used) {
            size_t part = chunk->used - offset;

            part = part < limit - total ? part : limit - total;
            iov[count++] = (struct iovec){chunk->bytes + offset, part};
            total += part;
        }
        chunk = chunk->next;
        offset = 0;
    }
    return count;
}

void journal_advance(struct journal *journal, struct cursor *cursor, size_t size)
{
    struct chunk *chunk = cursor->chunk;

    while (size > chunk->used - cursor->offset) {
        size -= chunk->used - cursor->offset;
        chunk = chunk->next;
        cursor->offset = 0;
    }
    cursor->offset += (uint32_t)size;
    while (cursor->offset == chunk->used && chunk->next) {
        chunk = chunk->next;
        cursor->offset = 0;
    }
    if (chunk != cursor->chunk) {
        place(cursor, chunk, cursor->offset);
        trim(journal);
    }
}

bool journal_drained(const struct cursor *cursor)
{
    const struct chunk *chunk = cursor->chunk;

    if (!chunk)
        return true;
    if (cursor->offset < chunk->used)
        return false;
    /* a cursor at the end of a full chunk does not know yet that the next one has begun */
    while (chunk->next && chunk->next->used == 0)
        chunk = chunk->next;
    return chunk->next == NULL;
}

size_t journal_backlog(const struct cursor *cursor)
{
    size_t total = 0;

    if (!cursor->chunk)
        return 0;
    for (const struct chunk *chunk = cursor->chunk; chunk; chunk = chunk->next)
        total += chunk->used;
    return total - cursor->offset;
}

size_t journal_partial(const struct cursor *cursor, const uint8_t **frame)
{
    const struct chunk *chunk = cursor->chunk;
    uint32_t offset = cursor->offset, start = 0;

    if (!chunk)
        return 0;
    if (offset == chunk->used && chunk->next) {
        chunk = chunk->next;
        offset = 0;
    }
    while (start < offset) {
        uint32_t length = (uint32_t)frame_length(chunk->bytes + start);

        if (start + length > offset)
            break;
        start += length;
    }
    *frame = chunk->bytes + start;
    return offset - start;
}
