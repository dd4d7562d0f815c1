/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include "compare.h"

#include <string.h>

#define ORDINARY 15 /* bytes of an interface name: IFNAMSIZ without its NUL, netdevice(7) */

static bool has_accepted(const struct actor *a, enum operation op)
{
    return (a->accepts & 1U << op) != 0;
}

bool refusal_is_done(const struct world *w, const struct actor *a, enum operation op,
                     const char *line, size_t len)
{
    return !manifest_claims(w->manifest, "console") && !a->program->fresh &&
           pattern_match(a->program->ask[op].done, line, len);
}

bool refusal_may_be_none(const struct world *w, const struct actor *a, enum operation op,
                         const char *line)
{
    return !manifest_claims(w->manifest, "console") && !a->program->fresh &&
           (!has_accepted(a, op) || refusal_is_done(w, a, op, line, strlen(line)));
}

bool refusal_is_none(struct world *w, struct actor *a, enum operation op, const char *line)
{
    struct dump d;
    bool made = dump_read(w, a, &d) == 0 && compare_same(&d, a->oracle);

    dump_finish(&d);
    if (!world_goes_on(w)) /* the refusal came first */
        world_retract(w);
    if (made)
        world_fail(w, VERDICT_BROKEN,
                   "%s says \"%s\", which refused of [server.%s] matches, and its table has what "
                   "was to be made; refused has to match refusals only",
                   a->name, line, operation_name(op));
    return made;
}

void refusal_doubt(struct world *w, const struct actor *a)
{
    if (!has_accepted(a, ASK_CREATE) && !manifest_claims(w->manifest, "console"))
        buf_printf(&w->outcome.detail,
                   "%s has accepted no route yet; rtmtest doctor --iut %s shows whether the "
                   "manifest is right\n",
                   a->name, w->manifest->file);
}

int refusal_fail(struct world *w, struct actor *a, const struct ask *ask, bool changed,
                 const char *what)
{
    if (changed && refusal_may_be_none(w, a, ask->op, ask->closing) &&
        refusal_is_none(w, a, ask->op, ask->closing))
        return -1;
    world_fail(w, VERDICT_FAIL, "%s refuses what %s: %s", a->name, what, ask->closing);
    if (ask->oif != NULL && strlen(ask->oif) > ORDINARY && !manifest_claims(w->manifest, "console"))
        buf_printf(
            &w->outcome.detail,
            "its interface has %zu bytes; longest-oif in [iut] says how many a program takes\n",
            strlen(ask->oif));
    refusal_doubt(w, a);
    return -1;
}
