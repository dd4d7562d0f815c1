/* SPDX-License-Identifier: MIT */
#include "excuse.h"

#include "actor.h"
#include "footing.h"
#include "miscut.h"
#include "pair.h"

#include <stdlib.h>
#include <sys/wait.h>

char *excuse_find(const struct world *w, const struct requirement *cite, const char *what)
{
    char *cut = miscut_explain(w, w->accused), *excuse = NULL;

    if (cut != NULL)
        excuse = x_printf("%s; what came of it: %s", cut, what);
    else if (pair_excuses(w->manifest, cite, w->accused))
        excuse = x_printf("%s%s is broken by a program that is not under test: %s",
                          cite ? cite->id : "something", cite ? "" : " else", what);
    free(cut);
    return excuse;
}

void excuse_ends(struct world *w)
{
    const char *lacking = footing_lacking("waiting");
    struct outcome *o = &w->outcome;

    for (size_t i = 0; lacking != NULL && i < w->actor_count; i++) {
        const struct actor *a = w->actors[i];
        if (actor_runs(a) || a->expected_to_end || !WIFEXITED(a->status) || a->status == 0 ||
            (o->verdict != VERDICT_FAIL && o->verdict != VERDICT_BROKEN))
            continue;
        char *what = o->message;
        o->message = x_printf("%s; it may have had to: %s", what, lacking);
        o->verdict = VERDICT_SKIPPED;
        o->cite = NULL;
        world_tell(w, "= SKIPPED: %s", lacking);
        free(what);
    }
}
