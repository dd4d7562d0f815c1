/* SPDX-License-Identifier: MIT */
/*
 * System calls that are made to fail: how they are named, and that they do, in a child.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"

TEST(a_fault_names_a_call_and_an_errno)
{
    CHECK_EQ_STR(fault_check("pidfd_open=ENOSYS"), NULL);
    CHECK_EQ_STR(fault_check("getsockopt/3:77=ENOPROTOOPT"), NULL);
    CHECK_EQ_STR(fault_check("pidfd_opne=ENOSYS"), "a system call before the =");
    CHECK_EQ_STR(fault_check("pidfd_open=ENOSUCH"),
                 "an errno such as ENOSYS, or KILL, behind the =");
}

TEST(anything_else_is_refused)
{
    static const char *const wrong[] = {"",
                                        "pidfd_open",
                                        "pidfd_open=",
                                        "=ENOSYS",
                                        "pidfd_open=ENOSYS,",
                                        "pidfd_open=38",
                                        "getsockopt/77=ENOPROTOOPT",
                                        "getsockopt/0:77=ENOPROTOOPT",
                                        "getsockopt/7:77=ENOPROTOOPT",
                                        "getsockopt/3:=ENOPROTOOPT"};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!CHECK(fault_check(wrong[i]) != NULL))
            printf("# \"%s\"\n", wrong[i]);
}

/* 0 if the calls fail as they are told to, and no others; 1 if not, 2 if the host does not let us.
 */
static int try_it(void)
{
    char *faults[] = {(char *)"getppid=EDOM", (char *)"getsockopt/3:77=ENOPROTOOPT", NULL};
    int pair[2], value;
    socklen_t len = sizeof value;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return 1;
    if (fault_load(faults) < 0)
        return 2;
    if (syscall(SYS_getppid) != -1 || errno != EDOM)
        return 1;
    if (getsockopt(pair[0], SOL_SOCKET, 77, &value, &len) != -1 || errno != ENOPROTOOPT)
        return 1;
    return getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, &len) == 0 && getpid() > 0 ? 0 : 1;
}

TEST(a_call_is_the_end)
{
    char *faults[] = {(char *)"getppid=KILL", NULL};
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (fault_load(faults) < 0)
            _exit(2);
        syscall(SYS_getppid);
        _exit(1);
    }
    if (!CHECK(child > 0 && waitpid(child, &status, 0) == child))
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        printf("# the host refuses a filter: not tried\n");
    else
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

TEST(a_call_fails)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(try_it());
    if (!CHECK(child > 0 && waitpid(child, &status, 0) == child))
        return;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
        printf("# the host refuses a filter: not tried\n");
    else
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
