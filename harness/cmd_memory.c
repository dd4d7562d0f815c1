/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Processes that look at memory. A wrapper's own memory would be counted
 * too: under one nothing is judged, and a note says so.
 */
#include "actor.h"
#include "command_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line of /proc/PID/status in KiB; -1 after world_fail(). */
static long read_memory(struct world *w, const struct actor *a, const char *key)
{
    char path[64], line[256];
    long kib = -1;
    size_t len = strlen(key);

    snprintf(path, sizeof path, "/proc/%d/status", (int)a->pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && kib < 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, len) == 0 && line[len] == ':')
            kib = atol(line + len + 1);
    if (f != NULL)
        fclose(f);
    if (kib < 0)
        return world_fail(w, VERDICT_BROKEN, "%s of %s cannot be read from %s", key, a->name, path);
    world_tell(w, "%s has %ld KiB (%s)", a->name, kib, key);
    return kib;
}

static bool is_wrapped(struct world *w, const struct actor *a)
{
    if (a->program->wrapper != NULL)
        buf_printf(&w->outcome.notes, "memory of %s not judged: it runs under a wrapper\n",
                   a->name);
    return a->program->wrapper != NULL;
}

int run_expect_memory(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    long kib = read_memory(w, a, "VmRSS");

    if (kib < 0 || is_wrapped(w, a))
        return kib < 0 ? -1 : 0;
    if (kib > atol(step_word(s, 3)) * 1024)
        return world_fail(w, VERDICT_FAIL, "%s holds %ld KiB; expected at most %s MiB", a->name,
                          kib, step_word(s, 3));
    return 0;
}

int run_mark_memory(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 3));

    a->marked_kib = read_memory(w, a, "RssAnon");
    return a->marked_kib < 0 ? -1 : 0;
}

int run_expect_growth(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    long kib = read_memory(w, a, "RssAnon"), most = atol(step_word(s, 6));

    if (kib < 0 || is_wrapped(w, a))
        return kib < 0 ? -1 : 0;
    if (a->marked_kib == 0)
        return world_fail(w, VERDICT_BROKEN,
                          "the memory of %s was not marked; say \"mark memory of %s\" before",
                          a->name, a->name);
    if (kib - a->marked_kib > most)
        return world_fail(w, VERDICT_FAIL, "%s grew from %ld to %ld KiB; expected %ld more at most",
                          a->name, a->marked_kib, kib, most);
    return 0;
}
