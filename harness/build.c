/* SPDX-License-Identifier: MIT */
#include "build.h"

#include "interrupt.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT 65536        /* bytes of what it said, its last ones */
#define DESCRIPTORS 1024u /* of each process */
#define COPY_SECONDS 60

/* Reads what a child says until it has ended, the last bytes of it. Its status; -1: it was ended,
 * out of time or by an interrupt. */
static int listen_to(pid_t child, int from, int seconds, struct buf *said)
{
    int64_t until = now_ms() + (int64_t)seconds * 1000;
    struct pollfd fd = {.fd = from, .events = POLLIN};
    char chunk[16384];
    int status = 0;
    pid_t gone = 0;

    while (gone == 0 && now_ms() < until && !interrupted()) {
        ssize_t got = poll(&fd, 1, 100) > 0 ? read(from, chunk, sizeof chunk) : -1;
        if (got > 0)
            buf_add(said, chunk, (size_t)got);
        if (said->len > 2 * (size_t)KEPT)
            buf_consume(said, said->len - KEPT);
        if (got <= 0)
            gone = waitpid(child, &status, WNOHANG);
        if (got == 0)
            fd.fd = -1; /* it has closed its output, and goes on */
    }
    if (gone == child)
        return status;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return -1;
}

/* In the sandbox: the process that is to become the command. */
static _Noreturn void become(const struct sandbox *s, const struct manifest *m, int out)
{
    const char *path = getenv("PATH");
    char *search = x_strdup(path ? path : "/usr/bin:/bin");
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    setsid();
    if (dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
        sandbox_drop(s, m->memory, DESCRIPTORS, 0) < 0 || chdir(s->dir) < 0)
        _exit(126);
    clearenv();
    setenv("PATH", search, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", s->dir, 1);
    execl("/bin/sh", "sh", "-c", m->build, (char *)NULL);
    _exit(127);
}

/* In a child: enters the sandbox, and waits there for the command, which is not its first process.
 */
static _Noreturn void build_inside(const struct manifest *m, bool namespaces, int out)
{
    struct sandbox s;
    char *why = NULL;
    int status = 0;

    interrupt_reset();
    sandbox_init(&s, namespaces, m->copy, m->copy, NULL);
    if (sandbox_enter(&s, &why) < 0) {
        dprintf(out, "%s\n", why);
        _exit(126);
    }
    pid_t command = fork();
    if (command == 0)
        become(&s, m, out);
    while (command > 0 && waitpid(command, &status, 0) < 0 && errno == EINTR)
        continue;
    sandbox_end_children(); /* what it left in the background */
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Runs something in a child; its status, or -1 as listen_to(). */
static int run_child(void (*run)(const struct manifest *m, bool namespaces, int out),
                     const struct manifest *m, bool namespaces, int seconds, struct buf *said)
{
    int pipes[2], status;
    pid_t child;

    if (pipe2(pipes, O_CLOEXEC) < 0)
        return -1;
    child = fork();
    if (child == 0)
        run(m, namespaces, pipes[1]);
    close(pipes[1]);
    status = child > 0 ? listen_to(child, pipes[0], seconds, said) : -1;
    close(pipes[0]);
    sandbox_end_children();
    return status;
}

/* In a child: cp, which copies no device and follows no link. */
static void copy_root(const struct manifest *m, bool namespaces, int out)
{
    char *from = x_printf("%s/.", m->root);

    (void)namespaces;
    dup2(out, 1);
    dup2(out, 2);
    execlp("cp", "cp", "-R", "-P", "--", from, m->copy, (char *)NULL);
    _exit(127);
}

static struct sandbox owner; /* nftw(3) passes nothing on */

static int give_away(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)type;
    (void)at;
    if (geteuid() == 0 && lchown(path, owner.uid, owner.gid) < 0)
        return -1;
    return S_ISLNK(st->st_mode) ? 0
                                : chmod(path, st->st_mode | (S_ISDIR(st->st_mode) ? 0755 : 0644));
}

/* The private copy, which belongs to who builds in it. */
static char *make_copy(struct manifest *m)
{
    const char *tmp = getenv("TMPDIR");
    struct buf said = {0};
    char *why = NULL;

    m->copy = x_printf("%s/rtmtest.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (mkdtemp(m->copy) == NULL) {
        why = x_printf("%s: %s", m->copy, strerror(errno));
        free(m->copy);
        m->copy = NULL;
        return why;
    }
    int status = run_child(copy_root, m, false, COPY_SECONDS, &said);
    sandbox_init(&owner, false, "", "", NULL);
    if (status != 0)
        why = x_printf("%s cannot be copied%s%.*s", m->root, said.len ? ": " : "",
                       (int)strcspn(said.len ? said.data : "", "\n"), said.len ? said.data : "");
    else if (nftw(m->copy, give_away, 16, FTW_PHYS) < 0)
        why = x_printf("%s: %s", m->copy, strerror(errno));
    sandbox_finish(&owner);
    buf_finish(&said);
    return why;
}

static char *describe(int status)
{
    if (status < 0)
        return interrupted()
                   ? x_strdup("the build was interrupted")
                   : x_printf("the build took longer than %d s and was ended", BUILD_SECONDS);
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (code > 128 && sigabbrev_np(code - 128) != NULL)
        return x_printf("the build ended with signal %d (SIG%s)", code - 128,
                        sigabbrev_np(code - 128));
    return x_printf("the build ended with exit status %d", code);
}

char *build_run(struct manifest *m, bool namespaces)
{
    char *why;
    int status;

    interrupt_watch();
    sandbox_adopt_orphans();
    why = make_copy(m);
    if (why != NULL)
        return why;
    if (m->build != NULL) {
        status = run_child(build_inside, m, namespaces, BUILD_SECONDS, &m->build_said);
        if (status != 0)
            return describe(status);
    }
    free(m->root);
    m->root = x_strdup(m->copy);
    return NULL;
}

char *build_by(struct manifest *m, bool copied, enum sandbox_choice choice)
{
    bool namespaces = false;

    if (m->build == NULL && !copied)
        return NULL;
    char *sandbox = pool_choose_sandbox(choice, &namespaces);
    char *why = sandbox != NULL ? build_run(m, namespaces) : x_strdup("no such sandbox here");
    free(sandbox);
    return why;
}

void build_tell(const struct manifest *m, const char *why)
{
    fwrite(m->build_said.data ? m->build_said.data : "", 1, m->build_said.len, stderr);
    fprintf(stderr, "rtmtest: %s: %s\n", m->build ? m->build : m->root, why);
}
