/* SPDX-License-Identifier: MIT */
#include "departure.h"

#include "command.h"
#include "doing.h"
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

/* Whether the client ended as it does where its server goes. */
static bool departure_excuses(struct world *w, struct actor *a)
{
    int64_t until = now_ms() + NOTICED_MS;

    if (comes_back(a) || !WIFEXITED(a->status))
        return false;
    while (!server_has_gone(w, a) && now_ms() < until)
        world_pause(w, NOTICED_MS / 10);
    a->expected_to_end = server_has_gone(w, a);
    return a->expected_to_end;
}

/* A server that was ready and has ended by itself, or NULL. */
static struct actor *lost_server(const struct world *w)
{
    for (size_t i = 0; i < w->actor_count; i++) {
        struct actor *s = w->actors[i];
        if (s->is_server && s->ready && !actor_runs(s) && !s->expected_to_end)
            return s;
    }
    return NULL;
}

/* Whether it may be for its server that the client has ended. */
static bool may_be_turned_out(const struct actor *a)
{
    return !a->is_server && a->program->ends_with_server && WIFEXITED(a->status) &&
           a->lives_by == NULL;
}

static int fail_ended(struct world *w, const struct actor *a)
{
    char *end = doing_describe_end(a);
    const struct actor *s = server_of(w, a);

    world_accuse(w, a);
    if (!may_be_turned_out(a) || s == NULL) {
        world_fail(w, VERDICT_FAIL, "%s ended by itself with %s", a->name, end);
    } else { /* a server that is taken to be right closes no connection */
        world_accuse(w, s->program->companion ? a : s);
        world_fail(w, VERDICT_FAIL,
                   "%s ended with %s, as if %s had closed its connection; %s lives", a->name, end,
                   s->name, s->name);
    }
    free(end);
    return -1;
}

static int check_servers(struct world *w)
{
    const struct actor *s = lost_server(w);

    return s == NULL ? 0 : fail_ended(w, s);
}

int departure_check_ends(struct world *w)
{
    if (check_servers(w) < 0)
        return -1;
    for (size_t i = 0; i < w->actor_count; i++) {
        struct actor *a = w->actors[i];
        if (!actor_runs(a) && !a->expected_to_end && !departure_excuses(w, a))
            return check_servers(w) < 0 ? -1 : fail_ended(w, a);
    }
    return 0;
}

/* Whether some client has ended by itself. */
static bool is_client_lost(const struct world *w)
{
    for (size_t i = 0; i < w->actor_count; i++) {
        const struct actor *a = w->actors[i];
        if (!a->is_server && !actor_runs(a) && a->pidfd >= 0 && !a->expected_to_end)
            return true;
    }
    return false;
}

/* Whether a server may be about to end: who could not connect may have seen that first. */
static bool is_server_leaving(const struct world *w)
{
    const struct requirement *q = w->outcome.cite;

    return q != NULL && (strcmp(q->id, "TRN-1") == 0 || strcmp(q->id, "NET-1") == 0);
}

void departure_reconsider(struct world *w)
{
    enum verdict v = w->outcome.verdict;
    int64_t until = now_ms() + NOTICED_MS;

    if ((v != VERDICT_FAIL && v != VERDICT_BROKEN && v != VERDICT_UNSUPPORTED) ||
        (w->accused != NULL && w->accused->is_server))
        return;
    while (lost_server(w) == NULL && (is_client_lost(w) || is_server_leaving(w)) &&
           now_ms() < until)
        world_pause(w, NOTICED_MS / 10);
    if (lost_server(w) == NULL)
        return;
    buf_printf(&w->outcome.detail, "what was seen of that: %s\n", w->outcome.message);
    world_retract(w);
    check_servers(w);
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
    if (check_servers(w) < 0)
        return -1;
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
