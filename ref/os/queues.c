/* SPDX-License-Identifier: MIT */
#include "os/queues.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { TURN_MESSAGES = 32 /* of one queue in one turn: ROB-13 */ };

static void on_queue(void *arg, unsigned events)
{
    struct queue *queue = arg;
    ptrdiff_t size = 0;

    (void)events;
    for (int i = 0; i < TURN_MESSAGES && size >= 0; i++) {
        size = mq_take(&queue->owned);
        if (size >= 0)
            admin_message(queue->queues->admin, queue->owned.name,
                          (struct word){queue->owned.bytes, (size_t)size});
    }
}

static int open_one(struct queue *queue, struct queues *queues, const char *name,
                    char reason[REASON_SIZE])
{
    if (mq_make(&queue->owned, name, reason))
        return -1;
    queues->count++;
    queue->queues = queues;
    queue->source = (struct loop_source){.fd = queue->owned.fd, .ready = on_queue, .arg = queue};
    if (loop_add(queues->loop, &queue->source, LOOP_READ) == 0)
        return 0;
    snprintf(reason, REASON_SIZE, "message queue %.60s cannot be polled: %s; use --mux epoll", name,
             strerror(errno));
    return -1;
}

int queues_open(struct queues *queues, struct loop *loop, struct admin *admin,
                const char (*names)[MQ_NAME], int count, char reason[REASON_SIZE])
{
    *queues = (struct queues){.loop = loop, .admin = admin};
    for (int i = 0; i < count; i++) {
        if (open_one(&queues->at[i], queues, names[i], reason)) {
            queues_close(queues, true);
            return -1;
        }
    }
    return 0;
}

void queues_turn(struct queues *queues)
{
    unsigned wants = admin_takes_messages(queues->admin) ? LOOP_READ : 0;

    for (int i = 0; i < queues->count; i++)
        loop_want(queues->loop, &queues->at[i].source, wants);
}

void queues_close(struct queues *queues, bool failed)
{
    for (int i = 0; i < queues->count; i++) {
        loop_remove(queues->loop, &queues->at[i].source);
        if (failed)
            mq_leave(&queues->at[i].owned);
        else
            mq_drop(&queues->at[i].owned);
    }
    queues->count = 0;
}
