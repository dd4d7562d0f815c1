/* SPDX-License-Identifier: MIT */
/*
 * The journal: every cursor reads what was appended behind it, whatever the others do.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "core/frame.h"
#include "core/journal.h"

static void append(struct journal *journal, uint64_t seq)
{
    struct frame frame = {.type = FRAME_ROUTE, .op = OP_CREATE, .seq = seq, .route = {.oif = "e"}};
    uint8_t *room = journal_reserve(journal, WIRE_FRAME_MAX);

    journal_commit(journal, frame_encode(&frame, room));
}

struct reader {
    struct cursor cursor;
    struct frame_gather gather;
    uint64_t next;
};

/* Reads up to `limit` bytes; false if a frame is missing or out of order. */
static bool read_some(struct journal *journal, struct reader *reader, size_t limit)
{
    struct iovec iov[3];
    int count = journal_read(&reader->cursor, iov, 3, limit);
    size_t total = 0;
    struct frame frame;
    char reason[REASON_SIZE];

    for (int i = 0; i < count; i++) {
        const uint8_t *bytes = iov[i].iov_base;
        size_t size = iov[i].iov_len;

        total += size;
        while (frame_next(&reader->gather, &bytes, &size, &frame, reason) > 0)
            if (frame.seq != reader->next++)
                return false;
    }
    if (total > limit)
        return false;
    journal_advance(journal, &reader->cursor, total);
    return true;
}

TEST(cursors_read_everything_in_order)
{
    enum { READERS = 5 };
    struct journal journal;
    struct reader readers[READERS] = {0};
    uint64_t seq = 0;
    bool right = true;

    srand(3);
    journal_init(&journal, 8 << 20);
    for (int i = 0; i < READERS; i++) {
        readers[i].gather.sender = SIDE_SERVER;
        CHECK_EQ_INT(journal_attach(&journal, &readers[i].cursor), 0);
    }
    for (int i = 0; i < 20000; i++) {
        struct reader *reader = &readers[rand() % READERS];

        for (int k = rand() % 8; k > 0; k--)
            append(&journal, seq++);
        right = right && read_some(&journal, reader, (size_t)(rand() % 2000));
    }
    for (int i = 0; i < READERS; i++) {
        while (right && !journal_drained(&readers[i].cursor))
            right = read_some(&journal, &readers[i], 60000);
        CHECK_EQ_INT(readers[i].next, seq);
        CHECK_EQ_INT(journal_backlog(&readers[i].cursor), 0);
        journal_detach(&journal, &readers[i].cursor);
    }
    CHECK(right);
    CHECK(journal.oldest == NULL && journal.spare == NULL); /* nothing is kept for nobody */
    journal_finish(&journal);
}

TEST(a_laggard_is_named_and_memory_comes_back)
{
    struct journal journal;
    struct reader slow = {.gather.sender = SIDE_SERVER}, fast = slow;
    uint64_t seq = 0;
    const uint8_t *frame;

    journal_init(&journal, 128 * 1024);
    journal_attach(&journal, &slow.cursor);
    journal_attach(&journal, &fast.cursor);
    journal_advance(&journal, &slow.cursor, 0);
    append(&journal, seq++);
    journal_advance(&journal, &slow.cursor, 10); /* in the middle of a frame */
    CHECK_EQ_INT(journal_partial(&slow.cursor, &frame), 10);
    CHECK_EQ_INT(frame_length(frame), FRAME_SIZE_ROUTE);
    while (!journal_laggard(&journal)) {
        append(&journal, seq++);
        CHECK(read_some(&journal, &fast, 65536));
    }
    CHECK(journal_laggard(&journal) == &slow.cursor);
    CHECK(journal_backlog(&slow.cursor) >= 128 * 1024);
    CHECK(journal_backlog(&slow.cursor) <= 128 * 1024 + 2 * JOURNAL_CHUNK);
    journal_skip(&journal, &slow.cursor);
    CHECK(journal_laggard(&journal) == NULL);
    CHECK(journal.oldest == journal.newest);
    journal_detach(&journal, &slow.cursor);
    journal_detach(&journal, &fast.cursor);
    journal_finish(&journal);
}
