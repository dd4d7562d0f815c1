/* SPDX-License-Identifier: MIT */
#include "doing.h"

#include <dirent.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SHOWN 8 /* processes in a report */

/* A process as /proc shows it. */
struct sight {
    char state;
    double worked; /* seconds of processor, of all that it did so far */
};

void doing_note(struct actor *a, const char *line, size_t len, bool printed)
{
    char *into = printed ? a->last_printed : a->last_told;

    if (len >= sizeof a->last_told)
        len = sizeof a->last_told - 1;
    memcpy(into, line, len);
    into[len] = '\0';
    if (!printed)
        a->last_printed[0] = '\0';
}

const char *doing_last(const struct actor *a)
{
    return a->heard.len > 0 ? a->heard.data : a->last_printed;
}

char *doing_describe_end(const struct actor *a)
{
    char *end = actor_describe_end(a);
    struct buf b = {0};

    buf_adds(&b, end);
    free(end);
    if (a->last_told[0] != '\0')
        buf_printf(&b, ", after it was told \"%s\"", a->last_told);
    if (a->last_printed[0] != '\0')
        buf_printf(&b, "%s printed \"%s\"", a->last_told[0] ? " and" : ", after it",
                   a->last_printed);
    return buf_take(&b);
}

static bool see(const struct actor *a, struct sight *s)
{
    unsigned long long user, system;
    char path[64], text[1024];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)a->pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    size_t got = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[got] = '\0';
    const char *behind = strrchr(text, ')'); /* the name before it may hold anything */
    if (behind == NULL ||
        sscanf(behind + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &s->state,
               &user, &system) != 3)
        return false;
    s->worked = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return true;
}

/* What gives the name of a descriptor: "pipe:[17]", "/dev/pts/0". */
static void name_descriptor(const struct actor *a, unsigned long fd, struct buf *out)
{
    char path[64], target[128];

    snprintf(path, sizeof path, "/proc/%d/fd/%lu", (int)a->pid, fd);
    ssize_t len = readlink(path, target, sizeof target);
    if (len > 0)
        buf_printf(out, " of descriptor %lu, %.*s", fd, (int)len, target);
}

/* The system call in which it waits, if the kernel tells. */
static void name_call(const struct actor *a, struct buf *out)
{
    static const char *const on_descriptor[] = {"read",    "write",   "sendto", "recvfrom",
                                                "sendmsg", "recvmsg", "accept", "accept4",
                                                "connect", "readv",   "writev", "flock"};
    char path[64];
    unsigned long first = 0;
    int number = -1;

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)a->pid);
    FILE *f = fopen(path, "re");
    int got = f == NULL ? 0 : fscanf(f, "%d %lx", &number, &first);
    if (f != NULL)
        fclose(f);
    char *call = got == 2 ? seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number) : NULL;
    if (call == NULL)
        return;
    buf_printf(out, " in %s(2)", call);
    for (size_t i = 0; i < LENGTH(on_descriptor); i++)
        if (strcmp(call, on_descriptor[i]) == 0)
            name_descriptor(a, first, out);
    free(call);
}

char *doing_name_sleep(const struct actor *a)
{
    struct buf b = {0};
    struct sight s;

    if (!see(a, &s) || s.state != 'S')
        return NULL;
    name_call(a, &b);
    return b.len > 0 ? buf_take(&b) : x_strdup("");
}

bool doing_awaits_line(const struct actor *a)
{
    char path[64], *call = doing_name_sleep(a);
    bool reads = call != NULL && strncmp(call, " in read(2) of descriptor 0,", 28) == 0;
    struct stat s;

    free(call);
    snprintf(path, sizeof path, "/proc/%d/task", (int)a->pid);
    return reads && stat(path, &s) == 0 && s.st_nlink == 3; /* a directory with one in it */
}

static bool is_stopped(const struct sight *s)
{
    return s->state == 'T' || s->state == 't';
}

/* Seconds that it waited for a processor, if the kernel tells. */
static double starved(const struct actor *a)
{
    unsigned long long waited = 0;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)a->pid);
    FILE *f = fopen(path, "re");
    if (f != NULL && fscanf(f, "%*u %llu", &waited) != 1)
        waited = 0;
    if (f != NULL)
        fclose(f);
    return (double)waited / 1e9;
}

/* Whether it did little but work, and wait for a processor, since it was started. */
static bool is_spinning(const struct actor *a, const struct sight *s)
{
    double ran = (double)(now_us() - a->started_us) / 1e6;

    return s->state == 'R' && s->worked > 0.3 && s->worked + starved(a) > ran / 2;
}

/* Megabytes that it printed in this step and that ended nothing. */
static double printed(const struct world *w, const struct actor *a)
{
    size_t idle = a->idle_step_us == w->step_us ? a->idle + a->noticed : 0;

    return (double)(idle + (a->asking != NULL ? a->asking->heard : 0)) / 1e6;
}

char *doing_describe_now(const struct world *w)
{
    struct buf b = {0};
    struct sight s;

    for (size_t i = 0; i < w->actor_count; i++) {
        const struct actor *a = w->actors[i];
        if (!actor_runs(a) || a->stopped || !see(a, &s))
            continue;
        if (is_stopped(&s))
            buf_printf(&b, "; %s is stopped by a signal", a->name);
        else if (is_spinning(a, &s))
            buf_printf(&b, "; %s is at work, and has used %.1f s of processor", a->name, s.worked);
        if (printed(w, a) > 1)
            buf_printf(&b, "; %s printed %.0f MB meanwhile", a->name, printed(w, a));
    }
    return buf_take(&b);
}

bool doing_waits(const struct actor *a)
{
    struct sight s;

    return *doing_last(a) != '\0' && now_ms() - a->heard_ms > 1000 && see(a, &s) &&
           strchr("RD", s.state) == NULL;
}

bool doing_is_stopped(const struct world *w)
{
    struct sight s;

    for (size_t i = 0; i < w->actor_count; i++)
        if (actor_runs(w->actors[i]) && !w->actors[i]->stopped && see(w->actors[i], &s) &&
            is_stopped(&s))
            return true;
    return false;
}

char *doing_name(long pid)
{
    char path[64], name[64] = "";

    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    if (f != NULL && fgets(name, sizeof name, f) != NULL)
        name[strcspn(name, "\n")] = '\0';
    if (f != NULL)
        fclose(f);
    return x_printf("process %ld%s%s%s", pid, *name ? " (" : "", name, *name ? ")" : "");
}

/* Whether one of its descriptors is the target. */
static bool holds(long pid, const char *target)
{
    char path[300], found[128];
    bool is = false;

    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && !is && (e = readdir(d)) != NULL;) {
        ssize_t len = readlinkat(dirfd(d), e->d_name, found, sizeof found - 1);
        is = len > 0 && (size_t)len == strlen(target) && strncmp(found, target, (size_t)len) == 0;
    }
    if (d != NULL)
        closedir(d);
    return is;
}

/* What the other end of an output is to who holds it: "pipe:[17]", "/dev/pts/0". */
static void name_output(int fd, char *out, size_t size)
{
    char path[64];
    int number;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(path, out, size - 1);
    out[len > 0 ? len : 0] = '\0';
    if (ioctl(fd, TIOCGPTN, &number) == 0)
        snprintf(out, size, "/dev/pts/%d", number);
}

char *doing_name_holder(const struct actor *a)
{
    char target[128];
    DIR *d = opendir("/proc");
    long holder = 0;

    name_output(a->out >= 0 ? a->out : a->err, target, sizeof target);
    for (struct dirent *e; d != NULL && holder == 0 && (e = readdir(d)) != NULL;) {
        long pid = strtol(e->d_name, NULL, 10);
        if (pid > 0 && pid != getpid() && holds(pid, target))
            holder = pid;
    }
    if (d != NULL)
        closedir(d);
    return holder > 0 ? doing_name(holder) : x_strdup("something");
}

static void describe(const struct actor *a, struct buf *out)
{
    struct sight s;

    if (!see(a, &s))
        return;
    buf_printf(out, "%s, pid %d, ", a->name, (int)a->pid);
    if (is_stopped(&s)) {
        buf_printf(out, "is stopped%s", a->stopped ? " by the scenario" : " by a signal");
    } else if (strchr("RD", s.state) != NULL) {
        buf_printf(out, "is at work");
    } else {
        buf_printf(out, "waits");
        name_call(a, out);
    }
    buf_printf(out, "; it used %.1f s of processor in the %.1f s that it ran", s.worked,
               (double)(now_us() - a->started_us) / 1e6);
    if (a->to_say.len > 0)
        buf_printf(out, ", and %zu bytes that it is told do not get in", a->to_say.len);
    buf_adds(out, "\n");
}

void doing_tell(struct world *w)
{
    size_t shown = 0;

    for (size_t i = 0; i < w->actor_count && shown < SHOWN; i++)
        if (actor_runs(w->actors[i])) {
            describe(w->actors[i], &w->outcome.detail);
            shown++;
        }
}
