/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Processes that start servers and clients, or see them fail to start.
 */
#include "bounds.h"
#include "command_list.h"
#include "departure.h"
#include "expand.h"
#include "probe.h"
#include "queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static struct actor *add_server(struct world *w, const struct step *s)
{
    char *socket = bounds_socket(w, step_word(s, 1));
    struct actor *a = actor_create(w, step_word(s, 1), true, socket);

    free(socket);
    return a;
}

int run_server(struct world *w, const struct step *s)
{
    return actor_start(w, add_server(w, s));
}

int run_server_limited(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->descriptors = (unsigned)atoi(step_word(s, 3));
    return actor_start(w, a);
}

static void add_queues(struct world *w, const struct step *s, size_t from, struct actor *a)
{
    a->queue_count = s->words.n - from;
    a->queues = x_calloc(a->queue_count, sizeof(struct queue *));
    for (size_t i = 0; i < a->queue_count; i++) {
        a->queues[i] = world_queue(w, step_word(s, from + i));
        a->queues[i]->server = a;
    }
}

int run_server_queues(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    add_queues(w, s, 4, a);
    return actor_start(w, a);
}

int run_server_umask(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->umask = (mode_t)strtoul(step_word(s, 4), NULL, 8);
    if (s->words.n > 7)
        add_queues(w, s, 7, a);
    return actor_start(w, a);
}

int run_server_held_back_queues(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->held_back = true;
    add_queues(w, s, 6, a);
    return actor_start(w, a);
}

int run_server_select(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->select = true;
    a->taken = (unsigned)atoi(step_word(s, 5));
    a->descriptors = a->taken + 1024;
    return actor_start(w, a);
}

int run_server_held_back(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->held_back = true;
    return actor_start(w, a);
}

static int start_server_reading(struct world *w, const struct step *s, const char *console)
{
    struct actor *a = add_server(w, s);

    a->console = x_strdup(console);
    a->lives_by = s->cite;
    return actor_start(w, a);
}

int run_server_reading(struct world *w, const struct step *s)
{
    return start_server_reading(w, s, world_file(w, step_word(s, 3))->path);
}

int run_server_reading_nothing(struct world *w, const struct step *s)
{
    return start_server_reading(w, s, "/dev/null");
}

/* The words from..to-1, for an actor. */
static char **take_faults(const struct step *s, size_t from, size_t to)
{
    char **faults = x_calloc(to - from + 1, sizeof *faults);

    for (size_t i = from; i < to; i++)
        faults[i - from] = x_strdup(step_word(s, i));
    return faults;
}

int run_server_failing(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, s);

    a->faults = take_faults(s, 3, s->words.n);
    return actor_start(w, a);
}

static int start_if_served(struct world *w, struct actor *a)
{
    return departure_allow_start(w, a) == 0 ? actor_start(w, a) : -1;
}

static int start_client(struct world *w, const char *name, const char *group, const char *socket)
{
    struct actor *a = actor_create(w, name, false, socket);

    a->group = group ? x_strdup(group) : NULL;
    return start_if_served(w, a);
}

/* The socket of the only server there is; with several, a scenario has to say which. */
static const char *only_server(struct world *w)
{
    const char *found = NULL;

    for (size_t i = 0; i < w->actor_count; i++) {
        if (!w->actors[i]->is_server)
            continue;
        if (found != NULL) {
            world_fail(w, VERDICT_BROKEN, "there are several servers; say of which");
            return NULL;
        }
        found = w->actors[i]->socket;
    }
    if (found == NULL)
        world_fail(w, VERDICT_BROKEN, "there is no server to connect to");
    return found;
}

int run_client(struct world *w, const struct step *s)
{
    const char *socket = only_server(w);

    for (size_t i = 1; socket != NULL && i < s->words.n; i++)
        if (start_client(w, step_word(s, i), NULL, socket) < 0)
            return -1;
    return socket ? 0 : -1;
}

int run_client_of(struct world *w, const struct step *s)
{
    const char *of = step_word(s, s->words.n - 1);
    struct actor *server = world_actor(w, of);
    const char *socket = server ? server->socket : world_probe(w, of)->socket;

    for (size_t i = 1; i + 2 < s->words.n; i++)
        if (start_client(w, step_word(s, i), NULL, socket) < 0)
            return -1;
    return 0;
}

int run_client_at(struct world *w, const struct step *s)
{
    char *path = expand_names(w, step_word(s, 3));
    struct actor *a = path ? actor_create(w, step_word(s, 1), false, path) : NULL;

    free(path);
    return a ? start_if_served(w, a) : -1;
}

static int start_client_reading(struct world *w, const struct step *s, const char *console)
{
    const char *socket = only_server(w);
    struct actor *a = socket ? actor_create(w, step_word(s, 1), false, socket) : NULL;

    if (a == NULL)
        return -1;
    a->console = x_strdup(console);
    a->lives_by = s->cite;
    return start_if_served(w, a);
}

int run_client_failing(struct world *w, const struct step *s)
{
    const char *socket = only_server(w);
    struct actor *a = socket ? actor_create(w, step_word(s, 1), false, socket) : NULL;

    if (a == NULL)
        return -1;
    a->faults = take_faults(s, 3, s->words.n);
    return start_if_served(w, a);
}

int run_client_of_failing(struct world *w, const struct step *s)
{
    const char *socket = world_probe(w, step_word(s, 3))->socket;
    struct actor *a = actor_create(w, step_word(s, 1), false, socket);

    a->faults = take_faults(s, 5, s->words.n);
    return start_if_served(w, a);
}

int run_client_reading(struct world *w, const struct step *s)
{
    return start_client_reading(w, s, world_file(w, step_word(s, 3))->path);
}

int run_client_reading_nothing(struct world *w, const struct step *s)
{
    return start_client_reading(w, s, "/dev/null");
}

int run_clients(struct world *w, const struct step *s)
{
    const char *socket = only_server(w);
    int n = atoi(step_word(s, 2)), result = socket ? 0 : -1;

    for (int i = 1; i <= n && result == 0; i++) {
        char *name = x_printf("%s%d", step_word(s, 1), i);
        result = start_client(w, name, step_word(s, 1), socket);
        free(name);
    }
    return result;
}

int start_fails(struct world *w, struct actor *a, const char *path, const char *text)
{
    enum verdict failed = a->program->companion ? VERDICT_BROKEN : VERDICT_FAIL;
    int started = actor_start(w, a);

    a->expected_to_end = true;
    if (started == 0)
        return world_fail(w, VERDICT_FAIL, "a %s started at %s", a->is_server ? "server" : "client",
                          path);
    /* actor_start() has recorded its end as a failure to start: here that is what has to happen */
    if (w->outcome.verdict != failed || actor_runs(a))
        return -1;
    world_forgive(w);
    if (actor_wait_end(w, a) < 0)
        return -1;
    if (!WIFEXITED(a->status) || a->status == 0) {
        char *end = actor_describe_end(a);
        world_fail(w, VERDICT_FAIL, "it ended with %s; expected a status that is not 0", end);
        free(end);
        return -1;
    }
    if (!actor_complained(a, path))
        return world_fail(w, VERDICT_FAIL, "it ended and did not name %s on standard error", path);
    if (!actor_complained(a, text))
        return world_fail(w, VERDICT_FAIL, "it ended and did not say \"%s\" on standard error",
                          text);
    /* it is no server to connect to: the name is free again */
    w->actor_count--;
    actor_destroy(a);
    return 0;
}

int run_second_server(struct world *w, const struct step *s)
{
    struct actor *first = world_actor(w, step_word(s, 4));
    char *name = x_printf("%s2", first->name);
    struct actor *second = actor_create(w, name, true, first->socket);

    free(name);
    return start_fails(w, second, first->socket, "");
}

/* A server at a path of its own with so many queues, of which it cannot have the last. */
static int queues_fail(struct world *w, const struct step *s, size_t count, long bytes,
                       char **faults)
{
    char *socket = x_printf("%s/without.sock", w->sandbox->dir);
    struct actor *a = actor_create(w, "without", true, socket);

    free(socket);
    a->queue_count = count;
    a->queues = x_calloc(count, sizeof(struct queue *));
    for (size_t i = 0; i < count; i++)
        a->queues[i] = world_queue(w, step_word(s, 4 + i));
    a->queue_bytes = bytes;
    a->faults = faults;
    return start_fails(w, a, a->queues[count - 1]->path, step_word(s, s->words.n - 1));
}

int run_queues_fail(struct world *w, const struct step *s)
{
    return queues_fail(w, s, s->words.n - 7, 0, NULL);
}

int run_queue_fails_within(struct world *w, const struct step *s)
{
    return queues_fail(w, s, 1, atol(step_word(s, 6)), NULL);
}

int run_queue_fails_failing(struct world *w, const struct step *s)
{
    return queues_fail(w, s, 1, 0, take_faults(s, 6, s->words.n - 3));
}

int run_server_at_fails(struct world *w, const struct step *s)
{
    char *path = expand_names(w, step_word(s, 3));
    int result =
        path ? start_fails(w, actor_create(w, "server", true, path), path, step_word(s, 6)) : -1;

    free(path);
    return result;
}

/* A path of so many bytes in the private directory; it starts with the actor's name. */
static char *path_of(struct world *w, const char *name, size_t bytes)
{
    char *start = x_printf("%s/%s", w->sandbox->dir, name);
    size_t len = strlen(start);
    char *path = x_calloc(bytes + 1, 1);

    if (len < bytes)
        memset(path, 'x', bytes);
    else
        world_fail(w, VERDICT_BROKEN, "%s alone has %zu bytes; use a shorter TMPDIR", start, len);
    if (len < bytes)
        memcpy(path, start, len);
    free(start);
    if (*path != '\0')
        return path;
    free(path);
    return NULL;
}

int run_server_with_path(struct world *w, const struct step *s)
{
    char *path = path_of(w, step_word(s, 1), (size_t)atol(step_word(s, 6)));
    struct actor *a = path ? actor_create(w, step_word(s, 1), true, path) : NULL;

    free(path);
    return a ? actor_start(w, a) : -1;
}

static int path_fails(struct world *w, const struct step *s, bool is_server)
{
    char *path = path_of(w, step_word(s, 1), (size_t)atol(step_word(s, 6)));
    int result = -1;

    if (path != NULL)
        result = start_fails(w, actor_create(w, step_word(s, 1), is_server, path), w->sandbox->dir,
                             "107");
    free(path);
    return result;
}

int run_server_path_fails(struct world *w, const struct step *s)
{
    return path_fails(w, s, true);
}

int run_client_path_fails(struct world *w, const struct step *s)
{
    return path_fails(w, s, false);
}
