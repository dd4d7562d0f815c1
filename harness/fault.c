/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#define ERRNO_MOST 133 /* EHWPOISON, the last one */

struct fault {
    int call, error;   /* error 0: the call is the end of the process */
    unsigned argument; /* from 1; 0: whatever the arguments are */
    unsigned value;
};

static int errno_of(const char *name)
{
    for (int i = 1; i <= ERRNO_MOST; i++)
        if (strerrorname_np(i) != NULL && strcmp(strerrorname_np(i), name) == 0)
            return i;
    return 0;
}

static const char *parse(const char *text, struct fault *f)
{
    char call[32], error[32];
    int end = 0;

    *f = (struct fault){0};
    if (sscanf(text, "%31[a-z0-9_]/%1u:%9u=%31[A-Z0-9]%n", call, &f->argument, &f->value, error,
               &end) != 4 &&
        sscanf(text, "%31[a-z0-9_]=%31[A-Z0-9]%n", call, error, &end) != 2)
        return "CALL=ERRNO or CALL/N:VALUE=ERRNO, such as pidfd_open=ENOSYS; or =KILL";
    if (text[end] != '\0' || (strchr(text, '/') != NULL && (f->argument < 1 || f->argument > 6)))
        return "CALL=ERRNO or CALL/N:VALUE=ERRNO, N from 1 to 6";
    f->call = seccomp_syscall_resolve_name(call);
    if (f->call == __NR_SCMP_ERROR)
        return "a system call before the =";
    f->error = errno_of(error);
    return f->error || strcmp(error, "KILL") == 0
               ? NULL
               : "an errno such as ENOSYS, or KILL, behind the =";
}

const char *fault_check(const char *text)
{
    struct fault f;

    return parse(text, &f);
}

static int add(scmp_filter_ctx filter, const struct fault *f)
{
    unsigned what = f->error ? SCMP_ACT_ERRNO((unsigned)f->error) : SCMP_ACT_KILL_PROCESS;

    if (f->argument == 0)
        return seccomp_rule_add(filter, what, f->call, 0);
    struct scmp_arg_cmp is = {
        .arg = f->argument - 1, .op = SCMP_CMP_EQ, .datum_a = f->value, .datum_b = 0};
    return seccomp_rule_add_array(filter, what, f->call, 1, &is);
}

int fault_load(char *const *faults)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int error = filter == NULL ? -ENOMEM : 0;
    struct fault f;

    for (; error == 0 && *faults != NULL; faults++)
        error = parse(*faults, &f) != NULL ? -EINVAL : add(filter, &f);
    if (error == 0)
        error = seccomp_load(filter);
    if (filter != NULL)
        seccomp_release(filter);
    errno = -error;
    return error == 0 ? 0 : -1;
}
