/* SPDX-License-Identifier: MIT
 *
 * PLT-28 to PLT-41: POSIX message queues, and the mode of new objects.
 */
#include "promise.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 16 /* bytes of a message */
#define SENDERS 3
#define EACH 100 /* messages of each sender */

static mqd_t create(const struct trial *t, long most, int flags)
{
    return trial_queue(t, most, SIZE, flags, 0600);
}

static void put(const struct trial *t, mqd_t queue, const char *text, unsigned priority)
{
    CALL(t, mq_send(queue, text, strlen(text), priority));
}

/* The next message has to be this one. */
static void get(const struct trial *t, mqd_t queue, const char *text, unsigned priority)
{
    char bytes[SIZE];
    unsigned found;
    int len = CALL(t, mq_receive(queue, bytes, SIZE, &found));

    KEEP(t, (size_t)len == strlen(text) && memcmp(bytes, text, strlen(text)) == 0,
         "\"%.*s\" was received where \"%s\" is next", len, bytes, text);
    KEEP(t, found == priority, "\"%s\" has priority %u, and was sent with %u", text, found,
         priority);
}

void promise_queue_name(const struct trial *t)
{
    mqd_t queue, same;

    FAILS(t, ENOENT, mq_open(t->name, O_RDWR));
    queue = create(t, 1, 0);
    FAILS(t, EEXIST, mq_open(t->name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    same = CALL(t, mq_open(t->name, O_RDWR | O_CREAT, 0600, NULL));
    put(t, queue, "one queue", 0);
    get(t, same, "one queue", 0);
}

void promise_queue_order(const struct trial *t)
{
    mqd_t queue = create(t, 6, 0);

    put(t, queue, "low 1", 0);
    put(t, queue, "high 1", 31);
    put(t, queue, "mid 1", 7);
    put(t, queue, "high 2", 31);
    put(t, queue, "low 2", 0);
    put(t, queue, "mid 2", 7);
    get(t, queue, "high 1", 31);
    get(t, queue, "high 2", 31);
    get(t, queue, "mid 1", 7);
    get(t, queue, "mid 2", 7);
    get(t, queue, "low 1", 0);
    get(t, queue, "low 2", 0);
}

void promise_queue_full(const struct trial *t)
{
    mqd_t queue = create(t, 2, 0), quick = CALL(t, mq_open(t->name, O_RDWR | O_NONBLOCK));

    put(t, quick, "a", 0);
    put(t, quick, "b", 0);
    FAILS(t, EAGAIN, mq_send(quick, "c", 1, 0));
    BLOCKS(t, mq_send(queue, "c", 1, 0));
    get(t, quick, "a", 0);
    put(t, queue, "d", 0);
    get(t, quick, "b", 0);
    get(t, quick, "d", 0);
}

void promise_queue_empty(const struct trial *t)
{
    mqd_t queue = create(t, 2, 0), quick = CALL(t, mq_open(t->name, O_RDWR | O_NONBLOCK));
    char bytes[SIZE];

    FAILS(t, EAGAIN, mq_receive(quick, bytes, SIZE, NULL));
    BLOCKS(t, mq_receive(queue, bytes, SIZE, NULL));
    put(t, quick, "a", 0);
    get(t, queue, "a", 0);
}

void promise_queue_length(const struct trial *t)
{
    mqd_t queue = create(t, 2, O_NONBLOCK);
    char bytes[SIZE + 1] = {0};

    FAILS(t, EMSGSIZE, mq_send(queue, bytes, SIZE + 1, 0));
    CALL(t, mq_send(queue, bytes, SIZE, 0));
    FAILS(t, EMSGSIZE, mq_receive(queue, bytes, SIZE - 1, NULL));
    KEEP(t, CALL(t, mq_receive(queue, bytes, SIZE, NULL)) == SIZE, "a message lost its end");
}

void promise_queue_access(const struct trial *t)
{
    char bytes[SIZE];
    mqd_t reader, writer;

    create(t, 2, 0);
    reader = CALL(t, mq_open(t->name, O_RDONLY | O_NONBLOCK));
    writer = CALL(t, mq_open(t->name, O_WRONLY | O_NONBLOCK));
    FAILS(t, EBADF, mq_send(reader, "a", 1, 0));
    FAILS(t, EBADF, mq_receive(writer, bytes, SIZE, NULL));
    put(t, writer, "a", 0);
    get(t, reader, "a", 0);
}

static void leave_queue(const struct trial *t, void *of)
{
    (void)of;
    put(t, create(t, 2, 0), "left", 3);
}

void promise_queue_outlasts(const struct trial *t)
{
    trial_join(t, trial_fork(t, leave_queue, NULL));
    get(t, CALL(t, mq_open(t->name, O_RDONLY | O_NONBLOCK)), "left", 3);
    CALL(t, mq_unlink(t->name));
    FAILS(t, ENOENT, mq_open(t->name, O_RDONLY));
}

void promise_queue_unlink(const struct trial *t)
{
    mqd_t old = create(t, 2, O_NONBLOCK), new;
    char bytes[SIZE];

    put(t, old, "old", 0);
    CALL(t, mq_unlink(t->name));
    FAILS(t, ENOENT, mq_unlink(t->name));
    new = create(t, 2, O_NONBLOCK);
    FAILS(t, EAGAIN, mq_receive(new, bytes, SIZE, NULL));
    put(t, new, "new", 0);
    get(t, old, "old", 0);
    put(t, old, "old 2", 0);
    get(t, old, "old 2", 0);
    get(t, new, "new", 0);
}

/* More queues, one after the other, than the limits let one user have at once. */
void promise_queue_storage(const struct trial *t)
{
    struct rlimit l;
    struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = SIZE};
    long each = 10 * SIZE, rounds = 300; /* queues_max is 256 */

    CALL(t, getrlimit(RLIMIT_MSGQUEUE, &l));
    if (l.rlim_cur == RLIM_INFINITY || l.rlim_cur > 819200)
        l.rlim_cur = 819200;
    CALL(t, setrlimit(RLIMIT_MSGQUEUE, &l));
    rounds += (long)l.rlim_cur / each;
    CALL(t, mq_close(create(t, 10, 0)));
    for (long i = 0; i < rounds; i++) {
        CALL(t, mq_unlink(t->name));
        CALL(t, mq_close(CALL(t, mq_open(t->name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr))));
    }
}

struct sender {
    mqd_t queue;
    int number;
};

static void send_each(const struct trial *t, void *of)
{
    const struct sender *s = of;
    char text[SIZE];

    for (int i = 0; i < EACH; i++) {
        snprintf(text, sizeof text, "%d %d", s->number, i);
        put(t, s->queue, text, 0);
    }
}

static void start_senders(const struct trial *t, mqd_t queue, pid_t *pids)
{
    for (int i = 0; i < SENDERS; i++) {
        struct sender s = {queue, i};
        pids[i] = trial_fork(t, send_each, &s);
    }
}

/* Takes a message apart; the number of its sender, and what that sent. */
static int take_apart(const struct trial *t, mqd_t queue, int *message)
{
    char text[SIZE + 1] = {0}, rest;
    int len = CALL(t, mq_receive(queue, text, SIZE, NULL)), sender = -1;

    text[len] = '\0';
    KEEP(t,
         sscanf(text, "%d %d%c", &sender, message, &rest) == 2 && sender >= 0 && sender < SENDERS &&
             *message >= 0 && *message < EACH,
         "\"%s\" is no message that was sent", text);
    return sender;
}

void promise_queue_senders(const struct trial *t)
{
    mqd_t queue = create(t, 4, 0);
    pid_t pids[SENDERS];
    int next[SENDERS] = {0}, message;

    start_senders(t, queue, pids);
    for (int i = 0; i < SENDERS * EACH; i++) {
        int sender = take_apart(t, queue, &message);
        KEEP(t, message == next[sender], "message %d of a sender came where %d was next", message,
             next[sender]);
        next[sender]++;
    }
    for (int i = 0; i < SENDERS; i++)
        trial_join(t, pids[i]);
}

static void receive_half(const struct trial *t, void *of)
{
    unsigned char *seen = of;
    mqd_t queue = CALL(t, mq_open(t->name, O_RDONLY));
    int message;

    for (int i = 0; i < SENDERS * EACH / 2; i++) {
        int sender = take_apart(t, queue, &message);
        __atomic_add_fetch(&seen[sender * EACH + message], 1, __ATOMIC_SEQ_CST);
    }
}

void promise_queue_receivers(const struct trial *t)
{
    unsigned char *seen =
        mmap(NULL, SENDERS * EACH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mqd_t queue = create(t, 4, 0);
    pid_t pids[SENDERS], receivers[2];

    KEEP(t, seen != MAP_FAILED, "mmap() failed: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        receivers[i] = trial_fork(t, receive_half, seen);
    start_senders(t, queue, pids);
    for (int i = 0; i < 2; i++)
        trial_join(t, receivers[i]);
    for (int i = 0; i < SENDERS; i++)
        trial_join(t, pids[i]);
    for (int i = 0; i < SENDERS * EACH; i++)
        KEEP(t, seen[i] == 1, "a message was received %d times", seen[i]);
}

static long limit(const struct trial *t, const char *name)
{
    char *path = x_printf("/proc/sys/fs/mqueue/%s", name);
    struct buf text = {0};
    long value = 0;

    if (file_read(path, &text) < 0)
        trial_note(t, "%s: %s", path, strerror(errno));
    else
        trial_note(t, "%s %ld", name, value = strtol(text.data, NULL, 10));
    buf_finish(&text);
    free(path);
    return value;
}

void promise_queue_attributes(const struct trial *t)
{
    long most = limit(t, "msg_max"), size = limit(t, "msgsize_max");
    mqd_t queue = create(t, 3, 0);
    struct mq_attr attr;

    limit(t, "queues_max");
    put(t, queue, "a", 0);
    CALL(t, mq_getattr(queue, &attr));
    KEEP(t, attr.mq_maxmsg == 3 && attr.mq_msgsize == SIZE && attr.mq_curmsgs == 1,
         "a queue of 3 messages of %d bytes that holds 1 says %ld of %ld, and %ld", SIZE,
         attr.mq_maxmsg, attr.mq_msgsize, attr.mq_curmsgs);
    CALL(t, mq_unlink(t->name));
    /* 65536 and 16777216 bind those whom the limits do not */
    attr = (struct mq_attr){.mq_maxmsg = (most > 65536 ? most : 65536) + 1, .mq_msgsize = 1};
    FAILS(t, EINVAL, mq_open(t->name, O_RDWR | O_CREAT, 0600, &attr));
    attr = (struct mq_attr){.mq_maxmsg = 1, .mq_msgsize = (size > 16777216 ? size : 16777216) + 1};
    FAILS(t, EINVAL, mq_open(t->name, O_RDWR | O_CREAT, 0600, &attr));
}

void promise_queue_limit(const struct trial *t)
{
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = SIZE};
    struct rlimit l;

    CALL(t, getrlimit(RLIMIT_MSGQUEUE, &l));
    if (l.rlim_cur == RLIM_INFINITY)
        trial_note(t, "RLIMIT_MSGQUEUE unlimited");
    else
        trial_note(t, "RLIMIT_MSGQUEUE %llu bytes", (unsigned long long)l.rlim_cur);
    if (l.rlim_cur > 2 * SIZE - 1)
        l.rlim_cur = 2 * SIZE - 1;
    CALL(t, setrlimit(RLIMIT_MSGQUEUE, &l));
    FAILS(t, EMFILE, mq_open(t->name, O_RDWR | O_CREAT, 0600, &attr));
}

void promise_mode_umask(const struct trial *t)
{
    struct stat queue, object;

    umask(022);
    CALL(t, fstat(trial_queue(t, 1, SIZE, 0, 0660), &queue));
    CALL(t, fstat(CALL(t, shm_open(t->name, O_RDWR | O_CREAT, 0660)), &object));
    KEEP(t, (queue.st_mode & 07777) == 0640, "a queue made with 0660 under umask 022 has %04o",
         queue.st_mode & 07777);
    KEEP(t, (object.st_mode & 07777) == 0640, "an object made with 0660 under umask 022 has %04o",
         object.st_mode & 07777);
}
