/* SPDX-License-Identifier: MIT
 *
 * The message queues of the server: any number of senders, one receiver (chapter 11).
 */
#ifndef OS_QUEUES_H
#define OS_QUEUES_H

#include "os/admin.h"
#include "os/mq.h"

struct queue {
    struct queues *queues;
    struct loop_source source;
    struct mq_owned owned;
};

struct queues {
    struct loop *loop;
    struct admin *admin;
    int count;
    struct queue at[MQ_MOST];
};

/* Makes the queues of these names and waits for their messages. -1: there is none, and the reason
 * says why and what to do. */
int queues_open(struct queues *queues, struct loop *loop, struct admin *admin,
                const char (*names)[MQ_NAME], int count, char reason[REASON_SIZE]);

/* Before the loop waits: takes no message while the administration may not change the tables. */
void queues_turn(struct queues *queues);

/* Removes them; where the start has failed, those of a dead server stay, with what waits in them.
 */
void queues_close(struct queues *queues, bool failed);

#endif
