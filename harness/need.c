/* SPDX-License-Identifier: MIT */
#include "need.h"

#include "fault.h"
#include "footing.h"
#include "util.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned need;
} names[] = {{"pid-namespace", NEED_PID_NAMESPACE}, {"two-uids", NEED_TWO_UIDS},
             {"choose-pid", NEED_CHOOSE_PID},       {"seccomp", NEED_SECCOMP},
             {"own-network", NEED_OWN_NETWORK},     {"own-files", NEED_OWN_FILES}};

unsigned need_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(names); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].need;
    return 0;
}

const char *need_name(unsigned need)
{
    for (size_t i = 0; i < LENGTH(names); i++)
        if (names[i].need == need)
            return names[i].name;
    return NULL;
}

/* Tries something in a child; its exit status is errno. */
static int try_in_child(int (*attempt)(void))
{
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        _exit(attempt() < 0 ? errno : 0);
    if (child < 0)
        return errno;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static int become_another_user(void)
{
    if (geteuid() == 0)
        return setresuid(SANDBOX_ANOTHER_USER, SANDBOX_ANOTHER_USER, SANDBOX_ANOTHER_USER);
    errno = EPERM;
    return -1;
}

/* Two processes with one number, one after the other. */
static int choose_a_pid(void)
{
    pid_t pid = fork(), same;
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&pid, .set_tid_size = 1};

    if (pid == 0)
        _exit(0);
    if (pid < 0 || waitpid(pid, NULL, 0) < 0)
        return -1;
    same = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (same == 0)
        _exit(0);
    return same < 0 || waitpid(same, NULL, 0) < 0 ? -1 : 0;
}

static int fail_a_call(void)
{
    char *faults[] = {(char *)"getppid=EDOM", NULL};

    if (fault_load(faults) < 0)
        return -1;
    errno = 0;
    if (syscall(SYS_getppid) == -1 && errno == EDOM)
        return 0;
    errno = ENOSYS;
    return -1;
}

char *need_lacking(unsigned needs, const struct sandbox *s)
{
    int error;

    if (needs & (NEED_PID_NAMESPACE | NEED_CHOOSE_PID) && !s->namespaces)
        return x_strdup("needs a pid namespace, and runs without namespaces");
    if (needs & NEED_OWN_NETWORK && !s->namespaces)
        return x_strdup("needs a network of its own (own-network), and runs without namespaces");
    if (needs & NEED_OWN_FILES && !s->namespaces)
        return x_strdup("needs a file system of its own (own-files), and runs without namespaces");
    if (needs & NEED_IPV6 && footing_lacking("ipv6") != NULL)
        return x_strdup(footing_lacking("ipv6"));
    if (needs & NEED_TWO_UIDS && (error = try_in_child(become_another_user)) != 0)
        return x_printf("needs two users (two-uids), and here is one: %s", strerror(error));
    if (needs & NEED_CHOOSE_PID && (error = try_in_child(choose_a_pid)) != 0)
        return x_printf("needs to choose a pid (choose-pid): %s", strerror(error));
    if (needs & NEED_SECCOMP && (error = try_in_child(fail_a_call)) != 0)
        return x_printf("needs system calls to fail (seccomp): %s", strerror(error));
    return NULL;
}
