/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534           /* who actors are where the caller is root, */
#define OWN_USERS 0x70000000u  /* or one of these, which systems give to nobody: */
#define OWN_USERS_N 0xffe0000u /* so many, */
#define CASES_OF 64            /* so many for each process of the suite */

static int failed(char **why, const char *what)
{
    *why = x_printf("%s: %s", what, strerror(errno));
    return -1;
}

static int write_proc(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC), error;
    ssize_t put;

    if (fd < 0)
        return -1;
    put = write(fd, text, strlen(text));
    error = errno;
    close(fd);
    errno = error;
    return put < 0 ? -1 : 0;
}

/* Keeps the caller's ids, so that its files stay readable; the capabilities end with the first
 * exec. */
static int map_ids(uid_t uid, gid_t gid)
{
    char text[64];

    snprintf(text, sizeof text, "%u %u 1", uid, uid);
    if (write_proc("/proc/self/setgroups", "deny") < 0 ||
        write_proc("/proc/self/uid_map", text) < 0)
        return -1;
    snprintf(text, sizeof text, "%u %u 1", gid, gid);
    return write_proc("/proc/self/gid_map", text);
}

static int bind_from(int fd, const char *target, bool read_only)
{
    struct mount_attr attr = {0};
    char source[64];

    snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) < 0)
        return -1;
    if (read_only)
        attr.attr_set = MOUNT_ATTR_RDONLY;
    else
        attr.attr_clr = MOUNT_ATTR_RDONLY;
    return mount_setattr(AT_FDCWD, target, AT_RECURSIVE, &attr, sizeof attr);
}

/* The devices that programs may expect, and none of the machine's own. */
static int make_dev(void)
{
    static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
    int fds[LENGTH(nodes)];

    for (size_t i = 0; i < LENGTH(nodes); i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/%s", nodes[i]);
        fds[i] = open(path, O_PATH | O_CLOEXEC);
    }
    if (mount("dev", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k") < 0)
        return -1;
    for (size_t i = 0; i < LENGTH(nodes); i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/%s", nodes[i]);
        if (fds[i] < 0)
            continue;
        int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
        if (file < 0 || close(file) < 0 || bind_from(fds[i], path, true) < 0)
            return -1;
        close(fds[i]);
    }
    mkdir("/dev/shm", 01777);
    mkdir("/dev/mqueue", 01777);
    mkdir("/dev/pts", 0755);
    if (symlink("/proc/self/fd", "/dev/fd") < 0 || symlink("pts/ptmx", "/dev/ptmx") < 0)
        return -1;
    if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
              "newinstance,ptmxmode=0666,mode=0620") < 0)
        return -1;
    if (mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 &&
        errno != ENODEV) /* a kernel without queues can run what needs none */
        return -1;
    chmod("/dev/mqueue", 01777);
    return mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=2g");
}

/* A tmpfs on /tmp with the IUT, the private directory and the data bound into it. */
static int make_tmp(struct sandbox *s)
{
    int root = open(s->root, O_PATH | O_CLOEXEC), dir = open(s->dir, O_PATH | O_CLOEXEC);
    int data = s->data ? open(s->data, O_PATH | O_CLOEXEC) : -1;
    int other = s->other ? open(s->other, O_PATH | O_CLOEXEC) : -1;
    int result = -1;

    if (root < 0 || dir < 0 || (s->data && data < 0) || (s->other && other < 0))
        goto out;
    if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=1g") < 0)
        goto out;
    if (mkdir("/tmp/iut", 0755) < 0 || mkdir("/tmp/rtm", 0755) < 0 || mkdir("/tmp/data", 0755) < 0)
        goto out;
    if (bind_from(root, "/tmp/iut", true) < 0 || bind_from(dir, "/tmp/rtm", false) < 0)
        goto out;
    if (s->other && (mkdir("/tmp/other", 0755) < 0 || bind_from(other, "/tmp/other", true) < 0))
        goto out;
    if (s->data && bind_from(data, "/tmp/data", true) < 0)
        goto out;
    if (mkdir(SANDBOX_LITTLE, 0755) < 0 ||
        mount("little", SANDBOX_LITTLE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0777,size=64k") < 0)
        goto out;
    result = 0;
out:
    if (root >= 0)
        close(root);
    if (dir >= 0)
        close(dir);
    if (data >= 0)
        close(data);
    if (other >= 0)
        close(other);
    return result;
}

int sandbox_set_loopback(bool up)
{
    struct ifreq request = {.ifr_flags = up ? IFF_UP | IFF_RUNNING : 0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

    strcpy(request.ifr_name, "lo");
    result = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
    if (fd >= 0)
        close(fd);
    return result;
}

static char **hidden; /* hidden_n of them */
static size_t hidden_n;

void sandbox_hide(const char *directory)
{
    hidden = x_realloc(hidden, (hidden_n + 1) * sizeof *hidden);
    hidden[hidden_n++] = x_strdup(directory);
}

/* What lies below the private /tmp is out of sight already. */
static int hide_all(void)
{
    const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

    for (size_t i = 0; i < hidden_n; i++)
        if (mount("hidden", hidden[i], "tmpfs", flags, "size=4k,mode=0755") < 0 && errno != ENOENT)
            return -1;
    return 0;
}

static int make_mounts(struct sandbox *s, char **why)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return failed(why, "making mounts private");
    if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof attr) < 0)
        return failed(why, "making everything read-only");
    if (make_tmp(s) < 0)
        return failed(why, "a private /tmp");
    if (hide_all() < 0)
        return failed(why, "hiding what is not for the IUT");
    if (make_dev() < 0)
        return failed(why, "a private /dev");
    if (sandbox_set_loopback(true) < 0)
        return failed(why, "bringing lo up");
    return 0;
}

static void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Waits for the child, and ends as it ended. */
static void wait_as_parent(pid_t child)
{
    int status;
    pid_t gone;

    while ((gone = wait(&status)) != child)
        if (gone < 0 && errno != EINTR)
            _exit(70);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Forks; the parent waits and never returns. */
static int step_into_child(char **why, const char *what)
{
    pid_t child = fork();

    if (child < 0)
        return failed(why, what);
    if (child > 0)
        wait_as_parent(child);
    die_with_parent();
    return 0;
}

static pid_t spared[16]; /* children that this process had before it adopted orphans */

/* Calls do_one for every child of this process; returns how many there were. */
static size_t each_child(void (*do_one)(pid_t pid, size_t i))
{
    FILE *f = fopen("/proc/thread-self/children", "re");
    size_t n = 0;
    int pid;

    while (f != NULL && fscanf(f, "%d", &pid) == 1)
        do_one(pid, n++);
    if (f != NULL)
        fclose(f);
    return n;
}

static void spare(pid_t pid, size_t i)
{
    if (i < LENGTH(spared))
        spared[i] = pid;
}

/* Whether it is a child, and none of those before. A /proc of another pid namespace has numbers of
 * others. */
static bool is_adopted(pid_t pid)
{
    siginfo_t info;

    for (size_t i = 0; i < LENGTH(spared); i++)
        if (spared[i] == pid)
            return false;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static pid_t found;

static void find(pid_t pid, size_t at)
{
    (void)at;
    if (is_adopted(pid))
        found = pid;
}

pid_t sandbox_find_child(void)
{
    found = 0;
    each_child(find);
    return found;
}

static size_t ended;

static void end(pid_t pid, size_t at)
{
    (void)at;
    if (!is_adopted(pid))
        return;
    ended++;
    kill(pid, SIGKILL); /* not reaped yet: the number is still theirs */
    waitpid(pid, NULL, 0);
}

void sandbox_adopt_orphans(void)
{
    memset(spared, 0, sizeof spared);
    each_child(spare);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void sandbox_end_children(void)
{
    do {
        ended = 0;
        each_child(end);
    } while (ended > 0); /* the children of the dead come to this process */
}

static void rebase(char **slot, const char *path)
{
    if (*slot == NULL)
        return;
    free(*slot);
    *slot = x_strdup(path);
}

int sandbox_enter(struct sandbox *s, char **why)
{
    int spaces = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;
    uid_t uid = geteuid();
    gid_t gid = getegid();

    die_with_parent();
    if (!s->namespaces) {
        sandbox_adopt_orphans();
        return 0;
    }
    if (unshare(uid == 0 ? spaces : spaces | CLONE_NEWUSER) < 0)
        return failed(why, "new namespaces");
    if (uid != 0 && map_ids(uid, gid) < 0)
        return failed(why, "mapping the user");
    /* As the first process of its namespace the runner survives what an actor may do: kill(-1)
     * spares it, and a signal to pid 1 that it does not handle is dropped. */
    if (step_into_child(why, "the first process of the namespace") < 0)
        return -1;
    if (make_mounts(s, why) < 0)
        return -1;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return failed(why, "a private /proc");
    rebase(&s->root, "/tmp/iut");
    rebase(&s->other, "/tmp/other");
    rebase(&s->dir, "/tmp/rtm");
    rebase(&s->data, "/tmp/data");
    return 0;
}

void sandbox_init(struct sandbox *s, bool namespaces, const char *root, const char *dir,
                  const char *data)
{
    bool root_user = geteuid() == 0;

    *s = (struct sandbox){
        .namespaces = namespaces,
        .uid = root_user ? NOBODY : geteuid(),
        .gid = root_user ? NOBODY : getegid(),
        .root = x_strdup(root),
        .dir = x_strdup(dir),
        .data = data ? x_strdup(data) : NULL,
    };
}

/* Whether this user namespace has the user. */
static bool is_mapped(uid_t uid)
{
    FILE *f = fopen("/proc/self/uid_map", "re");
    unsigned first, count;
    bool is = false;

    while (f != NULL && !is && fscanf(f, "%u %*u %u", &first, &count) == 2)
        is = uid >= first && uid - first < count;
    if (f != NULL)
        fclose(f);
    return is;
}

bool sandbox_reaches(const char *directory)
{
    struct sandbox s;
    int status = 0;

    sandbox_init(&s, false, "", "", NULL);
    pid_t child = geteuid() == 0 ? fork() : -1;
    if (child == 0)
        _exit(setgroups(0, NULL) == 0 && setresgid(s.gid, s.gid, s.gid) == 0 &&
              setresuid(s.uid, s.uid, s.uid) == 0 && chdir(directory) < 0);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    sandbox_finish(&s);
    return status == 0;
}

uid_t sandbox_owner(const struct sandbox *s)
{
    return s->namespaces ? (uid_t)-1 : s->uid;
}

void sandbox_own_user(struct sandbox *s, unsigned number)
{
    uid_t own = OWN_USERS + ((unsigned)getpid() * CASES_OF + number % CASES_OF) % OWN_USERS_N;

    if (s->namespaces && geteuid() == 0 && is_mapped(own))
        s->uid = own;
}

void sandbox_show_other(struct sandbox *s, const char *root)
{
    free(s->other);
    s->other = root ? x_strdup(root) : NULL;
}

void sandbox_finish(struct sandbox *s)
{
    free(s->other);
    free(s->root);
    free(s->dir);
    free(s->data);
    *s = (struct sandbox){0};
}

/* Sets the limit, which the process may raise by spare; neither above what holds now. */
static int limit(int resource, rlim_t value, rlim_t spare)
{
    struct rlimit l;
    rlim_t most = value + spare;

    if (getrlimit(resource, &l) < 0)
        return -1;
    if (l.rlim_max != RLIM_INFINITY && most > l.rlim_max)
        most = l.rlim_max;
    l.rlim_cur = value < most ? value : most;
    l.rlim_max = most;
    return setrlimit(resource, &l);
}

int sandbox_drop(const struct sandbox *s, unsigned long long memory, unsigned descriptors,
                 unsigned spare)
{
    if (limit(RLIMIT_CORE, 0, 0) < 0 || limit(RLIMIT_NOFILE, descriptors, spare) < 0 ||
        limit(RLIMIT_FSIZE, (rlim_t)1 << 30, 0) < 0)
        return -1;
    if (memory != 0 && limit(RLIMIT_AS, memory, 0) < 0)
        return -1;
    if (s->namespaces && limit(RLIMIT_NPROC, 1024, 0) < 0)
        return -1;
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(s->gid, s->gid, s->gid) < 0 ||
                           setresuid(s->uid, s->uid, s->uid) < 0))
        return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void try_in_child(int report)
{
    char *why = NULL;
    char dir[] = "/tmp/rtmtest.XXXXXX";
    struct sandbox s;

    if (mkdtemp(dir) == NULL)
        failed(&why, "a directory in /tmp");
    sandbox_init(&s, true, "/", dir, NULL);
    pid_t child = why == NULL ? fork() : -1;
    if (child == 0) {
        if (sandbox_enter(&s, &why) < 0)
            dprintf(report, "%s", why);
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
    rmdir(dir);
    if (child < 0)
        dprintf(report, "%s", why ? why : strerror(errno));
    _exit(0);
}

char *sandbox_try(void)
{
    char text[256];
    int pipes[2];
    ssize_t got;
    pid_t child;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return x_strdup(strerror(errno));
    child = fork();
    if (child == 0)
        try_in_child(pipes[1]);
    close(pipes[1]);
    while ((got = read(pipes[0], text, sizeof text)) < 0 && errno == EINTR)
        continue;
    close(pipes[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return child < 0 ? x_strdup("fork failed") : got > 0 ? x_strndup(text, (size_t)got) : NULL;
}
