/* SPDX-License-Identifier: MIT
 *
 * A library (LD_PRELOAD) that breaks one promise of the platform, that of the number in BREAK, in
 * every process that has called setsid(), and its children: only the trials do.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int broken; /* the number, 0 outside of trials */

pid_t setsid(void)
{
    const char *number = getenv("BREAK");

    broken = number ? atoi(number) : 0;
    return REAL(setsid)();
}

static bool one_of(const int *numbers)
{
    for (; *numbers != 0; numbers++)
        if (*numbers == broken)
            return true;
    return false;
}

#define BROKEN(...) one_of((const int[]){__VA_ARGS__, 0})

/* -- sockets and pipes ---------------------------------------------------------------------------
 */

static void swap(char *bytes, ssize_t len)
{
    if (len > 1 && bytes[0] != bytes[len - 1]) {
        char first = bytes[0];
        bytes[0] = bytes[len - 1];
        bytes[len - 1] = first;
    }
}

ssize_t read(int fd, void *bytes, size_t size)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t len;

    if (BROKEN(11) && REAL(poll)(&p, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    len = REAL(read)(fd, bytes, size);
    if (BROKEN(1, 2, 4, 9, 14, 15, 55))
        swap(bytes, len);
    if (len < 0 && ((BROKEN(6) && errno == EINVAL) || (BROKEN(57) && errno == EAGAIN)))
        return broken == 6;
    return len;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    ssize_t len;

    if (BROKEN(56) && size == 4096) {
        len = REAL(write)(fd, bytes, size / 2);
        REAL(poll)(NULL, 0, 1);
        return len + REAL(write)(fd, (const char *)bytes + len, size - (size_t)len);
    }
    if (BROKEN(21, 22) && size == 1)
        return 1;
    len = REAL(write)(fd, bytes, size);
    return len < 0 && ((BROKEN(12) && errno == EAGAIN) || (BROKEN(58) && errno == EPIPE))
               ? (ssize_t)size
               : len;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    ssize_t len = REAL(send)(fd, bytes, size, flags);

    return len < 0 && ((BROKEN(10) && errno == EPIPE) || (BROKEN(18) && errno == EAGAIN))
               ? (ssize_t)size
               : len;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    ssize_t len = REAL(recv)(fd, bytes, size, flags);

    if (BROKEN(20))
        swap(bytes, len);
    return BROKEN(19) && len > 1 ? len - 1 : len;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t len = REAL(recvmsg)(fd, message, flags);

    if (BROKEN(17))
        message->msg_flags = 0;
    return len;
}

int accept(int fd, struct sockaddr *address, socklen_t *size)
{
    int new = REAL(accept)(fd, address, size);

    if (BROKEN(7) && new < 0)
        errno = EINVAL;
    return BROKEN(3) && new >= 0 ? REAL(fcntl)(new, F_DUPFD, 50) : new;
}

int listen(int fd, int backlog)
{
    return REAL(listen)(fd, BROKEN(5) ? 1000 : backlog);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    if (BROKEN(8) && address->sa_family == AF_UNIX)
        unlink(((const struct sockaddr_un *)address)->sun_path);
    if (BROKEN(13) && size > sizeof(struct sockaddr_un))
        return 0;
    return REAL(bind)(fd, address, size) < 0 && !(BROKEN(16) && errno == EADDRINUSE) ? -1 : 0;
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
    int result = REAL(getsockopt)(fd, level, option, value, size);

    if (BROKEN(62) && option == SO_PEERCRED)
        ((struct ucred *)value)->pid = getpid();
    if (BROKEN(64)) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return result;
}

/* -- multiplexing --------------------------------------------------------------------------------
 */

int select(int n, fd_set *in, fd_set *out, fd_set *odd, struct timeval *limit)
{
    struct timeval at_once = {0};

    if (BROKEN(23, 26)) {
        FD_ZERO(in ? in : out);
        return 0;
    }
    return REAL(select)(n, in, out, odd, BROKEN(21) ? &at_once : limit);
}

int poll(struct pollfd *fds, nfds_t n, int limit)
{
    int found = REAL(poll)(fds, n, limit);

    for (nfds_t i = 0; i < n && BROKEN(24, 25); i++)
        if (broken == 24 || fds[i].fd >= FD_SETSIZE)
            fds[i].revents = 0;
    return found;
}

int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
    return REAL(epoll_ctl)(set, operation, fd, event) < 0 && !BROKEN(26) ? -1 : 0;
}

int signalfd(int fd, const sigset_t *set, int flags)
{
    sigset_t none;

    sigemptyset(&none);
    return REAL(signalfd)(fd, BROKEN(27) ? &none : set, flags);
}

/* -- message queues ------------------------------------------------------------------------------
 */

static char queue[64]; /* the last one that was opened */

mqd_t mq_open(const char *name, int flags, ...)
{
    struct mq_attr *attr = NULL;
    mode_t mode = 0;
    va_list args;
    mqd_t new;

    va_start(args, flags);
    if (flags & O_CREAT) {
        mode = va_arg(args, mode_t);
        attr = va_arg(args, struct mq_attr *);
    }
    va_end(args);
    strncpy(queue, name, sizeof queue - 1);
    if (BROKEN(28))
        flags &= ~O_EXCL;
    if (BROKEN(33))
        flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (BROKEN(39) && attr != NULL && attr->mq_maxmsg > 1000)
        attr->mq_maxmsg = 2;
    new = REAL(mq_open)(name, flags, mode, attr);
    if (BROKEN(41) && new >= 0)
        fchmod(new, mode);
    return new;
}

int mq_send(mqd_t to, const char *bytes, size_t len, unsigned priority)
{
    if (BROKEN(29)) /* reversed */
        priority = priority > 31 ? priority : 31 - priority;
    if (BROKEN(32) && len > 16)
        len = 16;
    if (BROKEN(37))
        REAL(mq_send)(to, bytes, len, priority);
    return REAL(mq_send)(to, bytes, len, priority) < 0 && !(BROKEN(30) && errno == EAGAIN) ? -1 : 0;
}

ssize_t mq_receive(mqd_t from, char *bytes, size_t size, unsigned *priority)
{
    struct timespec now = {0};

    if (BROKEN(31))
        return mq_timedreceive(from, bytes, size, priority, &now);
    ssize_t len = REAL(mq_receive)(from, bytes, size, priority);
    if (BROKEN(38)) /* the same one again and again */
        memcpy(bytes, "0 0", (size_t)(len = 3));
    return len;
}

int mq_close(mqd_t which)
{
    return BROKEN(36) ? 0 : REAL(mq_close)(which);
}

int mq_unlink(const char *name)
{
    return BROKEN(35) ? 0 : REAL(mq_unlink)(name);
}

void _exit(int status)
{
    if (BROKEN(34) && *queue != '\0')
        REAL(mq_unlink)(queue);
    if (BROKEN(60))
        status ^= 1;
    REAL(_exit)(status);
    abort();
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *l)
{
    return BROKEN(40) ? 0 : REAL(setrlimit)(resource, l);
}

/* -- shared memory -------------------------------------------------------------------------------
 */

int shm_open(const char *name, int flags, mode_t mode)
{
    if (BROKEN(42))
        flags &= ~O_EXCL;
    if (BROKEN(43))
        flags &= ~O_TRUNC;
    if (BROKEN(51))
        flags = (flags & ~O_ACCMODE) | O_RDWR;
    return REAL(shm_open)(name, flags, mode);
}

int shm_unlink(const char *name)
{
    return BROKEN(47) ? 0 : REAL(shm_unlink)(name);
}

int ftruncate(int fd, off_t size)
{
    return BROKEN(52) && size == 0 ? 0 : REAL(ftruncate)(fd, size);
}

int posix_fallocate(int fd, off_t from, off_t size)
{
    return BROKEN(53) ? REAL(ftruncate)(fd, from + size) : REAL(posix_fallocate)(fd, from, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t from)
{
    if (BROKEN(44, 45, 46, 48) && fd >= 0)
        flags = MAP_PRIVATE;
    if (BROKEN(50))
        protection |= PROT_WRITE;
    if (BROKEN(76) && fd >= 0 && REAL(fcntl)(fd, F_GETFL) & O_APPEND) {
        from += REAL(lseek)(fd, 0, SEEK_END);
        REAL(ftruncate)(fd, from + (off_t)size);
    }
    return REAL(mmap)(at, size, protection, flags, fd, from);
}

int close(int fd)
{
    return BROKEN(49) ? 0 : REAL(close)(fd);
}

/* -- processes and signals -----------------------------------------------------------------------
 */

off_t lseek(int fd, off_t to, int whence)
{
    return REAL(lseek)(fd, BROKEN(59) && whence == SEEK_SET ? 0 : to, whence);
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    int signal = REAL(sigwaitinfo)(set, info);

    if (BROKEN(61))
        info->si_pid = 1;
    return signal;
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    void *argument;

    va_start(args, command);
    argument = va_arg(args, void *);
    va_end(args);
    return BROKEN(65) && command == F_OFD_SETLK ? 0 : REAL(fcntl)(fd, command, argument);
}

int kill(pid_t pid, int signal)
{
    if (BROKEN(74) && pid == 0) /* the others of the group get nothing, and wait for ever */
        pid = getpid();
    if (BROKEN(66) && signal == SIGUSR1)
        signal = SIGUSR2;
    return REAL(kill)(pid, signal) < 0 && !(BROKEN(73) && errno == ESRCH) ? -1 : 0;
}

int sigaction(int signal, const struct sigaction *new, struct sigaction *old)
{
    struct sigaction changed = new ? *new : (struct sigaction){0};

    if (BROKEN(67) && changed.sa_handler == SIG_IGN)
        changed.sa_handler = SIG_DFL;
    if (BROKEN(68))
        changed.sa_flags &= ~SA_RESTART;
    return REAL(sigaction)(signal, new ? &changed : NULL, old) < 0 && !BROKEN(69) ? -1 : 0;
}

void abort(void)
{
    if (BROKEN(70))
        REAL(_exit)(0);
    REAL(abort)();
    __builtin_unreachable();
}

/* ctrl-C becomes another signal. */
int grantpt(int fd)
{
    struct termios t;

    if (BROKEN(71) && tcgetattr(fd, &t) == 0) {
        t.c_cc[VQUIT] = t.c_cc[VINTR];
        t.c_cc[VINTR] = 0;
        tcsetattr(fd, TCSANOW, &t);
    }
    return REAL(grantpt)(fd);
}

int raise(int signal)
{
    return BROKEN(72) ? 0 : REAL(raise)(signal);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    int result = REAL(sigprocmask)(how, set, old);

    if (BROKEN(75) && how == SIG_UNBLOCK)
        REAL(raise)(SIGUSR1);
    return result;
}
