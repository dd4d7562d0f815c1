/* SPDX-License-Identifier: MIT */
#include "bounds.h"

#include <ctype.h>
#include <stdlib.h>
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

static bool changes_route(const struct ask *ask)
{
    return ask->op == ASK_CREATE || ask->op == ASK_UPDATE || ask->op == ASK_DELETE;
}

char *bounds_lacking(const struct limits *l, const struct ask *ask)
{
    bool route = changes_route(ask);

    if (route && ask->op != ASK_DELETE && l->longest_oif > 0 && strlen(ask->oif) > l->longest_oif)
        return x_printf("an interface name of %zu bytes; the manifest says longest-oif = %u",
                        strlen(ask->oif), l->longest_oif);
    if (l->no_letters && ask->mac != NULL && !route && has_letter(ask->mac))
        return x_printf("the MAC %s has letters; the manifest says mac-letters = no", ask->mac);
    return NULL;
}

/* Where /dev/shm is not the case's, what is there may be anyone's. */
static int allow_object(struct world *w, const struct ask *ask)
{
    uint64_t mac;

    if (w->manifest->objects.per_mac && ask->op == ASK_ARP_ADD) {
        char *as_it_stands = objects_name_of(&w->manifest->objects, ask->mac);
        leftover_expect(&w->leftover, as_it_stands);
        free(as_it_stands);
    }
    if (w->before.others == NULL || ask->op != ASK_ARP_ADD || !mac_parse(ask->mac, &mac) ||
        arp_find(w->before.others, mac) == NULL)
        return 0;
    char *name = objects_name(&w->manifest->objects, mac);
    world_fail(
        w, VERDICT_SKIPPED,
        "/dev/shm%s was there before, and without namespaces it is the program's too; remove "
        "it if nobody needs it",
        name);
    free(name);
    return -1;
}

int bounds_allow(struct world *w, const struct actor *a, const struct ask *ask)
{
    const struct limits *l = &w->manifest->limits;
    char *lacking = bounds_lacking(l, ask);

    if (lacking == NULL && changes_route(ask) && l->one_mask && has_other_mask(a, ask->prefix))
        lacking =
            x_printf("%s beside another mask; the manifest says mask-in-key = no", ask->prefix);
    if (lacking == NULL)
        return allow_object(w, ask);
    world_fail(w, VERDICT_UNSUPPORTED, "%s", lacking);
    free(lacking);
    return -1;
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

/* The place that the manifest fixes; NULL if servers listen where they are told. */
static char *fixed_socket(const struct world *w)
{
    const char *fixed = w->manifest->server.socket;

    if (fixed == NULL)
        return NULL;
    return *fixed == '/' ? x_strdup(fixed) : x_printf("%s/%s", w->sandbox->dir, fixed);
}

char *bounds_socket(const struct world *w, const char *name)
{
    char *fixed = fixed_socket(w);

    for (size_t i = 0; fixed != NULL && i < w->actor_count; i++)
        if (actor_runs(w->actors[i]) && strcmp(w->actors[i]->socket, fixed) == 0) {
            free(fixed);
            fixed = NULL;
        }
    return fixed != NULL ? fixed : x_printf("%s/%s.sock", w->sandbox->dir, name);
}

int bounds_allow_server(struct world *w, const struct actor *a)
{
    char *fixed = a->is_server ? fixed_socket(w) : NULL;
    bool there = fixed == NULL || strcmp(a->socket, fixed) == 0;

    free(fixed);
    if (there)
        return 0;
    return world_fail(w, VERDICT_UNSUPPORTED, "a server at %s; the manifest says socket = %s",
                      a->socket, w->manifest->server.socket);
}
