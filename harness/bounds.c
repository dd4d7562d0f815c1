/* SPDX-License-Identifier: MIT */
#include "bounds.h"

#include <ctype.h>
#include <string.h>

static bool has_letter(const char *mac)
{
    while (*mac != '\0' && !isalpha((unsigned char)*mac))
        mac++;
    return *mac != '\0';
}

/* Whether the server has, or by now has to have, the destination with another mask too. */
static bool has_other_mask(const struct actor *a, const char *prefix)
{
    struct route r;

    if (a->oracle == NULL || route_parse_prefix(prefix, &r) != NULL)
        return false;
    for (uint8_t mask = 0; mask <= 32; mask++)
        if (mask != r.mask && oracle_find(a->oracle, r.destination, mask) != NULL)
            return true;
    return false;
}

int bounds_allow(struct world *w, const struct actor *a, const struct ask *ask)
{
    const struct limits *l = &w->manifest->limits;
    bool valued = ask->op == ASK_CREATE || ask->op == ASK_UPDATE;
    bool route = valued || ask->op == ASK_DELETE;

    if (valued && l->longest_oif > 0 && strlen(ask->oif) > l->longest_oif)
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "an interface name of %zu bytes; the manifest says longest-oif = %u",
                          strlen(ask->oif), l->longest_oif);
    if (route && l->one_mask && has_other_mask(a, ask->prefix))
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "%s beside another mask; the manifest says mask-in-key = no",
                          ask->prefix);
    if (l->no_letters && ask->mac != NULL && !route && has_letter(ask->mac))
        return world_fail(w, VERDICT_UNSUPPORTED,
                          "the MAC %s has letters; the manifest says mac-letters = no", ask->mac);
    return 0;
}

int bounds_allow_client(struct world *w)
{
    unsigned most = w->manifest->limits.most_clients, running = 0;

    for (size_t i = 0; i < w->actor_count; i++)
        running += !w->actors[i]->is_server && actor_runs(w->actors[i]);
    if (most == 0 || running <= most)
        return 0;
    return world_fail(w, VERDICT_UNSUPPORTED, "%u clients; the manifest says most-clients = %u",
                      running, most);
}
