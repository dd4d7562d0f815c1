/* SPDX-License-Identifier: MIT */
/*
 * Message queues: who makes, locks, takes over and removes them, and what a sender is told.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/mq.h"

/* A name of its own. */
static const char *queue_name(void)
{
    static char name[64];

    snprintf(name, sizeof(name), "/unit-test-%d", (int)getpid());
    return name;
}

static bool exists(void)
{
    int fd = mq_open(queue_name(), O_RDONLY);

    if (fd >= 0)
        mq_close(fd);
    return fd >= 0;
}

static void put(const char *text, unsigned priority)
{
    char reason[REASON_SIZE];
    size_t longest;
    int fd = mq_reach(queue_name(), &longest, reason);

    CHECK(fd >= 0);
    CHECK_EQ_INT(mq_put(fd, text, strlen(text), priority), 0);
    close(fd);
}

static void check_take(struct mq_owned *owned, const char *text)
{
    ptrdiff_t size = mq_take(owned);

    CHECK_EQ_INT(size, (long)strlen(text));
    CHECK(size < 0 || memcmp(owned->bytes, text, (size_t)size) == 0);
}

TEST(names_get_their_slash)
{
    static const char *const wrong[] = {"", "/", "a/b", "/a/b", "//a", ".", "..", "/..", "a/"};
    char name[MQ_NAME], longest[300];

    CHECK_EQ_INT(mq_name_read("a", name), 0);
    CHECK_EQ_STR(name, "/a");
    CHECK_EQ_INT(mq_name_read("/a.b", name), 0);
    CHECK_EQ_STR(name, "/a.b");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK_EQ_INT(mq_name_read(wrong[i], name), -1);
    memset(longest, 'x', sizeof(longest));
    longest[256] = 0;
    CHECK_EQ_INT(mq_name_read(longest, name), -1);
    longest[255] = 0;
    CHECK_EQ_INT(mq_name_read(longest, name), 0);
    CHECK_EQ_INT(strlen(name), 256);
}

TEST(a_queue_is_made_and_removed)
{
    struct mq_owned owned;
    struct stat stat;
    char reason[REASON_SIZE];
    mode_t mask = umask(0777);

    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    umask(mask);
    CHECK_EQ_INT(fstat(owned.fd, &stat), 0);
    CHECK_EQ_INT(stat.st_mode & 07777, 0600); /* MQ-10 */
    CHECK_EQ_INT(mq_take(&owned), -1);
    CHECK_EQ_INT(errno, EAGAIN);
    put("one", 0);
    put("two", 9);
    check_take(&owned, "two"); /* MQ-4 */
    check_take(&owned, "one");
    mq_drop(&owned);
    CHECK(!exists()); /* MQ-11 */
}

TEST(a_live_one_is_not_taken)
{
    struct mq_owned owned, second;
    char reason[REASON_SIZE];

    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    CHECK_EQ_INT(mq_make(&second, queue_name(), reason), -1); /* MQ-12 */
    CHECK(strstr(reason, queue_name()) != NULL);
    CHECK(strstr(reason, "lives") != NULL);
    put("one", 0);
    check_take(&owned, "one");
    mq_drop(&owned);
}

/* A server with the message in its queue that is killed. */
static void die_with(const char *message)
{
    struct mq_owned owned;
    char reason[REASON_SIZE];

    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    put(message, 0);
    mq_close(owned.fd);
    free(owned.bytes);
}

TEST(a_dead_one_is_taken_over)
{
    struct mq_owned owned;
    char reason[REASON_SIZE];

    die_with("one");
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    check_take(&owned, "one"); /* MQ-13 */
    mq_drop(&owned);
}

TEST(a_start_that_fails_leaves_what_it_found)
{
    struct mq_owned owned;
    char reason[REASON_SIZE];

    die_with("one");
    for (int i = 0; i < 2; i++) {
        CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
        mq_leave(&owned); /* MQ-18 */
    }
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    check_take(&owned, "one");
    mq_drop(&owned);
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    mq_leave(&owned);
    CHECK(!exists()); /* its own */
}

/* As another server may have left it. */
static void leave_queue(long bytes)
{
    struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = bytes};
    int fd = mq_open(queue_name(), O_RDWR | O_CREAT | O_EXCL, 0600, &attr);

    CHECK(fd >= 0);
    mq_close(fd);
}

TEST(one_with_long_messages_is_taken_over)
{
    struct mq_owned owned;
    char reason[REASON_SIZE], text[MQ_BYTES + 2];

    leave_queue(MQ_BYTES + 1);
    memset(text, 'x', sizeof(text));
    text[MQ_BYTES + 1] = 0;
    put(text, 0);
    put("one", 0);
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    check_take(&owned, text); /* MQ-13 */
    check_take(&owned, "one");
    mq_drop(&owned);
}

TEST(one_with_short_messages_is_replaced)
{
    struct mq_owned owned;
    char reason[REASON_SIZE];
    size_t longest = 0;
    int fd;

    leave_queue(128);
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    fd = mq_reach(queue_name(), &longest, reason);
    CHECK_EQ_INT(longest, MQ_BYTES); /* MQ-14, MQ-15 */
    close(fd);
    mq_drop(&owned);
}

TEST(a_sender_learns_that_a_queue_is_full_or_gone)
{
    struct mq_owned owned;
    char reason[REASON_SIZE];
    size_t longest;
    int fd;

    CHECK_EQ_INT(mq_reach(queue_name(), &longest, reason), -1);
    CHECK(strstr(reason, "--mq") != NULL);
    CHECK_EQ_INT(mq_make(&owned, queue_name(), reason), 0);
    fd = mq_reach(queue_name(), &longest, reason);
    while (mq_put(fd, "x", 1, 0) == 0)
        continue;
    CHECK_EQ_INT(errno, EAGAIN);
    mq_drop(&owned);
    CHECK_EQ_INT(mq_put_soon(fd, "x", 1, 0), -1);
    CHECK_EQ_INT(errno, EPIPE);
    close(fd);
}

static int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    ssize_t put = fd < 0 ? -1 : write(fd, text, strlen(text));

    if (fd >= 0)
        close(fd);
    return put < 0 ? -1 : 0;
}

/* In a user namespace of its own a user is charged for no other queues. */
static int enter_namespaces(void)
{
    char uid[40], gid[40];

    snprintf(uid, sizeof(uid), "%u %u 1", geteuid(), geteuid());
    snprintf(gid, sizeof(gid), "%u %u 1", getegid(), getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWIPC) || write_text("/proc/self/setgroups", "deny") ||
           write_text("/proc/self/uid_map", uid) || write_text("/proc/self/gid_map", gid);
}

/* Its exit status: 77 where there can be no namespaces. */
static int make_within(rlim_t bytes, const char *wanted)
{
    struct rlimit limit = {bytes, bytes};
    struct mq_owned owned;
    struct mq_attr attr;
    char reason[REASON_SIZE] = "";

    if (enter_namespaces() || setrlimit(RLIMIT_MSGQUEUE, &limit))
        return 77;
    if (mq_make(&owned, queue_name(), reason))
        return strstr(reason, wanted) && wanted[0] ? 0 : 1;
    mq_getattr(owned.fd, &attr);
    mq_drop(&owned);
    return !wanted[0] && attr.mq_maxmsg >= 1 && attr.mq_maxmsg < 10 ? 0 : 1;
}

static int in_child(rlim_t bytes, const char *wanted)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0)
        _exit(make_within(bytes, wanted));
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 77 ? 0 : status;
}

TEST(fewer_messages_where_there_is_less_room)
{
    CHECK_EQ_INT(in_child(20000, ""), 0);
    CHECK_EQ_INT(in_child(1000, "RLIMIT_MSGQUEUE"), 0); /* MQ-16 */
}
