/* SPDX-License-Identifier: MIT */
#include "os/mq.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    MESSAGES = 10,    /* that wait in a queue: what Linux lets everybody have */
    MODE = 0600,      /* MQ-10 */
    RACES = 16,       /* lost to others who make and remove the same queue */
    LOOK_SECONDS = 1, /* that a full queue is waited for, until it is looked at again */
    SENDERS = 1000,   /* that are let go at the end */
};

int mq_name_read(const char *given, char name[MQ_NAME])
{
    const char *bare = given + (given[0] == '/');
    size_t size = strlen(bare);

    if (size == 0 || size > MQ_NAME - 2 || strchr(bare, '/') || strcmp(bare, ".") == 0 ||
        strcmp(bare, "..") == 0)
        return -1;
    name[0] = '/';
    memcpy(name + 1, bare, size + 1);
    return 0;
}

static int say(const char *name, const char *why, const char *advice, char reason[REASON_SIZE])
{
    snprintf(reason, REASON_SIZE, "message queue %.60s: %.70s; %.80s", name, why, advice);
    return -1;
}

/* A limit of /proc/sys/fs/mqueue, or what is wanted where that is less or there is no such file. */
static long within(const char *limit, long wanted)
{
    char path[64];
    long most = wanted;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", limit);
    file = fopen(path, "re");
    if (file && fscanf(file, "%ld", &most) != 1)
        most = wanted;
    if (file)
        fclose(file);
    return most < wanted ? most : wanted;
}

/* MQ-16: what stands in the way, and how it is moved. */
static int say_limit(const char *name, char reason[REASON_SIZE])
{
    struct rlimit limit = {0};
    char why[100];

    getrlimit(RLIMIT_MSGQUEUE, &limit);
    switch (errno) {
    case EMFILE:
        snprintf(why, sizeof(why), "no room in the %llu bytes of RLIMIT_MSGQUEUE",
                 (unsigned long long)limit.rlim_cur);
        return say(name, why, "raise them (ulimit -q) or remove queues of yours from /dev/mqueue",
                   reason);
    case ENOSPC:
        return say(name, "there are as many queues as may be",
                   "raise /proc/sys/fs/mqueue/queues_max or remove some from /dev/mqueue", reason);
    case EINVAL:
        return say(name, "the kernel allows no such queue",
                   "raise msg_max and msgsize_max in /proc/sys/fs/mqueue", reason);
    case ENOSYS:
        return say(name, strerror(errno), "the kernel has no message queues: leave out --mq",
                   reason);
    default:
        return say(name, strerror(errno), "choose another --mq", reason);
    }
}

/* MQ-15: fewer messages where the user's other queues leave no room for all. */
static int create(const char *name)
{
    struct mq_attr attr = {.mq_maxmsg = within("msg_max", MESSAGES),
                           .mq_msgsize = within("msgsize_max", MQ_BYTES)};
    int fd;

    do
        fd = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, MODE, &attr);
    while (fd < 0 && errno == EMFILE && (attr.mq_maxmsg /= 2) > 0);
    return fd;
}

enum found { FOUND_OURS, FOUND_GONE, FOUND_REFUSED };

/* A lock goes when its holder dies, so what can be locked has no owner. */
static enum found lock(int fd, const char *name, char reason[REASON_SIZE])
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat stat = {0};

    if (fcntl(fd, F_OFD_SETLK, &whole)) {
        if (errno == EAGAIN || errno == EACCES)
            say(name, "a server that lives has it", "stop that one or choose another --mq", reason);
        else
            say(name, strerror(errno), "it cannot be locked; leave out --mq", reason);
        return FOUND_REFUSED;
    }
    if (fstat(fd, &stat) || stat.st_nlink == 0)
        return FOUND_GONE;
    if (stat.st_uid != geteuid()) { /* MQ-17 */
        say(name, "it belongs to another user", "have it removed or choose another --mq", reason);
        return FOUND_REFUSED;
    }
    return FOUND_OURS;
}

/* Messages that we would have made longer: MQ-14; longer ones have to be taken too: MQ-13. */
static enum found furnish(struct mq_owned *owned, char reason[REASON_SIZE])
{
    struct mq_attr attr = {0};

    mq_getattr(owned->fd, &attr);
    if (attr.mq_msgsize < within("msgsize_max", MQ_BYTES)) {
        mq_unlink(owned->name);
        return FOUND_GONE;
    }
    owned->longest = (size_t)attr.mq_msgsize;
    owned->bytes = malloc(owned->longest);
    if (owned->bytes && fchmod(owned->fd, MODE) == 0) /* MQ-10 */
        return FOUND_OURS;
    say(owned->name, strerror(errno), "choose another --mq", reason);
    free(owned->bytes);
    return FOUND_REFUSED;
}

/* Opens what is there, or makes it; then it is locked before anything else. */
static enum found take(struct mq_owned *owned, char reason[REASON_SIZE])
{
    enum found found;

    owned->fd = mq_open(owned->name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    owned->inherited = owned->fd >= 0;
    if (owned->fd < 0 && errno == ENOENT)
        owned->fd = create(owned->name);
    if (owned->fd < 0 && errno == EEXIST)
        return FOUND_GONE; /* made by another process just now */
    if (owned->fd < 0) {
        say_limit(owned->name, reason);
        return FOUND_REFUSED;
    }
    found = lock(owned->fd, owned->name, reason);
    if (found == FOUND_OURS)
        found = furnish(owned, reason);
    if (found != FOUND_OURS)
        mq_close(owned->fd);
    return found;
}

int mq_make(struct mq_owned *owned, const char *name, char reason[REASON_SIZE])
{
    enum found found = FOUND_GONE;

    snprintf(owned->name, sizeof(owned->name), "%s", name);
    for (int i = 0; i < RACES && found == FOUND_GONE; i++)
        found = take(owned, reason);
    if (found == FOUND_GONE)
        say(name, "others make and remove it without end", "choose another --mq", reason);
    return found == FOUND_OURS ? 0 : -1;
}

ptrdiff_t mq_take(struct mq_owned *owned)
{
    return mq_receive(owned->fd, owned->bytes, owned->longest, NULL);
}

void mq_drop(struct mq_owned *owned)
{
    mq_unlink(owned->name); /* while locked, or it might be the next owner's: MQ-11 */
    for (int i = 0; i < SENDERS && mq_take(owned) >= 0; i++)
        continue;
    mq_close(owned->fd);
    free(owned->bytes);
}

void mq_leave(struct mq_owned *owned)
{
    if (!owned->inherited) {
        mq_drop(owned);
        return;
    }
    mq_close(owned->fd); /* MQ-18 */
    free(owned->bytes);
}

int mq_reach(const char *name, size_t *longest, char reason[REASON_SIZE])
{
    int fd = mq_open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    struct mq_attr attr = {0};

    if (fd < 0 && errno == ENOENT)
        return say(name, "there is no such queue", "start rtm-server with --mq", reason);
    if (fd < 0 && errno == EACCES)
        return say(name, strerror(errno), "its server's user may send to it", reason);
    if (fd < 0 && errno == ENOSYS)
        return say(name, strerror(errno), "the kernel has no message queues", reason);
    if (fd < 0)
        return say(name, strerror(errno), "mq_open(3) says what it lacks", reason);
    mq_getattr(fd, &attr);
    *longest = (size_t)attr.mq_msgsize;
    return fd;
}

/* Whether nobody reads it: a server holds a lock on its queue as long as it lives. */
static bool is_orphan(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type == F_UNLCK;
}

/* Whether its server has removed it: it takes messages all the same. */
static bool is_removed(int fd)
{
    struct stat stat = {0};

    return fstat(fd, &stat) == 0 && stat.st_nlink == 0;
}

int mq_put_soon(int fd, const char *bytes, size_t size, unsigned priority)
{
    struct mq_attr waiting = {0};
    struct timespec until;
    int result;

    mq_setattr(fd, &waiting, NULL);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    if (is_removed(fd)) {
        errno = EPIPE;
        return -1;
    }
    do
        result = mq_timedsend(fd, bytes, size, priority, &until);
    while (result && errno == EINTR);
    if (result && errno == ETIMEDOUT)
        errno = is_removed(fd) ? EPIPE : is_orphan(fd) ? ESRCH : EAGAIN;
    return result;
}

int mq_put(int fd, const char *bytes, size_t size, unsigned priority)
{
    return mq_send(fd, bytes, size, priority);
}
