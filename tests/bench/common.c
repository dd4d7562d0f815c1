/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static char failure[512];

int bench_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(failure, sizeof(failure), format, args);
    va_end(args);
    return -1;
}

const char *bench_failure(void)
{
    return failure;
}

double bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

const char *bench_directory(void)
{
    static char path[256];
    const char *parent = getenv("TMPDIR");

    if (!path[0]) {
        snprintf(path, sizeof(path), "%.200s/rtm-bench.XXXXXX", parent ? parent : "/tmp");
        if (!mkdtemp(path)) {
            fprintf(stderr, "rtm-bench: %s: %s; set TMPDIR\n", path, strerror(errno));
            exit(70);
        }
    }
    return path;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat;
    (void)type;
    (void)at;
    return remove(path);
}

void bench_remove_directory(void)
{
    nftw(bench_directory(), remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *bench_program(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    const char *build = getenv("RTM_BUILD");
    char *path = paths[next++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", build ? build : "build", name);
    return path;
}

int bench_processors(void)
{
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* The first processor that we may use is the sender's; all others, if there are any, are the
 * rest's. */
static void pin(bool first)
{
    static cpu_set_t all;
    cpu_set_t set;
    int cpu = 0;

    if (CPU_COUNT(&all) == 0 && sched_getaffinity(0, sizeof(all), &all))
        return;
    if (CPU_COUNT(&all) < 2)
        return;
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    set = all;
    CPU_CLR(cpu, &set);
    if (first) {
        CPU_ZERO(&set);
        CPU_SET(cpu, &set);
    }
    sched_setaffinity(0, sizeof(set), &set);
}

void bench_pin_sender(void)
{
    pin(true);
}

void bench_pin_rest(void)
{
    pin(false);
}
