/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include "actor.h"
#include "arp.h"
#include "doing.h"
#include "pace.h"
#include "probe.h"
#include "queue.h"
#include "world.h"
#include "wrap.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 500 /* for processes that a program leaves when it ends */

/* Whether a server found the object of a MAC when it started. */
static bool was_found(const struct world *w, const char *name)
{
    uint64_t mac;

    if (!w->manifest->objects.per_mac || !objects_mac(&w->manifest->objects, name, &mac))
        return false;
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->found != NULL && arp_find(w->actors[i]->found, mac) != NULL)
            return true;
    return false;
}

/* Whether a shared memory object is a probe's, or may be that of a killed server. */
static bool owns_object(const struct world *w, const char *name)
{
    if (was_found(w, name))
        return true;
    for (size_t i = 0; i < w->probe_count; i++)
        if (w->probes[i]->segment != NULL && strcmp(w->probes[i]->segment->name + 1, name) == 0)
            return true;
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->is_server && w->actors[i]->killed)
            return true;
    return false;
}

/* Whether a server that was killed could not take it with it. */
static bool was_kept(const struct world *w, const char *socket)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->is_server && w->actors[i]->killed &&
            strcmp(w->actors[i]->socket, socket) == 0)
            return true;
    return false;
}

/* Whether it is the socket of a probe that listens, or what a program that was killed could not
 * take with it: a server its socket, wherever that is, and any what has that name and more. */
static bool is_of_socket(const struct world *w, const char *directory, const char *name)
{
    char *path = x_printf("%s/%s", directory, name);
    bool is = was_kept(w, path);

    for (size_t i = 0; i < w->probe_count; i++)
        is = is || (w->probes[i]->listener >= 0 && strcmp(w->probes[i]->socket, path) == 0);
    for (size_t i = 0; i < w->actor_count; i++) {
        const struct actor *a = w->actors[i];
        size_t len = strlen(a->socket);
        is = is || (a->killed && strncmp(a->socket, path, len) == 0 && path[len] != '\0');
    }
    free(path);
    return is;
}

/* Whether the scenario has a file of that name there. */
static bool is_of_scenario(const struct world *w, const char *directory, const char *name)
{
    size_t len = strlen(directory);

    for (size_t i = 0; i < w->file_count; i++) {
        const char *path = w->files[i].path;
        if (strncmp(path, directory, len) == 0 && path[len] == '/' &&
            strcmp(path + len + 1, name) == 0)
            return true;
    }
    return false;
}

/* Whether a file belongs where it is: nothing does but those of the private directory, and what the
 * sandbox has put into /tmp. */
static bool belongs(const struct world *w, const char *directory, const char *name)
{
    if (is_of_socket(w, directory, name))
        return true;
    if (strcmp(directory, "/tmp") == 0)
        return strcmp(name, "iut") == 0 || strcmp(name, "other") == 0 || strcmp(name, "rtm") == 0 ||
               strcmp(name, "data") == 0 || strcmp(name, "little") == 0;
    if (strcmp(directory, "/dev/shm") == 0)
        return owns_object(w, name);
    if (strcmp(directory, "/dev/mqueue") == 0)
        return queue_may_stay(w, name);
    return is_of_scenario(w, directory, name) ||
           (strcmp(directory, w->sandbox->dir) == 0 && wrap_is_log(w, name));
}

/* What was left there: what, if it is a file, else what it is. */
static const char *kind_of(const struct dirent *e, const char *what)
{
    return e->d_type == DT_SOCK   ? "socket"
           : e->d_type == DT_FIFO ? "pipe"
           : e->d_type == DT_DIR  ? "directory"
                                  : what;
}

static void add(struct buf *left, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct buf *left, const char *format, ...)
{
    va_list args;

    buf_adds(left, left->len > 0 ? ", " : "");
    va_start(args, format);
    buf_vprintf(left, format, args);
    va_end(args);
}

static void audit_directory(const struct world *w, const char *path, const char *what,
                            struct buf *left)
{
    DIR *d = opendir(path);

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
            !belongs(w, path, e->d_name))
            add(left, "%s %s/%s", kind_of(e, what), path, e->d_name);
    if (d != NULL)
        closedir(d);
}

/* Any process of the case that is left, 0 if none: without namespaces one that came to this process
 * is all that can be found; the first of a namespace is this one. */
static pid_t find_left(const struct world *w)
{
    DIR *d = w->sandbox->namespaces ? opendir("/proc") : NULL;
    pid_t left = w->sandbox->namespaces ? 0 : sandbox_find_child();

    for (struct dirent *e; d != NULL && left == 0 && (e = readdir(d)) != NULL;) {
        long pid = strtol(e->d_name, NULL, 10);
        if (pid > 1 && kill((pid_t)pid, 0) == 0) /* it may have ended meanwhile */
            left = (pid_t)pid;
    }
    if (d != NULL)
        closedir(d);
    return left;
}

/* Orphans come to this process. */
static void reap_orphans(struct world *w)
{
    pid_t gone;

    while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
        world_tell(w, "an orphan, pid %d, had ended", (int)gone);
}

/* A helper that ends when its program does may do so some moments later. */
static void audit_processes(struct world *w, struct buf *left)
{
    int64_t until = now_ms() + pace_stretch(GRACE_MS);
    pid_t pid;

    for (reap_orphans(w); (pid = find_left(w)) > 0; reap_orphans(w)) {
        struct pollfd ended = {.fd = pidfd_open(pid, 0), .events = POLLIN};
        int64_t more = until - now_ms();
        int happened = ended.fd < 0 ? 1 : poll(&ended, 1, more > 0 ? (int)more : 0);
        if (ended.fd >= 0)
            close(ended.fd);
        if (happened > 0 && more > 0)
            continue;
        char *name = doing_name(pid);
        add(left, "%s", name);
        free(name);
        return;
    }
}

/* Those that the case named; without namespaces there is no other way to find them. */
static void audit_queues(const struct world *w, struct buf *left)
{
    struct queue_state state;

    for (size_t i = 0; i < w->queue_count; i++)
        if (queue_look(w->queues[i], &state) == 0 && !queue_may_stay(w, w->queues[i]->path + 1))
            add(left, "message queue %s", w->queues[i]->path);
}

/* What has a name on the machine that the programs choose; without namespaces there is more there
 * than the case's. */
static void audit_objects(const struct world *w, struct buf *left)
{
    const struct objects *o = &w->manifest->objects;
    struct arp *list = objects_list(o, sandbox_owner(w->sandbox));
    const struct neighbour *n;

    for (size_t at = 0; (n = arp_next(list, &at)) != NULL;) {
        char *name = objects_name(o, n->mac);
        if (arp_find(w->before.others, n->mac) == NULL && !owns_object(w, name + 1))
            add(left, "shared memory object /dev/shm%s", name);
        free(name);
    }
    arp_destroy(list);
}

struct found {
    const struct world *world;
    struct buf *left;
};

static void add_object(void *ctx, const char *name)
{
    struct found *f = ctx;
    uint64_t mac;

    if (!objects_mac(&f->world->manifest->objects, name + 1, &mac) &&
        !owns_object(f->world, name + 1))
        add(f->left, "shared memory object /dev/shm%s", name);
}

static void audit_place(const struct world *w, struct buf *left)
{
    const char *place = manifest_place(w->manifest);

    if (before_has_come(&w->before, w->manifest, w->sandbox->uid) && !was_kept(w, place))
        add(left, "socket %s", place);
}

void audit_case(struct world *w)
{
    struct buf left = {0};

    audit_processes(w, &left); /* first: the last one may tidy up */
    audit_directory(w, w->sandbox->dir, "file", &left);
    if (w->sandbox->namespaces) {
        audit_directory(w, "/tmp", "file", &left);
        audit_directory(w, SANDBOX_LITTLE, "file", &left);
        audit_directory(w, "/dev/shm", "shared memory object", &left);
        audit_directory(w, "/dev/mqueue", "message queue", &left);
    } else {
        audit_queues(w, &left);
        audit_place(w, &left);
        if (w->before.others != NULL)
            audit_objects(w, &left);
        leftover_each(&w->leftover, w->sandbox->uid, add_object, &(struct found){w, &left});
    }
    if (left.len > 0)
        world_fail_for(w, "ROB-7", "left behind: %s", left.data);
    buf_finish(&left);
}
