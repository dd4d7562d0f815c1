/* SPDX-License-Identifier: MIT
 *
 * PLT-42 to PLT-54, PLT-76: POSIX shared memory.
 */
#include "promise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SIZE 8192
#define LARGE (4 << 20) /* bytes, of an object whose storage is looked for */
#define RESERVED 65536
#define STORES 300000

static int create(const struct trial *t)
{
    return CALL(t, shm_open(t->name, O_RDWR | O_CREAT | O_EXCL, 0600));
}

#define ENLARGE "; mount -o remount,size=64M /dev/shm"

/* Where there is no room, a store would be a SIGBUS. */
static char *map(const struct trial *t, int fd)
{
    char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    KEEP(t, posix_fallocate(fd, 0, SIZE) != ENOSPC,
         "there is no room for %d bytes of shared memory" ENLARGE, SIZE);
    KEEP(t, at != MAP_FAILED, "mmap() failed: %s", strerror(errno));
    return at;
}

/* A new object of SIZE bytes. */
static char *create_mapped(const struct trial *t, int *fd)
{
    *fd = create(t);
    CALL(t, ftruncate(*fd, SIZE));
    return map(t, *fd);
}

static off_t size_of(const struct trial *t, int fd)
{
    struct stat stat;

    CALL(t, fstat(fd, &stat));
    return stat.st_size;
}

void promise_memory_name(const struct trial *t)
{
    int fd, same;

    FAILS(t, ENOENT, shm_open(t->name, O_RDWR, 0600));
    fd = create(t);
    FAILS(t, EEXIST, shm_open(t->name, O_RDWR | O_CREAT | O_EXCL, 0600));
    same = CALL(t, shm_open(t->name, O_RDWR, 0600));
    CALL(t, ftruncate(fd, SIZE));
    strcpy(map(t, fd), "one object");
    KEEP(t, strcmp(map(t, same), "one object") == 0, "the name was opened twice: two objects");
}

void promise_memory_size(const struct trial *t)
{
    int fd = create(t);
    char *at;

    KEEP(t, size_of(t, fd) == 0, "a new object has %ld bytes", (long)size_of(t, fd));
    CALL(t, ftruncate(fd, SIZE));
    KEEP(t, size_of(t, fd) == SIZE, "ftruncate() to %d made %ld bytes", SIZE, (long)size_of(t, fd));
    at = map(t, fd);
    for (int i = 0; i < SIZE; i++)
        KEEP(t, at[i] == 0, "byte %d of a new object is %d", i, at[i]);
    memset(at, 1, SIZE);
    CALL(t, shm_open(t->name, O_RDWR | O_TRUNC, 0600));
    KEEP(t, size_of(t, fd) == 0, "O_TRUNC leaves %ld bytes", (long)size_of(t, fd));
    CALL(t, ftruncate(fd, SIZE));
    KEEP(t, at[SIZE - 1] == 0, "what O_TRUNC took came back");
}

void promise_memory_mappings(const struct trial *t)
{
    int fd;
    char *one = create_mapped(t, &fd), *other = map(t, fd);

    KEEP(t, one != other, "two mappings lie at one address");
    strcpy(one, "first");
    strcpy(other + SIZE / 2, "second");
    KEEP(t, strcmp(other, "first") == 0 && strcmp(one + SIZE / 2, "second") == 0,
         "what is stored through one mapping is not there in the other");
}

struct meeting {
    int there[2], back[2];
};

static void answer(const struct trial *t, void *of)
{
    struct meeting *m = of;
    char *at = map(t, CALL(t, shm_open(t->name, O_RDWR, 0600)));

    trial_told(t, m->there);
    KEEP(t, strcmp(at, "question") == 0, "what another process stored is not there");
    strcpy(at, "answer");
    trial_tell(t, m->back);
}

void promise_memory_processes(const struct trial *t)
{
    struct meeting m;
    int fd;
    char *at = create_mapped(t, &fd);

    CALL(t, pipe(m.there));
    CALL(t, pipe(m.back));
    pid_t child = trial_fork(t, answer, &m);
    strcpy(at, "question");
    trial_tell(t, m.there);
    close(m.back[1]);
    trial_told(t, m.back);
    KEEP(t, strcmp(at, "answer") == 0, "what another process stored is not there");
    trial_join(t, child);
}

static void leave_object(const struct trial *t, void *of)
{
    int fd;

    (void)of;
    strcpy(create_mapped(t, &fd), "left");
    CALL(t, raise(SIGKILL));
}

void promise_memory_outlasts(const struct trial *t)
{
    trial_ended_by(t, trial_fork(t, leave_object, NULL), SIGKILL);
    KEEP(t, strcmp(map(t, CALL(t, shm_open(t->name, O_RDWR, 0600))), "left") == 0,
         "the contents went with the process");
    CALL(t, shm_unlink(t->name));
    FAILS(t, ENOENT, shm_open(t->name, O_RDWR, 0600));
}

void promise_memory_unlink(const struct trial *t)
{
    int old, new;
    char *at = create_mapped(t, &old), *fresh;

    strcpy(at, "old");
    CALL(t, shm_unlink(t->name));
    FAILS(t, ENOENT, shm_unlink(t->name));
    fresh = create_mapped(t, &new);
    KEEP(t, *fresh == '\0', "a new object of the name is the old one");
    strcpy(fresh, "new");
    KEEP(t, strcmp(at, "old") == 0 && strcmp(map(t, old), "old") == 0,
         "who had the object lost it to the new one of its name");
}

void promise_memory_close(const struct trial *t)
{
    int fd;
    char *at = create_mapped(t, &fd);

    strcpy(at, "stays");
    CALL(t, close(fd));
    KEEP(t, strcmp(at, "stays") == 0, "the mapping changed when its descriptor was closed");
    CALL(t, munmap(at, SIZE));
    KEEP(t, strcmp(map(t, CALL(t, shm_open(t->name, O_RDWR, 0600))), "stays") == 0,
         "the object changed when it was unmapped");
}

static unsigned long free_bytes(const struct trial *t, int fd)
{
    struct statvfs v;

    CALL(t, fstatvfs(fd, &v));
    if (v.f_blocks == 0)
        trial_skip(t, "the file system of shared memory does not tell what is free");
    trial_note(t, "shared memory: %lu of %lu KiB are free", v.f_bfree * v.f_frsize / 1024,
               v.f_blocks * v.f_frsize / 1024);
    return v.f_bfree * v.f_frsize;
}

/* Others may use the file system too: half of the object has to come back, sooner or later. */
void promise_memory_storage(const struct trial *t)
{
    int fd = create(t), witness, error = posix_fallocate(fd, 0, LARGE);
    struct statvfs v;

    if (error != 0)
        trial_skip(t, "there is no room for %d bytes: %s" ENLARGE, LARGE, strerror(error));
    CALL(t, shm_unlink(t->name));
    witness = create(t);
    unsigned long before = free_bytes(t, witness);
    CALL(t, close(fd));
    for (int i = 0; i < 1000; i++) {
        CALL(t, fstatvfs(witness, &v));
        if (v.f_bfree * v.f_frsize >= before + LARGE / 2)
            return;
        CALL(t, poll(NULL, 0, 1));
    }
    trial_broken(t, "an object of %d bytes was closed for the last time, and they are not free",
                 LARGE);
}

static void read_nowhere(const struct trial *t, void *of)
{
    char *at = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)of;
    CALL(t, munmap(at, SIZE));
    *(volatile char *)at;
}

static void store_read_only(const struct trial *t, void *of)
{
    volatile char *at = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, *(int *)of, 0);

    KEEP(t, at != MAP_FAILED, "mmap() failed: %s", strerror(errno));
    *at = 1;
}

void promise_memory_segv(const struct trial *t)
{
    int fd;

    create_mapped(t, &fd);
    trial_ended_by(t, trial_fork(t, read_nowhere, NULL), SIGSEGV);
    trial_ended_by(t, trial_fork(t, store_read_only, &fd), SIGSEGV);
}

/* What mmap() gives, as an int. */
static int map_with(const struct trial *t, int oflag, int protection)
{
    int fd = CALL(t, shm_open(t->name, oflag, 0600));

    return mmap(NULL, SIZE, protection, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

void promise_memory_access(const struct trial *t)
{
    int fd;

    create_mapped(t, &fd);
    FAILS(t, EACCES, map_with(t, O_WRONLY, PROT_WRITE));
    FAILS(t, EACCES, map_with(t, O_RDONLY, PROT_READ | PROT_WRITE));
    CALL(t, map_with(t, O_RDONLY, PROT_READ));
}

static void read_at(const struct trial *t, void *of)
{
    (void)t;
    *(volatile char *)of;
}

void promise_memory_bus(const struct trial *t)
{
    int fd;
    char *at = create_mapped(t, &fd);

    CALL(t, ftruncate(fd, 0));
    trial_ended_by(t, trial_fork(t, read_at, at), SIGBUS);
}

void promise_memory_reserve(const struct trial *t)
{
    int fd = create(t), error = posix_fallocate(fd, 0, RESERVED);
    struct stat stat;
    struct statvfs v;

    if (error == ENOSPC)
        trial_skip(t, "there is no room for %d bytes" ENLARGE, RESERVED);
    KEEP(t, error == 0, "posix_fallocate() failed: %s", strerror(error));
    CALL(t, fstat(fd, &stat));
    KEEP(t, stat.st_size == RESERVED && stat.st_blocks >= RESERVED / 512,
         "of %d bytes are %lld reserved, and the size is %lld", RESERVED,
         (long long)stat.st_blocks * 512, (long long)stat.st_size);
    CALL(t, fstatvfs(fd, &v));
    if (v.f_blocks > 0) /* not posix_fallocate(): it may store zeros until all is full */
        FAILS(t, ENOSPC, fallocate(fd, 0, 0, (off_t)((v.f_blocks + 1) * v.f_frsize)));
}

static void store_often(const struct trial *t, void *of)
{
    uint64_t *at = of;

    (void)t;
    for (int i = 1; i <= STORES; i++)
        __atomic_store_n(at, i % 2 ? UINT64_MAX : 0, __ATOMIC_RELAXED);
    __atomic_store_n(at, 1, __ATOMIC_RELEASE);
}

void promise_memory_atomic(const struct trial *t)
{
    int fd;
    uint64_t *at = (uint64_t *)create_mapped(t, &fd), found;
    pid_t writer = trial_fork(t, store_often, at);

    while ((found = __atomic_load_n(at, __ATOMIC_RELAXED)) != 1)
        KEEP(t, found == 0 || found == UINT64_MAX, "a store was read in parts: %#llx",
             (unsigned long long)found);
    trial_join(t, writer);
}

void promise_memory_append(const struct trial *t)
{
    int first, fd;
    char *before = create_mapped(t, &first), *at;

    strcpy(before, "before");
    fd = shm_open(t->name, O_RDWR | O_APPEND, 0600);
    if (fd < 0 && errno == EINVAL)
        trial_skip(t, "shm_open() refuses O_APPEND");
    CALL(t, fd);
    at = map(t, fd);
    strcpy(at, "behind");
    KEEP(t, strcmp(before, "behind") == 0, "the store did not replace what was there");
    KEEP(t, size_of(t, first) == SIZE, "a store made the object %ld bytes long, not %d",
         (long)size_of(t, first), SIZE);
}
