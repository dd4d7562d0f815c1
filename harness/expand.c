/* SPDX-License-Identifier: MIT */
#include "expand.h"

#include "actor.h"
#include "agent.h"
#include "probe.h"
#include "queue.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The prefix of the last row of a table file, or NULL. */
static char *last_prefix(const struct world_file *f)
{
    struct buf text = {0};
    char *result = NULL;

    if (file_read_plain(f->path, &text) == 0 && text.len > 1) {
        char *end = memrchr(text.data, '\n', text.len - 1);
        const char *row = end ? end + 1 : text.data;
        result = x_strndup(row, strcspn(row, " \n"));
    }
    buf_finish(&text);
    return result;
}

/* The live value of "NAME.property", or NULL. */
static char *live_value(struct world *w, const char *reference)
{
    char name[64];
    int used = 0;

    if (sscanf(reference, "%63[A-Za-z0-9].%n", name, &used) != 1 || used == 0)
        return NULL;
    const char *property = reference + used;
    struct actor *a = world_actor(w, name);
    struct probe *p = world_probe(w, name);
    struct agent *process = world_agent(w, name);
    struct world_file *f = world_file(w, name);
    struct queue *q = world_queue(w, name);
    if (q != NULL && strcmp(property, "name") == 0)
        return x_strdup(q->path);
    if (a != NULL && strcmp(property, "pid") == 0)
        return x_printf("%d", (int)a->pid);
    if (p != NULL && strcmp(property, "pid") == 0)
        return x_printf("%d", (int)probe_pid(p));
    if (process != NULL && strcmp(property, "pid") == 0)
        return x_printf("%d", (int)process->pid);
    if (p != NULL && strcmp(property, "epoch") == 0)
        return x_printf("%u.%u", (unsigned)(p->epoch >> 32), (unsigned)p->epoch);
    if (p != NULL && strcmp(property, "seq") == 0)
        return x_printf("%llu", (unsigned long long)p->seq);
    if (strcmp(property, "socket") == 0 && (a != NULL || p != NULL))
        return x_strdup(a != NULL ? a->socket : p->socket);
    if (a != NULL && a->places != NULL && strcmp(property, "network") == 0)
        return x_strdup(a->places[0]);
    if (p != NULL && p->segment != NULL && strcmp(property, "shm") == 0)
        return x_strdup(p->segment->name);
    if (a != NULL && a->shm.name != NULL && strcmp(property, "shm") == 0)
        return x_strdup(a->shm.name);
    if (f != NULL && strcmp(property, "path") == 0)
        return x_strdup(f->path);
    if (f != NULL && strcmp(property, "last") == 0)
        return last_prefix(f);
    return NULL;
}

char *expand_names(struct world *w, const char *text)
{
    struct buf out = {0};

    while (*text != '\0') {
        int len = 0;
        sscanf(text, "{%*[A-Za-z0-9].%*[a-z]}%n", &len);
        const char *end = text + len - 1;
        if (len == 0) { /* a brace that stands for itself, too */
            buf_add(&out, text++, 1);
            continue;
        }
        char *reference = x_strndup(text + 1, (size_t)(end - text - 1)),
             *value = live_value(w, reference);
        if (value == NULL)
            world_fail(w, VERDICT_BROKEN,
                       "{%s} names nothing; expected {NAME.pid}, {ACTOR.socket}, "
                       "{SERVER.network}, {NAME.shm}, {QUEUE.name}, {PROBE.epoch}, {PROBE.seq}, "
                       "{FILE.path} or {FILE.last}",
                       reference);
        free(reference);
        if (value == NULL) {
            buf_finish(&out);
            return NULL;
        }
        buf_adds(&out, value);
        free(value);
        text = end + 1;
    }
    return buf_take(&out);
}
