/* SPDX-License-Identifier: MIT */
#include "departure.h"

#include "command.h"
#include "probe.h"

#include <string.h>
#include <sys/wait.h>

#define NOTICED_MS 200 /* the end of a server, once its client has ended of it */

/* The server that the client was started for, or one in its place; NULL: a probe, or nobody. */
static struct actor *server_of(const struct world *w, const struct actor *a)
{
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->is_server && strcmp(w->actors[i]->socket, a->socket) == 0)
            return w->actors[i];
    return NULL;
}

static bool probe_has_left(const struct world *w, const struct actor *a)
{
    for (size_t i = 0; i < w->probe_count; i++) {
        const struct probe *p = w->probes[i];
        if (p->serves && strcmp(p->socket, a->socket) == 0)
            return p->fd < 0;
    }
    return false;
}

static bool server_has_gone(const struct world *w, const struct actor *a)
{
    const struct actor *s = server_of(w, a);

    if (s == NULL)
        return probe_has_left(w, a);
    return !actor_runs(s) || s->started_us > a->started_us;
}

bool departure_excuses(struct world *w, struct actor *a)
{
    int64_t until = now_ms() + NOTICED_MS;

    if (!a->program->ends_with_server || !WIFEXITED(a->status))
        return false;
    while (!server_has_gone(w, a) && now_ms() < until)
        world_pause(w, NOTICED_MS / 10);
    a->expected_to_end = server_has_gone(w, a);
    return a->expected_to_end;
}

/* Whether the step holds for a client that was started anew: the course asks no more. */
static bool asks_no_return(const struct step *s)
{
    return s->cite == NULL || strcmp(s->cite->origin, "rtm1") != 0;
}

static int settle(struct world *w, struct actor *a, void *arg)
{
    const struct actor *s = server_of(w, a);

    if (!a->program->ends_with_server || a->stopped || !server_has_gone(w, a))
        return 0;
    while (actor_runs(a) && world_wait(w))
        continue;
    if (actor_runs(a)) { /* it goes on, and is judged as any */
        world_begin_step(w, arg);
        return 0;
    }
    if (!WIFEXITED(a->status) && !a->expected_to_end)
        return 0;
    if (s == NULL || !actor_runs(s) || !asks_no_return(arg))
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "%s has ended with its server, as the manifest says (ends-with-server)",
                          a->name);
    world_note(w, "%s had ended with its server, and was started anew", a->name);
    return actor_start(w, a);
}

int departure_settle(struct world *w, const struct step *s)
{
    if (strncmp(s->command->shape, "start CLIENT", strlen("start CLIENT")) == 0)
        return 0;
    return world_each(w, s, 0, s->words.n, settle, (void *)s);
}
