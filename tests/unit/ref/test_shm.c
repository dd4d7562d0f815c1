/* SPDX-License-Identifier: MIT */
/*
 * The shared memory object: who makes, locks and removes it, and what a client refuses to map.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arp.h"
#include "core/arp_layout.h"
#include "os/shm.h"

/* A path of its own, so a name of its own; the file need not be there. */
static const char *socket_path(void)
{
    static char path[64];

    snprintf(path, sizeof(path), "/unit-test-%d.sock", (int)getpid());
    return path;
}

static int descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static bool exists(const char *name)
{
    int fd = shm_open(name, O_RDONLY, 0);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int try_lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_OFD_SETLK, &whole);
}

TEST(an_object_is_made_whole_and_removed)
{
    static const mode_t masks[] = {0, 022, 077, 0777};
    struct shm_owned owned;
    struct stat stat;
    char reason[REASON_SIZE];
    int before = descriptors(), fd;

    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        mode_t mask = umask(masks[i]);

        CHECK_EQ_INT(shm_make(&owned, socket_path(), 1024, reason), 0);
        umask(mask);
        CHECK_EQ_INT(fstat(owned.fd, &stat), 0);
        CHECK_EQ_INT(stat.st_mode & 07777, 0640); /* SHM-2 */
        CHECK_EQ_INT(stat.st_size, 64 + 1024 * 32);
        CHECK(stat.st_blocks * 512 >= stat.st_size);
        fd = shm_open(owned.name, O_RDWR, 0);
        CHECK_EQ_INT(try_lock(fd), -1); /* SHM-3 */
        close(fd);
        shm_drop(&owned);
        CHECK(!exists(owned.name)); /* SHM-6 */
        shm_drop(&owned);
    }
    CHECK_EQ_INT(descriptors(), before);
}

TEST(only_what_can_be_locked_is_replaced)
{
    struct shm_owned first, second;
    struct stat old, new;
    char reason[REASON_SIZE];

    CHECK_EQ_INT(shm_make(&first, socket_path(), 16, reason), 0);
    CHECK_EQ_INT(shm_make(&second, socket_path(), 16, reason), -1); /* SHM-5 */
    CHECK(strstr(reason, first.name) && strstr(reason, "lives"));
    CHECK(exists(first.name));
    fstat(first.fd, &old);
    munmap(first.memory, first.size); /* as when its process dies */
    close(first.fd);
    CHECK_EQ_INT(shm_make(&second, socket_path(), 16, reason), 0); /* SHM-4 */
    fstat(second.fd, &new);
    CHECK(old.st_ino != new.st_ino);
    shm_drop(&second);
}

static int64_t inode_of(const char *name)
{
    int fd = shm_open(name, O_RDONLY, 0);
    struct stat stat = {.st_ino = 0};

    if (fd >= 0 && fstat(fd, &stat) == 0)
        close(fd);
    return (int64_t)stat.st_ino;
}

/* Makes the object, dies with it, and again; the exit status says whether it was robbed of it. */
static void start_again_and_again(const char *path)
{
    struct shm_owned owned;
    struct stat stat;
    char reason[REASON_SIZE];

    for (int i = 0; i < 20000; i++) {
        if (shm_make(&owned, path, 16, reason))
            continue;
        if (fstat(owned.fd, &stat) || inode_of(owned.name) != (int64_t)stat.st_ino)
            _exit(1);
        munmap(owned.memory, owned.size);
        close(owned.fd);
    }
    _exit(0);
}

TEST(servers_that_start_at_once_take_no_object_from_each_other)
{
    const char *path = socket_path();
    struct shm_owned owned;
    char reason[REASON_SIZE];
    int status;

    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            start_again_and_again(path);
    while (wait(&status) > 0)
        CHECK_EQ_INT(status, 0);
    CHECK_EQ_INT(shm_make(&owned, path, 16, reason), 0);
    shm_drop(&owned);
}

TEST(an_object_that_cannot_be_had_leaves_nothing)
{
    struct rlimit limit, small;
    struct shm_owned owned;
    char reason[REASON_SIZE];
    int before = descriptors();

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    small = (struct rlimit){100, limit.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    CHECK_EQ_INT(shm_make(&owned, socket_path(), 16, reason), -1); /* SHM-14 */
    setrlimit(RLIMIT_FSIZE, &limit);
    if (!CHECK(strstr(reason, owned.name) && strstr(reason, "576 bytes")))
        printf("# %s\n", reason);
    CHECK(owned.memory == NULL);
    CHECK(!exists(owned.name));
    CHECK_EQ_INT(descriptors(), before);
}

TEST(a_client_sees_and_cannot_write)
{
    struct shm_owned owned;
    struct shm_seen seen = {0};
    struct arp_reader reader = {0};
    struct arp arp;
    uint32_t address;
    char reason[REASON_SIZE];
    int before = descriptors();

    CHECK_EQ_INT(shm_make(&owned, socket_path(), 16, reason), 0);
    arp_open(&arp, owned.memory, 16, UINT64_C(3) << 32);
    arp_put(&arp, 5, 77);
    CHECK_EQ_INT(shm_see(&seen, &reader, owned.name, 3, reason), 0);
    CHECK(arp_lookup(&reader, 5, &address) && address == 77);
    CHECK_EQ_INT(mprotect(seen.memory, seen.size, PROT_READ | PROT_WRITE), -1); /* SHM-17 */
    CHECK_EQ_INT(errno, EACCES);
    shm_drop(&owned);
    CHECK(arp_lookup(&reader, 5, &address)); /* its name is gone, the mapping is not */
    shm_forget(&seen);
    CHECK(!seen.memory);
    shm_forget(&seen);
    CHECK_EQ_INT(descriptors(), before);
}

static void check_refused(const char *name, uint32_t instance, const char *expected)
{
    struct shm_seen seen = {0};
    struct arp_reader reader = {0};
    char reason[REASON_SIZE];

    CHECK_EQ_INT(shm_see(&seen, &reader, name, instance, reason), -1);
    if (!CHECK(strstr(reason, expected)))
        printf("# %s\n", reason);
    CHECK(seen.memory == NULL && reader.header == NULL);
}

/* SHM-22; all fields of the header: test_arp. */
TEST(a_client_maps_no_object_that_is_not_right)
{
    struct shm_owned owned;
    struct arp arp;
    char reason[REASON_SIZE];
    int before = descriptors();

    CHECK_EQ_INT(shm_make(&owned, socket_path(), 16, reason), 0);
    check_refused(owned.name, 3, "magic");
    arp_open(&arp, owned.memory, 16, UINT64_C(3) << 32);
    check_refused(owned.name, 4, "instance 3");
    for (off_t size = 0; size < 576; size += 575) {
        CHECK_EQ_INT(ftruncate(owned.fd, size), 0);
        check_refused(owned.name, 3, size ? "575 bytes" : "0 bytes");
        CHECK_EQ_INT(ftruncate(owned.fd, 576), 0);
        arp_open(&arp, owned.memory, 16, UINT64_C(3) << 32);
    }
    shm_drop(&owned);
    check_refused(owned.name, 3, "No such file");
    check_refused("/../etc/passwd", 3, "Invalid");
    check_refused("/", 3, "/: ");
    check_refused("\033[2J", 3, "?[2J: No such");
    CHECK_EQ_INT(descriptors(), before);
}

/* What else may have the name: whoever says it in a WELCOME holds nobody up. */
TEST(a_client_maps_only_objects)
{
    char path[64];
    const char *name = path + strlen("/dev/shm");
    int before = descriptors();

    snprintf(path, sizeof(path), "/dev/shm/unit-%d", (int)getpid());
    CHECK_EQ_INT(mkfifo(path, 0600), 0);
    check_refused(name, 3, "Illegal seek");
    unlink(path);
    CHECK_EQ_INT(mkdir(path, 0700), 0);
    check_refused(name, 3, "directory");
    rmdir(path);
    CHECK_EQ_INT(symlink("/etc/passwd", path), 0);
    check_refused(name, 3, "symbolic links");
    unlink(path);
    CHECK_EQ_INT(descriptors(), before);
}
