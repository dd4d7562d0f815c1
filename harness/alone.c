/* SPDX-License-Identifier: MIT */
#include "alone.h"

#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE "/dev/shm"

/* What stands at the place of the servers; no mode: nothing does. */
static struct stat find_at_place(const struct manifest *m)
{
    const char *place = manifest_place(m);
    struct stat s;

    return place != NULL && lstat(place, &s) == 0 ? s : (struct stat){0};
}

struct before before_look(const struct manifest *m, bool namespaces)
{
    struct before b = {0};

    if (namespaces)
        return b;
    if (m->objects.per_mac)
        b.others = objects_list(&m->objects, OBJECTS_OF_ANYONE);
    b.taken = find_at_place(m).st_mode != 0;
    return b;
}

bool before_has_come(const struct before *b, const struct manifest *m, uid_t owner)
{
    struct stat s = find_at_place(m);

    return !b->taken && S_ISSOCK(s.st_mode) && s.st_uid == owner;
}

void before_restore(const struct before *b, const struct manifest *m, uid_t owner)
{
    if (before_has_come(b, m, owner))
        unlink(manifest_place(m));
    if (b->others != NULL)
        objects_tidy(&m->objects, owner, b->others);
}

void before_finish(struct before *b)
{
    arp_destroy(b->others);
    *b = (struct before){0};
}

bool alone_needed(const struct manifest *m, bool namespaces)
{
    return !namespaces && (m->objects.per_mac || manifest_place(m) != NULL);
}

int alone_begin(void)
{
    int fd = open(PLACE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        fputs("rtmtest: waits for another run of programs that choose their names themselves; "
              "namespaces would keep them apart\n",
              stderr);
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR || interrupted()) {
            close(fd);
            return -1;
        }
    return fd;
}
