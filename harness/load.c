/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "util.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { GENERATIONS = 8 }; /* a process of the case is a child of the runner, or not far from it */

static void read_machine(struct load *l)
{
    unsigned long long user, nice, system, idle, wait, irq, soft, steal;
    FILE *f = fopen("/proc/stat", "re");

    if (f != NULL && fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
                            &idle, &wait, &irq, &soft, &steal) == 8) {
        l->busy = user + nice + system + irq + soft + steal;
        l->stolen = steal;
    }
    if (f != NULL)
        fclose(f);
}

/* What a task ran and waited; false if the kernel does not tell. */
static bool read_task(const char *directory, long id, uint64_t *waited_ns)
{
    unsigned long long ran, waited;
    char path[64];

    snprintf(path, sizeof path, "%s/%ld/schedstat", directory, id);
    FILE *f = fopen(path, "re");
    bool told = f != NULL && fscanf(f, "%llu %llu", &ran, &waited) == 2 && ran > 0;

    if (f != NULL)
        fclose(f);
    *waited_ns = told ? waited : 0;
    return told;
}

static void add_process(struct load *l, long pid, int generation);

static void add_children(struct load *l, const char *directory, long id, int generation)
{
    char path[64];
    long child;

    snprintf(path, sizeof path, "%s/%ld/children", directory, id);
    FILE *f = generation < GENERATIONS ? fopen(path, "re") : NULL;
    while (f != NULL && fscanf(f, "%ld", &child) == 1)
        add_process(l, child, generation + 1);
    if (f != NULL)
        fclose(f);
}

static void add_process(struct load *l, long pid, int generation)
{
    char directory[32];
    uint64_t waited;

    snprintf(directory, sizeof directory, "/proc/%ld/task", pid);
    DIR *d = opendir(directory);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        long id = strtol(e->d_name, NULL, 10);
        if (id <= 0)
            continue;
        if (read_task(directory, id, &waited)) {
            l->tasks = x_realloc(l->tasks, (l->count + 1) * sizeof *l->tasks);
            l->tasks[l->count++] = (struct load_task){id, waited};
        }
        add_children(l, directory, id, generation);
    }
    if (d != NULL)
        closedir(d);
}

void load_begin(struct load *l)
{
    load_finish(l);
    l->began_us = now_us();
    read_machine(l);
    add_process(l, getpid(), 0);
}

void load_finish(struct load *l)
{
    free(l->tasks);
    *l = (struct load){0};
}

static uint64_t waited_before(const struct load *l, long id)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->tasks[i].id == id)
            return l->tasks[i].waited_ns;
    return 0; /* it began since */
}

static int64_t longest_wait(const struct load *before, const struct load *now)
{
    uint64_t longest = 0;

    for (size_t i = 0; i < now->count; i++) {
        uint64_t from = waited_before(before, now->tasks[i].id), to = now->tasks[i].waited_ns;
        if (to > from && to - from > longest)
            longest = to - from;
    }
    return (int64_t)(longest / 1000000);
}

int64_t load_waited(const struct load *l)
{
    int64_t tick_ms = 1000 / sysconf(_SC_CLK_TCK), cores = sysconf(_SC_NPROCESSORS_ONLN), waited;
    struct load now = {0};

    load_begin(&now);
    int64_t took = (now.began_us - l->began_us) / 1000;
    if (now.count > 0)
        waited = longest_wait(l, &now) + (int64_t)(now.stolen - l->stolen) * tick_ms / cores;
    else
        waited = (int64_t)(now.busy - l->busy) * tick_ms / cores;
    if (now.count == 0 && waited < took / 2)
        waited = 0;
    load_finish(&now);
    return waited < took ? waited : took;
}
