/* SPDX-License-Identifier: MIT */
#include "os/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arp_layout.h"
#include "core/digest.h"

static int say(const char *name, const char *why, char reason[REASON_SIZE])
{
    char quoted[48];

    snprintf(reason, REASON_SIZE, "%s: %.180s",
             word_quote((struct word){name, strlen(name)}, quoted), why);
    return -1;
}

static void choose_name(char name[SHM_NAME], const char *socket)
{
    char *real = realpath(socket, NULL);
    const char *path = real ? real : socket;

    snprintf(name, SHM_NAME, "/rtm-%016" PRIx64, digest_bytes(path, strlen(path)));
    free(real);
}

/* A lock goes when its holder dies, so what can be locked has no owner. Two servers that start at
 * once can meet here; an object that is locked and still has its name is nobody else's to remove,
 * and only such a one is removed. */
static int lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat stat;

    return fcntl(fd, F_OFD_SETLK, &whole) || fstat(fd, &stat) || stat.st_nlink == 0 ? -1 : 0;
}

/* SHM-4, SHM-5 */
static int clear_name(const char *name, char reason[REASON_SIZE])
{
    int fd = shm_open(name, O_RDWR | O_NONBLOCK, 0), result = 0;

    if (fd < 0)
        return errno == ENOENT ? 0 : say(name, strerror(errno), reason);
    if (lock(fd))
        result = say(name, "a process that lives has locked it; stop that one", reason);
    else if (shm_unlink(name))
        result = say(name, strerror(errno), reason);
    close(fd);
    return result;
}

/* SHM-2: 0, or an error number. */
static int furnish(struct shm_owned *owned)
{
    int error;

    if (fchmod(owned->fd, WIRE_SHM_MODE))
        return errno;
    do
        error = posix_fallocate(owned->fd, 0, (off_t)owned->size);
    while (error == EINTR); /* stopped and continued */
    if (error)
        return error;
    owned->memory = mmap(NULL, owned->size, PROT_READ | PROT_WRITE, MAP_SHARED, owned->fd, 0);
    if (owned->memory != MAP_FAILED)
        return 0;
    owned->memory = NULL;
    return errno;
}

int shm_make(struct shm_owned *owned, const char *socket, uint32_t capacity,
             char reason[REASON_SIZE])
{
    char why[120];
    int error;

    *owned = (struct shm_owned){.size = arp_size(capacity)};
    choose_name(owned->name, socket);
    if (clear_name(owned->name, reason))
        return -1;
    owned->fd = shm_open(owned->name, O_RDWR | O_CREAT | O_EXCL, WIRE_SHM_MODE);
    if (owned->fd < 0)
        return say(owned->name, strerror(errno), reason);
    if (lock(owned->fd)) { /* SHM-3 */
        close(owned->fd);
        return say(owned->name, "another server starts there; stop that one", reason);
    }
    error = furnish(owned);
    if (!error)
        return 0;
    shm_unlink(owned->name);
    close(owned->fd);
    snprintf(why, sizeof(why), "%s; %zu bytes are needed", strerror(error), owned->size);
    return say(owned->name, why, reason);
}

void shm_drop(struct shm_owned *owned)
{
    if (!owned->memory)
        return;
    shm_unlink(owned->name); /* while locked, or it might be the next owner's: SHM-6 */
    munmap(owned->memory, owned->size);
    close(owned->fd);
    owned->memory = NULL;
}

/* SHM-22: looks before it maps; gives the capacity, or 0 and why not. */
static uint32_t inspect(int fd, uint32_t instance, char why[REASON_SIZE])
{
    struct arp_header header = {0};
    struct stat stat;

    if (fstat(fd, &stat) || pread(fd, &header, sizeof(header), 0) < 0) {
        snprintf(why, REASON_SIZE, "%s", strerror(errno));
        return 0;
    }
    return arp_check(&header, (size_t)stat.st_size, instance, why);
}

int shm_see(struct shm_seen *seen, struct arp_reader *reader, const char *name, uint32_t instance,
            char reason[REASON_SIZE])
{
    int fd = shm_open(name, O_RDONLY | O_NONBLOCK, 0);
    char why[REASON_SIZE];
    uint32_t capacity;
    void *memory = MAP_FAILED;

    if (fd < 0)
        return say(name, strerror(errno), reason);
    capacity = inspect(fd, instance, why);
    if (capacity) {
        memory = mmap(NULL, arp_size(capacity), PROT_READ, MAP_SHARED, fd, 0); /* SHM-17 */
        snprintf(why, sizeof(why), "%s", strerror(errno));
    }
    close(fd);
    if (memory == MAP_FAILED)
        return say(name, why, reason);
    *seen = (struct shm_seen){memory, arp_size(capacity)};
    arp_attach(reader, memory, capacity);
    return 0;
}

void shm_forget(struct shm_seen *seen)
{
    if (seen->memory)
        munmap(seen->memory, seen->size);
    *seen = (struct shm_seen){0};
}
