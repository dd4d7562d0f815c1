/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory: what a client has mapped.
 */
#include "actor.h"
#include "command_list.h"
#include "maps.h"
#include "probe.h"
#include "wrap.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

struct count {
    const struct world *world;
    size_t maps, writable;
};

/* Whether it is an object that a server or a probe has told of. Without any such name every object
 * is meant. */
static bool is_told(const struct world *w, const char *object)
{
    bool known = false;

    for (size_t i = 0; i < w->actor_count + w->probe_count; i++) {
        const char *name = NULL;
        if (i < w->actor_count)
            name = w->actors[i]->shm.name;
        else if (w->probes[i - w->actor_count]->segment != NULL)
            name = w->probes[i - w->actor_count]->segment->name;
        if (name != NULL && strncmp(object, name, strlen(name)) == 0)
            return true;
        known = known || name != NULL;
    }
    return !known;
}

static void count(void *ctx, const struct mapping *m)
{
    struct count *c = ctx;

    if (!is_told(c->world, m->name))
        return;
    c->maps++;
    c->writable += m->writable;
}

static int await_maps(struct world *w, struct actor *client, bool wanted)
{
    int pause = 0;

    for (;;) {
        struct count c = {.world = w};
        if (maps_each(client->pid, count, &c) < 0)
            return world_fail(w, VERDICT_SKIPPED, "the memory map of %s: %s", client->name,
                              strerror(errno));
        if (c.writable > 0)
            return world_fail(w, VERDICT_FAIL, "%s may write to the object that it has mapped",
                              client->name);
        if ((c.maps > 0) == wanted)
            return 0;
        if (world_late(w))
            return world_timeout(w, "%s has %zu objects mapped", client->name, c.maps);
        world_pause(w, next_pause(&pause));
    }
}

int run_shm_mapped(struct world *w, const struct step *s)
{
    return await_maps(w, world_actor(w, step_word(s, 1)), true);
}

int run_shm_unmapped(struct world *w, const struct step *s)
{
    return await_maps(w, world_actor(w, step_word(s, 1)), false);
}

int run_answers_or_dies(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct ask ask = {.op = ASK_LINE, .line = step_word(s, 3)};

    a->expected_to_end = true;
    if (actor_ask(w, a, &ask) == 0) {
        a->expected_to_end = false;
        return 0;
    }
    if (actor_runs(a) || !WIFSIGNALED(a->status))
        return -1;
    world_forgive(w);
    wrap_excuse(w, a->name);
    world_tell(w, "a signal ended %s: %s", a->name, strsignal(WTERMSIG(a->status)));
    return 0;
}
