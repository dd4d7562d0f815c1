/* SPDX-License-Identifier: MIT
 *
 * What is on its way to the subscribers: each frame is encoded once, into chunks that all of them
 * share. A subscriber is a cursor. A chunk lives while a cursor is in it or behind it, and the
 * whole is bounded: a cursor that falls too far behind is named by journal_laggard() and has to be
 * moved to the head (ROB-3). Nothing is kept while there are no cursors. Frames are never split
 * over two chunks.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/list.h"

enum { JOURNAL_CHUNK = 64 * 1024 };

struct chunk;

struct cursor {
    struct link link;    /* in its chunk's list */
    struct chunk *chunk; /* NULL: not attached */
    uint32_t offset;     /* of the next byte to send */
};

struct journal {
    struct chunk *oldest, *newest, *spare;
    size_t bound;  /* bytes that a cursor may be behind */
    size_t room;   /* bytes that a chunk holds, at least a frame; not to be changed under way */
    size_t behind; /* bytes in the chunks after the oldest */
    uint32_t cursors;
};

void journal_init(struct journal *journal, size_t bound);
void journal_finish(struct journal *journal);

/* Puts a detached cursor at the head; -1 with errno ENOMEM. */
int journal_attach(struct journal *journal, struct cursor *cursor);

/* Harmless if it is not attached. */
void journal_detach(struct journal *journal, struct cursor *cursor);

/* Room for frames of up to `size` bytes, NULL with errno ENOMEM; only while there are cursors. */
uint8_t *journal_reserve(struct journal *journal, size_t size);
void journal_commit(struct journal *journal, size_t size);

/* A cursor beyond the bound, or NULL. */
struct cursor *journal_laggard(const struct journal *journal);

/* Moves the cursor to the head: what it has not sent is dropped for it. */
void journal_skip(struct journal *journal, struct cursor *cursor);

/* Fills up to `max` iovecs with what the cursor has to send, at most `limit` bytes. */
int journal_read(const struct cursor *cursor, struct iovec *iov, int max, size_t limit);

/* Moves the cursor over bytes that were sent. */
void journal_advance(struct journal *journal, struct cursor *cursor, size_t size);

/* Whether nothing is to be sent; how many bytes are. */
bool journal_drained(const struct cursor *cursor);
size_t journal_backlog(const struct cursor *cursor);

/* The frame that is partly sent, or the next one where the cursor is at a boundary: where it begins
 * and how many of its bytes are sent. Not for a drained cursor. */
size_t journal_partial(const struct cursor *cursor, const uint8_t **frame);

#endif
