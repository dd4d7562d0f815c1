/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
        queue_calm(q);
        mq_unlink(q->path);
        free(q->senders);
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
        if (now_ms() >= w->deadline_ms) {
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

/* A process of the suite that sends and waits for room, until it is killed. */
static _Noreturn void send_on(const struct queue *q, const struct message *m)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = mq_open(q->path, O_WRONLY | O_CLOEXEC);

    while (fd >= 0 && mq_send(fd, m->bytes, m->len, m->priority) == 0)
        continue;
    _exit(1);
}

int queue_flood(struct world *w, struct queue *q, const struct message *m, size_t processes)
{
    q->senders = x_realloc(q->senders, (q->sender_count + processes) * sizeof *q->senders);
    for (size_t i = 0; i < processes; i++) {
        pid_t pid = fork();
        if (pid == 0)
            send_on(q, m);
        if (pid < 0)
            return world_fail(w, VERDICT_BROKEN, "a sender cannot be started: %s", strerror(errno));
        q->senders[q->sender_count++] = pid;
    }
    world_tell(w, "%zu processes flood %s", processes, q->name);
    return 0;
}

void queue_calm(struct queue *q)
{
    for (size_t i = 0; i < q->sender_count; i++) {
        kill(q->senders[i], SIGKILL); /* not reaped yet: the number is still its own */
        waitpid(q->senders[i], NULL, 0);
    }
    q->sender_count = 0;
}

bool queue_floods(const struct queue *q)
{
    siginfo_t info = {0};

    for (size_t i = 0; i < q->sender_count; i++)
        if (waitid(P_PID, (id_t)q->senders[i], &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
            info.si_pid != 0)
            return false;
    return q->sender_count > 0;
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
