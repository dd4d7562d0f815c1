/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CARRIED 300000 /* bytes: more than the buffers of a socket or a pipe hold at once */

/* One line: what it is, and the text. */
static void tell(const struct trial *t, char kind, const char *format, va_list args)
{
    struct buf text = {0};

    buf_add(&text, &kind, 1);
    buf_vprintf(&text, format, args);
    for (char *c = text.data; *c != '\0'; c++)
        if (*c == '\n')
            *c = ' ';
    buf_adds(&text, "\n");
    if (write(t->out, text.data, text.len) != (ssize_t)text.len)
        _exit(70);
    buf_finish(&text);
}

void trial_broken(const struct trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(t, 'F', format, args);
    va_end(args);
    _exit(1);
}

void trial_skip(const struct trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(t, 'S', format, args);
    va_end(args);
    _exit(1);
}

void trial_note(const struct trial *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(t, 'N', format, args);
    va_end(args);
}

/* The name of the function in the text of a call. */
static int name_length(const char *text)
{
    return (int)strcspn(text, "(");
}

/* What a call needs that a container or a chroot may lack, and how it is had. */
static const struct {
    const char *call, *place, *advice;
} places[] = {
    {"shm_open", "/dev/shm",
     "; there is no /dev/shm: mount -t tmpfs -o mode=1777,nosuid,nodev shm /dev/shm"},
    {"posix_openpt", "/dev/ptmx",
     "; there is no /dev/ptmx: mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts, and "
     "ln -s pts/ptmx /dev/ptmx"},
    {"mq_open", "/proc/sys/fs/mqueue",
     "; the kernel has no message queues (CONFIG_POSIX_MQUEUE), or /proc is not mounted"},
};

static const char *advise(const char *text)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strncmp(text, places[i].call, (size_t)name_length(text)) == 0 &&
            access(places[i].place, F_OK) < 0)
            return places[i].advice;
    return "";
}

int trial_call(const struct trial *t, const char *text, long result)
{
    if (result == -1) {
        const char *why = strerror(errno);
        trial_broken(t, "%.*s() failed: %s%s", name_length(text), text, why, advise(text));
    }
    return (int)result;
}

void trial_fails(const struct trial *t, const char *text, int error, long result)
{
    int found = errno;

    if (result != -1)
        trial_broken(t, "%.*s() worked, where it has to fail with %s", name_length(text), text,
                     strerrorname_np(error));
    if (found != error)
        trial_broken(t, "%.*s() failed with %s, not %s", name_length(text), text,
                     strerrorname_np(found), strerrorname_np(error));
}

static void do_nothing(int signal)
{
    (void)signal;
}

void trial_interrupt(bool on)
{
    struct sigaction action = {.sa_handler = do_nothing};
    struct timeval every = {.tv_usec = on ? 5000 : 0};
    struct itimerval timer = {.it_interval = every, .it_value = every};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

void trial_blocked(const struct trial *t, const char *text, long result)
{
    int error = errno;

    trial_interrupt(false);
    if (result != -1)
        trial_broken(t, "%.*s() returned %ld, where it has to block", name_length(text), text,
                     result);
    if (error != EINTR)
        trial_broken(t, "%.*s() failed with %s, where it has to block", name_length(text), text,
                     strerrorname_np(error));
}

pid_t trial_fork(const struct trial *t, void (*run)(const struct trial *t, void *of), void *of)
{
    pid_t pid = CALL(t, fork());

    if (pid > 0)
        return pid;
    run(t, of);
    _exit(0);
}

int trial_wait(const struct trial *t, pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        KEEP(t, errno == EINTR, "waitpid() failed: %s", strerror(errno));
    return status;
}

void trial_join(const struct trial *t, pid_t pid)
{
    int status = trial_wait(t, pid);

    if (WIFSIGNALED(status))
        trial_broken(t, "a child was ended by %s", strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        _exit(1); /* the child has told why */
}

void trial_ended_by(const struct trial *t, pid_t pid, int signal)
{
    int status = trial_wait(t, pid);

    if (WIFEXITED(status))
        trial_broken(t, "the process ended with status %d, not by SIG%s", WEXITSTATUS(status),
                     sigabbrev_np(signal));
    KEEP(t, WTERMSIG(status) == signal, "the process was ended by SIG%s, not SIG%s",
         sigabbrev_np(WTERMSIG(status)), sigabbrev_np(signal));
}

void trial_tell(const struct trial *t, const int pipes[2])
{
    KEEP(t, write(pipes[1], "", 1) == 1, "write() to a pipe failed: %s", strerror(errno));
}

void trial_told(const struct trial *t, const int pipes[2])
{
    ssize_t got;
    char byte;

    while ((got = read(pipes[0], &byte, 1)) < 0 && errno == EINTR)
        continue;
    KEEP(t, got == 1, "the other process never came so far");
}

static void fill(unsigned char *bytes, size_t len, size_t at, unsigned seed)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(((at + i) * 2654435761U + seed) >> 16);
}

void trial_write(const struct trial *t, int fd, size_t len, unsigned seed)
{
    static const size_t pieces[] = {1, 4093, 7, 30011, 100, 2};
    unsigned char bytes[30011];

    for (size_t at = 0, i = 0; at < len; i++) {
        size_t n = pieces[i % LENGTH(pieces)];
        if (n > len - at)
            n = len - at;
        fill(bytes, n, at, seed);
        at += (size_t)CALL(t, write(fd, bytes, n));
    }
}

void trial_read(const struct trial *t, int fd, size_t len, unsigned seed)
{
    unsigned char bytes[20000], expected[20000];

    for (size_t at = 0; at < len;) {
        size_t most = len - at < sizeof bytes ? len - at : sizeof bytes;
        size_t got = (size_t)CALL(t, read(fd, bytes, most));
        KEEP(t, got > 0, "the end of file came after %zu of %zu bytes", at, len);
        fill(expected, got, at, seed);
        for (size_t i = 0; i < got; i++)
            KEEP(t, bytes[i] == expected[i], "byte %zu is 0x%02x, not 0x%02x", at + i, bytes[i],
                 expected[i]);
        at += got;
    }
}

static void write_all(const struct trial *t, void *of)
{
    trial_write(t, *(int *)of, CARRIED, 1);
}

void trial_carry(const struct trial *t, int from, int to)
{
    pid_t writer = trial_fork(t, write_all, &from);
    char more;

    close(from);
    trial_read(t, to, CARRIED, 1);
    trial_join(t, writer);
    KEEP(t, CALL(t, read(to, &more, 1)) == 0, "more bytes came than were written");
}

void trial_catch(const struct trial *t, int signal, void (*handler)(int signal), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    CALL(t, sigaction(signal, &action, NULL));
}

void trial_block(const struct trial *t, int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    CALL(t, sigprocmask(SIG_BLOCK, &set, NULL));
}

int trial_queue(const struct trial *t, long most, long bytes, int flags, mode_t mode)
{
    struct mq_attr attr = {.mq_maxmsg = most, .mq_msgsize = bytes};
    int queue = mq_open(t->name, O_RDWR | O_CREAT | O_EXCL | flags, mode, &attr);

    if (queue < 0 && (errno == EMFILE || errno == ENOSPC))
        trial_skip(t, "queues that are there use up RLIMIT_MSGQUEUE or queues_max: %s",
                   strerror(errno));
    KEEP(t, queue >= 0, "mq_open() failed: %s", strerror(errno));
    return queue;
}

struct sockaddr_un trial_address(const struct trial *t)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    if (strlen(t->dir) + 3 > sizeof a.sun_path)
        trial_skip(t, "%s is too long for a socket in it; name a shorter directory in TMPDIR",
                   t->dir);
    snprintf(a.sun_path, sizeof a.sun_path, "%.105s/s", t->dir);
    return a;
}

int trial_listen(const struct trial *t, int backlog)
{
    struct sockaddr_un a = trial_address(t);
    int fd = CALL(t, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

    CALL(t, bind(fd, (struct sockaddr *)&a, sizeof a));
    CALL(t, listen(fd, backlog));
    return fd;
}

int trial_connect(const struct trial *t)
{
    struct sockaddr_un a = trial_address(t);
    int fd = CALL(t, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

    CALL(t, connect(fd, (struct sockaddr *)&a, sizeof a));
    return fd;
}

void trial_pause(const struct trial *t, void *of)
{
    (void)t;
    (void)of;
    for (;;)
        pause();
}

void trial_poke(const struct trial *t, void *of)
{
    (void)t;
    if (write(*(int *)of, "x", 1) < 0)
        _exit(3);
}

void trial_terminal(const struct trial *t, int *outer, int *inner)
{
    const char *name;

    *outer = CALL(t, posix_openpt(O_RDWR | O_NOCTTY));
    CALL(t, grantpt(*outer));
    CALL(t, unlockpt(*outer));
    name = ptsname(*outer);
    KEEP(t, name != NULL, "ptsname() failed: %s", strerror(errno));
    *inner = CALL(t, open(name, O_RDWR | O_NOCTTY));
}
