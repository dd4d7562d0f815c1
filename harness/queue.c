/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct queue *queue_add(struct world *w, const char *name)
{
    struct queue *q = x_calloc(1, sizeof *q);

    q->name = x_strdup(name);
    q->path = x_printf("/rtmtest-%d-%s", (int)getpid(), name);
    mq_unlink(q->path);
    w->queues = x_realloc(w->queues, (w->queue_count + 1) * sizeof(struct queue *));
    w->queues[w->queue_count++] = q;
    return q;
}

struct queue *world_queue(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->queue_count; i++)
        if (strcmp(w->queues[i]->name, name) == 0)
            return w->queues[i];
    return NULL;
}

void queues_finish(struct world *w)
{
    for (size_t i = 0; i < w->queue_count; i++) {
        struct queue *q = w->queues[i];
        flood_end(&q->flood);
        mq_unlink(q->path);
        free(q->path);
        free(q->name);
        free(q);
    }
    free(w->queues);
    w->queues = NULL;
    w->queue_count = 0;
}

/* Opens it to send; -1 after world_fail(). */
static int reach(struct world *w, const struct queue *q)
{
    int fd = mq_open(q->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        world_fail_for(w, "MQ-1", "message queue %s cannot be opened: %s", q->name,
                       strerror(errno));
    return fd;
}

int queue_send(struct world *w, struct queue *q, const struct message *m)
{
    int fd = reach(w, q), pause = 0, result, error = 0;

    if (fd < 0) {
        errno = 0;
        return -1;
    }
    while ((result = mq_send(fd, m->bytes, m->len, m->priority)) < 0 && errno == EAGAIN) {
        if (world_late(w)) {
            world_timeout_for(w, "MQ-1", "message queue %s was not read", q->name);
            errno = 0;
            break;
        }
        world_pause(w, next_pause(&pause));
    }
    error = errno;
    mq_close(fd);
    errno = error;
    return result;
}

int queue_fill(struct world *w, struct queue *q, const struct message *m)
{
    int fd = reach(w, q), n = 0;

    if (fd < 0)
        return -1;
    while (mq_send(fd, m->bytes, m->len, m->priority) == 0)
        n++;
    int error = errno;
    mq_close(fd);
    return error == EAGAIN ? n
                           : world_fail(w, VERDICT_BROKEN, "message queue %s cannot be filled: %s",
                                        q->name, strerror(error));
}

int queue_look(const struct queue *q, struct queue_state *state)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat stat;
    struct mq_attr attr;
    int fd = mq_open(q->path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &stat) < 0 || mq_getattr(fd, &attr) < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0) {
        mq_close(fd);
        return -1;
    }
    *state = (struct queue_state){.mode = stat.st_mode & 07777,
                                  .owner = stat.st_uid,
                                  .most = attr.mq_maxmsg,
                                  .bytes = attr.mq_msgsize,
                                  .waiting = attr.mq_curmsgs,
                                  .locked = lock.l_type == F_WRLCK && lock.l_pid == -1};
    mq_close(fd);
    return 0;
}

struct pour {
    const struct queue *queue;
    const struct message *message;
};

static void pour(const void *what)
{
    const struct pour *p = what;
    int fd = mq_open(p->queue->path, O_WRONLY | O_CLOEXEC);

    while (fd >= 0 && mq_send(fd, p->message->bytes, p->message->len, p->message->priority) == 0)
        continue;
}

int queue_flood(struct world *w, struct queue *q, const struct message *m, size_t processes)
{
    const struct pour what = {q, m};

    for (size_t i = 0; i < processes; i++)
        if (flood_start(&q->flood, pour, &what) < 0)
            return world_fail(w, VERDICT_BROKEN, "a sender cannot be started: %s", strerror(errno));
    world_tell(w, "%zu processes flood %s", processes, q->name);
    return 0;
}

bool queues_flooded(const struct world *w)
{
    for (size_t i = 0; i < w->queue_count; i++)
        if (flood_lasts(&w->queues[i]->flood))
            return true;
    return false;
}

bool queue_may_stay(const struct world *w, const char *path)
{
    for (size_t i = 0; i < w->queue_count; i++) {
        const struct queue *q = w->queues[i];
        if (strcmp(q->path + 1, path) == 0)
            return q->made || (q->server != NULL && q->server->killed);
    }
    return false;
}
