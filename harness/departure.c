/* SPDX-License-Identifier: MIT */
#include "departure.h"

#include "command.h"
#include "network.h"
#include "probe.h"
#include "quiet.h"

#include <string.h>
#include <sys/wait.h>

#define NOTICED_MS 200 /* the end of a server, once its client has ended of it */

static bool comes_back(const struct actor *a)
{
    const struct program *p = a->program;

    return a->is_server || (!p->ends_with_server && manifest_claims(p->home, "reconnect"));
}

/* What its manifest says of that. */
static const char *claim_of(const struct actor *a)
{
    return a->program->ends_with_server ? "as the manifest says (ends-with-server)"
                                        : "and the manifest does not claim reconnect";
}

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

    if (comes_back(a) || !WIFEXITED(a->status))
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

/* Waits until a client without its server has ended, or has seen that and stays. */
static void await_end(struct world *w, struct actor *a, const struct step *s)
{
    int more = 1;

    while (actor_runs(a) && more > 0)
        more = a->program->ends_with_server ? world_wait(w) : quiet_wait(w, a);
    if (actor_runs(a)) /* it goes on, and is judged as any */
        world_begin_step(w, s);
}

/* A new one in place of a client that has no connection any more. */
static int renew(struct world *w, struct actor *a)
{
    bool stays = actor_runs(a);

    if (stays && actor_quit(w, a) < 0)
        return -1;
    world_note(w, "%s had %s its server, and was started anew", a->name,
               stays ? "lost" : "ended with");
    return actor_start(w, a);
}

static int settle(struct world *w, struct actor *a, void *arg)
{
    const struct step *step = arg;
    const struct actor *s = server_of(w, a);

    if (comes_back(a) || a->stopped || !server_has_gone(w, a))
        return 0;
    await_end(w, a, step);
    if (actor_runs(a) && (s == NULL || !actor_runs(s) || !(step->command->flags & EXPECT)))
        return 0;
    if (!actor_runs(a) && !WIFEXITED(a->status) && !a->expected_to_end)
        return 0;
    if (s != NULL && actor_runs(s) && asks_no_return(step))
        return renew(w, a);
    return world_fail(w, VERDICT_UNSUPPORTED, "%s has %s its server, %s", a->name,
                      actor_runs(a) ? "lost" : "ended with", claim_of(a));
}

int departure_settle(struct world *w, const struct step *s)
{
    static const char *const apart[] = {"start CLIENT", "expect ACTOR exits"};

    for (size_t i = 0; i < LENGTH(apart); i++)
        if (strncmp(s->command->shape, apart[i], strlen(apart[i])) == 0)
            return 0;
    return world_each(w, s, 0, s->words.n, settle, (void *)s);
}

/* Whether anybody listens where the client is to connect. */
static bool is_served(const struct world *w, const struct actor *a)
{
    const struct actor *s = server_of(w, a);

    for (size_t i = 0; s == NULL && i < w->probe_count; i++)
        if (w->probes[i]->listener >= 0 && strcmp(w->probes[i]->socket, a->socket) == 0)
            return true;
    return where_is_network(a->socket) || (s != NULL && actor_runs(s));
}

int departure_allow_start(struct world *w, const struct actor *a)
{
    if (comes_back(a) || is_served(w, a))
        return 0;
    return world_fail(w, VERDICT_UNSUPPORTED, "there is no server for %s yet, %s", a->name,
                      claim_of(a));
}
