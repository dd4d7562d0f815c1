/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t read_busy(void)
{
    unsigned long long user, nice, system, idle, wait, irq, soft, steal;
    FILE *f = fopen("/proc/stat", "re");
    int got = f == NULL ? 0
                        : fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
                                 &system, &idle, &wait, &irq, &soft, &steal);

    if (f != NULL)
        fclose(f);
    return got == 8 ? user + nice + system + irq + soft + steal : 0;
}

/* What one process used, and those of its children that it has waited for. */
static uint64_t read_used(const char *pid)
{
    unsigned long long user, system;
    long long children_user, children_system;
    char path[300], text[1024];
    const char *after;
    size_t got;

    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    got = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[got] = '\0';
    after = strrchr(text, ')'); /* the name before it may hold anything */
    if (after == NULL ||
        sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld", &user,
               &system, &children_user, &children_system) != 4)
        return 0;
    return user + system + (uint64_t)children_user + (uint64_t)children_system;
}

/* All processes that /proc shows are the case's own where it is that of a pid namespace; elsewhere
 * only this one and its children are. */
static uint64_t read_own(void)
{
    DIR *d = opendir("/proc");
    char self[32];
    uint64_t used = 0;
    bool own_namespace = getpid() == 1; /* as the runner of a sandbox is */

    snprintf(self, sizeof self, "%d", (int)getpid());
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
            (own_namespace || getsid((pid_t)atol(e->d_name)) == atol(e->d_name) ||
             strcmp(e->d_name, self) == 0))
            used += read_used(e->d_name);
    if (d != NULL)
        closedir(d);
    return used;
}

struct load load_read(void)
{
    return (struct load){read_busy(), read_own()};
}

bool load_is_heavy(const struct load *before, int64_t took)
{
    struct load now = load_read();
    double tick_us = 1e6 / (double)sysconf(_SC_CLK_TCK);
    double all = (double)took * (double)sysconf(_SC_NPROCESSORS_ONLN);
    double busy = (double)(now.busy - before->busy) * tick_us;
    double own = now.own > before->own ? (double)(now.own - before->own) * tick_us : 0;

    return busy - own > 0.5 * all;
}
