/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory: what a client has mapped.
 */
#include "actor.h"
#include "command_list.h"
#include "probe.h"
#include "wrap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Whether a line of a memory map is of an object that a server or a probe has told of. Without any
 * such name every object is meant. */
static bool is_told(const struct world *w, const char *line)
{
    const char *object = strstr(line, " /dev/shm/");
    bool known = false;

    if (object == NULL)
        return false;
    object += strlen(" /dev/shm");
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

/* Lines of a client's memory map that name an object, and how many of them it may write to. */
static int count_maps(struct world *w, const struct actor *client, size_t *maps, size_t *writable)
{
    struct buf text = {0};
    char path[64], *rest = NULL;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)client->pid);
    if (file_read(path, &text) < 0) {
        buf_finish(&text);
        return world_fail(w, VERDICT_SKIPPED, "%s: %s", path, strerror(errno));
    }
    *maps = *writable = 0;
    for (char *line = text.data ? strtok_r(text.data, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *rights = strchr(line, ' ');
        if (rights == NULL || !is_told(w, line))
            continue;
        ++*maps;
        *writable += rights[2] == 'w';
    }
    buf_finish(&text);
    return 0;
}

static int await_maps(struct world *w, struct actor *client, bool wanted)
{
    size_t maps = 0, writable = 0;
    int pause = 0;

    for (;;) {
        if (count_maps(w, client, &maps, &writable) < 0)
            return -1;
        if (writable > 0)
            return world_fail(w, VERDICT_FAIL, "%s may write to the object that it has mapped",
                              client->name);
        if ((maps > 0) == wanted)
            return 0;
        if (world_late(w))
            return world_timeout(w, "%s has %zu objects mapped", client->name, maps);
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
