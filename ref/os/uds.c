/* SPDX-License-Identifier: MIT */
#include "os/uds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int uds_check_path(const char *path, char *reason, size_t size)
{
    struct sockaddr_un address;

    if (*path && strlen(path) < sizeof(address.sun_path))
        return 0;
    snprintf(
        reason, size,
        "%.200s: the path has %zu bytes, a socket address holds 1 to %zu; choose a shorter one",
        path, strlen(path), sizeof(address.sun_path) - 1);
    errno = ENAMETOOLONG;
    return -1;
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    return address;
}

/* Whether the path still names the file that is locked: its last owner may have removed it between
 * our open and our lock. */
static int still_named(int fd, const char *path)
{
    struct stat locked, named;

    return fstat(fd, &locked) == 0 && stat(path, &named) == 0 && locked.st_dev == named.st_dev &&
           locked.st_ino == named.st_ino;
}

static int say(char *reason, size_t size, const char *path, const char *advice)
{
    snprintf(reason, size, "%s: %s; %s", path, strerror(errno), advice);
    return -1;
}

/* TRN-3 to TRN-5: a lock goes when its holder dies, so what can be locked has no owner. */
static int take_lock(struct uds_listener *listener, char *reason, size_t size)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    for (;;) {
        listener->lock = open(listener->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (listener->lock < 0)
            return say(reason, size, listener->lock_path, "choose another --socket");
        if (fcntl(listener->lock, F_OFD_SETLK, &lock)) {
            if (errno == EAGAIN || errno == EACCES)
                snprintf(reason, size,
                         "%s: a server that lives has it; stop that one or choose "
                         "another --socket",
                         listener->path);
            else
                say(reason, size, listener->lock_path, "choose another --socket");
            close(listener->lock);
            return -1;
        }
        if (still_named(listener->lock, listener->lock_path))
            return 0;
        close(listener->lock);
    }
}

/* Random, and not the one that a dead owner has left in its lock file. */
static void choose_instance(struct uds_listener *listener)
{
    char text[16] = "";
    uint32_t last = 0;
    int length;

    if (pread(listener->lock, text, sizeof(text) - 1, 0) > 0)
        last = (uint32_t)strtoul(text, NULL, 10);
    do {
        if (getrandom(&listener->instance, sizeof(listener->instance), GRND_NONBLOCK) !=
            sizeof(listener->instance))
            listener->instance = last + 1;
    } while (listener->instance == 0 || listener->instance == last);
    length = snprintf(text, sizeof(text), "%-10u\n", listener->instance);
    if (pwrite(listener->lock, text, (size_t)length, 0) != length)
        return; /* a full disk: random is enough */
}

static int bind_path(struct uds_listener *listener, char *reason, size_t size)
{
    struct sockaddr_un address = address_of(listener->path);
    struct stat old;

    if (lstat(listener->path, &old) == 0) {
        if (!S_ISSOCK(old.st_mode)) {
            snprintf(reason, size, "%s: it exists and is not a socket; choose another --socket",
                     listener->path);
            return -1;
        }
        unlink(listener->path); /* TRN-3: its owner is dead, we hold the lock */
    }
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return say(reason, size, listener->path, "raise the limit of descriptors");
    if (bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) ||
        listen(listener->fd, SOMAXCONN)) {
        say(reason, size, listener->path, "choose another --socket");
        close(listener->fd);
        return -1;
    }
    return 0;
}

int uds_listen(struct uds_listener *listener, const char *path, char *reason, size_t size)
{
    if (uds_check_path(path, reason, size))
        return -1;
    listener->path = path;
    snprintf(listener->lock_path, sizeof(listener->lock_path), "%s.lock", path);
    if (take_lock(listener, reason, size))
        return -1;
    choose_instance(listener);
    if (bind_path(listener, reason, size)) {
        unlink(listener->lock_path);
        close(listener->lock);
        return -1;
    }
    return 0;
}

void uds_close(struct uds_listener *listener)
{
    unlink(listener->path);
    unlink(listener->lock_path); /* while locked, or it might be the next owner's */
    close(listener->fd);
    close(listener->lock);
}

int uds_connect(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}
