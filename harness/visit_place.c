/* SPDX-License-Identifier: MIT */
#include "visit_place.h"

#include "listeners.h"
#include "probe.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

bool visit_socket(struct visit *v)
{
    const char *socket = v->s->socket;
    int result = 0, pause = 0;

    visit_begin(v, "[server]: where it listens");
    while (access(socket, F_OK) < 0 && !world_late(v->w))
        world_pause(v->w, next_pause(&pause));
    if (access(socket, F_OK) < 0) {
        char *there = listeners_list();
        result =
            world_fail(v->w, VERDICT_BROKEN, "there is no %s; who listens here: %s", socket, there);
        free(there);
    }
    return visit_finish(v, result, socket,
                        "socket to the place at which it listens whatever it is told, or {socket} "
                        "in command to where it takes one",
                        false);
}

void visit_unanswered(struct visit *v, const char *socket)
{
    struct world *w = v->w;

    if (w->manifest->client.ready == NULL)
        return;
    visit_begin(v, "[client] beside a server that says nothing");
    unlink(socket); /* what a server has left there */
    struct probe *q = probe_listen(w, "Q", socket);
    struct actor *b = q != NULL ? actor_create(w, "B", false, socket) : NULL;
    visit_finish(v, b != NULL ? actor_start(w, b) : -1, "it is ready",
                 "ready to a line that it prints before the server answers, or leave it out",
                 false);
    if (b != NULL && actor_runs(b) && actor_signal(w, b, SIGKILL) == 0)
        actor_wait_end(w, b);
    if (q != NULL)
        probe_leave(q);
}
