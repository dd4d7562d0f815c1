/* SPDX-License-Identifier: MIT */
#include "ready.h"

#include "command.h"
#include "doing.h"
#include "network.h"
#include "probe.h"
#include "quiet.h"

#include <stdlib.h>
#include <string.h>

#define READY_MS 5000 /* without a sign of one that waits */

/* Whether it is started as every scenario does it, a client beside a server that is ready. */
static bool starts_plainly(const struct world *w, const struct actor *a)
{
    static const char *const plain[] = {"server NEW", "client NEWS", "clients NEW NUMBER"};
    bool served = a->is_server, plainly = w->step == NULL;

    for (size_t i = 0; i < w->actor_count; i++)
        served = served || (w->actors[i]->is_server && actor_runs(w->actors[i]));
    for (size_t i = 0; i < LENGTH(plain); i++)
        plainly = plainly || strcmp(w->step->command->shape, plain[i]) == 0;
    return served && plainly;
}

/* Waits until something happens. False at the deadline, or when it has long printed all that it
 * prints before it is asked. */
static bool await_sign(struct world *w, struct actor *a)
{
    int64_t until = now_ms() + READY_MS;

    world_pause(w, READY_MS);
    return a->ready || (!world_late(w) && (now_ms() < until || !doing_waits(a)));
}

/* Whether nobody has answered a client yet: its peer is a probe, not there, or serves others only.
 */
static bool is_unanswered(const struct world *w, const struct actor *a)
{
    bool served = false;

    if (a->is_server || where_is_network(a->socket))
        return false;
    for (size_t i = 0; i < w->actor_count; i++) {
        const struct actor *other = w->actors[i];
        if (!other->is_server && other->ready)
            return true;
        if (other->is_server && strcmp(other->socket, a->socket) == 0)
            served = actor_runs(other);
    }
    return !served;
}

/* A client whose ready is the first thing that it says of an answer. */
static int fail_unanswered(struct world *w, const struct actor *a, const char *last)
{
    world_timeout_broken(w, doing_waits(a),
                         "%s printed %s%s%s, and no server has answered it: [client] has ready = "
                         "\"%s\", which has to be printed before that (without ready it is ready "
                         "at once, or at its first prompt)",
                         a->name, *last ? "\"" : "nothing", last, *last ? "\" last" : "",
                         pattern_text(a->program->ready));
    return -1;
}

/* Who prints something that nobody expects is asked wrongly; who prints nothing, too, unless it
 * claims the line protocol. */
static int fail_unready(struct world *w, struct actor *a)
{
    const struct pattern *awaited = a->program->ready ? a->program->ready : a->program->prompt;
    const char *what = a->program->ready ? "ready" : "prompt", *last = doing_last(a);
    const char *role = a->is_server ? "server" : "client";
    bool speaks = *last != '\0' || !manifest_claims(w->manifest, "console");

    if (speaks && a->program->ready != NULL && is_unanswered(w, a))
        return fail_unanswered(w, a, last);
    if (!speaks || !starts_plainly(w, a))
        return world_timeout_for(w, a->is_server ? "TRN-1" : "SES-13", "%s did not become ready",
                                 a->name);
    if (*last == '\0')
        world_timeout_broken(w, false,
                             "%s printed nothing, and [%s] has %s = \"%s\" (terminal = yes, if its "
                             "output waits in a buffer)",
                             a->name, role, what, pattern_text(awaited));
    else
        world_timeout_broken(w, doing_waits(a),
                             "%s printed \"%s\" last%s, and [%s] has %s = \"%s\": no match",
                             a->name, last, a->heard.len > 0 ? ", without a line end" : "", role,
                             what, pattern_text(awaited));
    if (w->outcome.verdict == VERDICT_BROKEN)
        w->outcome.unready = role;
    return -1;
}

/* One that ended before it was ready. */
static int fail_ended(struct world *w, struct actor *a)
{
    const char *id = w->cite ? w->cite->id : a->is_server ? "TRN-1" : "SES-13";
    char *end = doing_describe_end(a);

    if (probe_was_missed(w, a))
        world_fail(w, VERDICT_BROKEN,
                   "%s ended with %s, and never connected to %s: the manifest says socket = %s",
                   a->name, end, a->socket, w->manifest->server.socket);
    else
        world_fail_for(w, id, "%s ended before it was ready, with %s", a->name, end);
    free(end);
    return -1;
}

int ready_await(struct world *w, struct actor *a)
{
    a->ready = a->program->ready == NULL && a->program->prompt == NULL;
    while (!a->ready) {
        world_accuse(w, a);
        if (!actor_runs(a))
            return fail_ended(w, a);
        if (!await_sign(w, a))
            return fail_unready(w, a);
    }
    world_accuse(w, NULL);
    return 0;
}

void ready_settle(struct world *w, struct actor *a)
{
    if (a->program->ready != NULL || a->program->prompt != NULL || a->stopped)
        return;
    while (actor_runs(a) && a->heard.len == 0 && a->last_printed[0] == '\0' && quiet_wait(w, a) > 0)
        continue;
}
