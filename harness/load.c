/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "util.h"

#include <dirent.h>
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
static bool read_task(const char *directory, long id, struct load_task *t)
{
    unsigned long long ran = 0, waited = 0;
    char path[64];

    snprintf(path, sizeof path, "%s/%ld/schedstat", directory, id);
    FILE *f = fopen(path, "re");
    bool told = f != NULL && fscanf(f, "%llu %llu", &ran, &waited) == 2 && ran > 0;

    if (f != NULL)
        fclose(f);
    *t = (struct load_task){id, ran, waited, '?'};
    return told;
}

static char read_state(const char *directory, long id)
{
    char path[64], state = '?';

    snprintf(path, sizeof path, "%s/%ld/status", directory, id);
    FILE *f = fopen(path, "re");
    for (int line = 0; f != NULL && line < 4 && state == '?'; line++)
        if (fscanf(f, "State: %c", &state) != 1 && fscanf(f, "%*[^\n]\n") < 0)
            break;
    if (f != NULL)
        fclose(f);
    return state;
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
    struct load_task task;
    char directory[32];

    snprintf(directory, sizeof directory, "/proc/%ld/task", pid);
    DIR *d = opendir(directory);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        long id = strtol(e->d_name, NULL, 10);
        if (id <= 0)
            continue;
        if (read_task(directory, id, &task)) {
            task.state = read_state(directory, id);
            l->tasks = x_realloc(l->tasks, (l->count + 1) * sizeof *l->tasks);
            l->tasks[l->count++] = task;
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

static struct load_task task_before(const struct load *l, long id)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->tasks[i].id == id)
            return l->tasks[i];
    return (struct load_task){0}; /* it began since */
}

/* What all tasks ran and waited since. */
static struct load_task add_up(const struct load *before, const struct load *now)
{
    struct load_task sum = {0};

    for (size_t i = 0; i < now->count; i++) {
        struct load_task from = task_before(before, now->tasks[i].id), to = now->tasks[i];
        sum.ran_ns += to.ran_ns > from.ran_ns ? to.ran_ns - from.ran_ns : 0;
        sum.waited_ns += to.waited_ns > from.waited_ns ? to.waited_ns - from.waited_ns : 0;
    }
    return sum;
}

/* In the kernel, where nothing interrupts it, or on its way to a processor that others have: of
 * took ms it ran less than a tenth. The one that asks is neither. */
static bool any_is_held(const struct load *before, const struct load *now, int64_t took, bool busy)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct load_task *t = &now->tasks[i];
        uint64_t ran = t->ran_ns - task_before(before, t->id).ran_ns;
        bool waits = busy && t->state == 'R' && (int64_t)(ran / 1000000) < took / 10;
        if (t->id != getpid() && (t->state == 'D' || waits))
            return true;
    }
    return false;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t load_waited(const struct load *l, bool *held)
{
    int64_t tick_ms = 1000 / sysconf(_SC_CLK_TCK), cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct load now = {0};

    load_begin(&now);
    int64_t took = (now.began_us - l->began_us) / 1000;
    int64_t busy = (int64_t)(now.busy - l->busy) * tick_ms;
    int64_t stolen = (int64_t)(now.stolen - l->stolen) * tick_ms / cores;
    struct load_task sum = add_up(l, &now);
    int64_t waited = (int64_t)(sum.waited_ns / 1000000) + stolen;
    bool told = now.count > 0;
    *held = any_is_held(l, &now, took, busy / cores > took * 3 / 4);
    load_finish(&now);
    if (!told)
        return busy / cores > took / 2 ? least(busy / cores, took) : 0;
    return least(least(waited, busy - (int64_t)(sum.ran_ns / 1000000)), took);
}

int64_t load_idle(const struct load *l, int64_t ms)
{
    int64_t tick_ms = 1000 / sysconf(_SC_CLK_TCK), used;
    struct load now = {0};

    load_begin(&now);
    struct load_task sum = add_up(l, &now);
    if (now.count > 0)
        used = (int64_t)((sum.ran_ns + sum.waited_ns) / 1000000) +
               (int64_t)(now.stolen - l->stolen) * tick_ms;
    else
        used = (int64_t)(now.busy - l->busy) * tick_ms;
    load_finish(&now);
    return used < ms ? ms - used : 0;
}
