/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include "command.h"

#include <stdlib.h>
#include <string.h>

/* The smaller of two limits, of which 0 is none. */
static unsigned least(unsigned a, unsigned b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static struct limits within_both(const struct limits *a, const struct limits *b)
{
    return (struct limits){
        .longest_oif = least(a->longest_oif, b->longest_oif),
        .most_clients = least(a->most_clients, b->most_clients),
        .one_mask = a->one_mask || b->one_mask,
        .no_letters = a->no_letters || b->no_letters,
    };
}

/* Each speaks for its own program; whether it is tidy is no matter of the other. */
static char **common_features(const struct manifest *a, const struct manifest *b)
{
    char **common = NULL;
    size_t n = 0;

    for (size_t i = 0; a->features[i] != NULL; i++) {
        common = x_realloc(common, (n + 2) * sizeof *common);
        if (manifest_claims(b, a->features[i]))
            common[n++] = a->features[i];
        common[n] = NULL;
    }
    return common;
}

static char *name_pair(const struct manifest *server, const struct manifest *client,
                       enum judged judged)
{
    if (server == client)
        return x_strdup(server->name);
    if (judged == JUDGE_SERVER)
        return x_printf("server of %s (clients: %s)", server->name, client->name);
    if (judged == JUDGE_CLIENT)
        return x_printf("client of %s (server: %s)", client->name, server->name);
    return x_printf("server of %s, client of %s", server->name, client->name);
}

struct manifest *pair_create(const struct manifest *server, const struct manifest *client,
                             enum judged judged)
{
    struct manifest *p = x_calloc(1, sizeof *p);
    const struct manifest *judge = judged == JUDGE_CLIENT ? client : server;

    *p = *judge;
    p->name = name_pair(server, client, judged);
    p->root = server->root;
    p->objects = server->objects;
    p->features = common_features(server, client);
    p->own_wire = server->own_wire || client->own_wire;
    p->limits = within_both(&server->limits, &client->limits);
    p->server = server->server;
    p->client = client->client;
    if (p->server.socket == NULL && !program_is_told_socket(&p->client))
        p->server.socket = client->server.socket; /* where such a client expects any server */
    p->server.companion = judged == JUDGE_CLIENT;
    p->client.companion = judged == JUDGE_SERVER;
    return p;
}

void pair_destroy(struct manifest *pair)
{
    if (pair == NULL)
        return;
    free(pair->features);
    free(pair->name);
    free(pair);
}

bool pair_shares_wire(const struct manifest *a, const struct manifest *b)
{
    if (a == b || (!a->own_wire && !b->own_wire) || record_same(&a->record, &b->record))
        return true;
    return a->own_wire && b->own_wire && a->dialect != NULL && b->dialect != NULL &&
           strcmp(a->dialect, b->dialect) == 0;
}

static char *name_wire(const struct manifest *m)
{
    if (!m->own_wire)
        return x_strdup("rtm1");
    return m->dialect ? x_printf("own %s", m->dialect) : x_strdup("own");
}

static char *describe_wires(const struct manifest *server, const struct manifest *client)
{
    char *one = name_wire(server), *other = name_wire(client);
    char *text = x_printf("the wires differ: the server's manifest (%s) says wire = %s, the "
                          "client's (%s) wire = %s%s",
                          server->name, one, client->name, other,
                          server->own_wire && client->own_wire
                              ? "; wires of one name (own NAME), or of one [record], are the same"
                              : "");

    free(one);
    free(other);
    return text;
}

/* Whether the server listens at one place and the client connects to another, whatever each is
 * told.
 */
static bool miss_each_other(const struct manifest *server, const struct manifest *client)
{
    const char *here = server->server.socket, *there = client->server.socket;

    return here != NULL && there != NULL && !program_is_told_socket(&client->client) &&
           strcmp(here, there) != 0;
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool pair_starts(const struct test_case *t, bool server)
{
    static const char *const servers[] = {"server ", "expect server ", "expect second server "};
    static const char *const clients[] = {"client ", "clients ", "network client ",
                                          "expect client "};

    for (size_t i = 0; i < t->count; i++) {
        const char *shape = t->steps[i].command->shape;
        for (size_t k = 0; server && k < LENGTH(servers); k++)
            if (begins(shape, servers[k]))
                return true;
        for (size_t k = 0; !server && k < LENGTH(clients); k++)
            if (begins(shape, clients[k]))
                return true;
    }
    return false;
}

const struct manifest *pair_speaker(const struct manifest *m, const struct test_case *t)
{
    return pair_starts(t, true) ? m->server.home : m->client.home;
}

/* Whether all that the case checks is asked of the other role. */
static bool checks_only(const struct test_case *t, const char *subject)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->steps[i].cite != NULL && strcmp(t->steps[i].cite->subject, subject) != 0)
            return false;
    return true;
}

char *pair_lacking(const struct manifest *m, const struct test_case *t)
{
    bool server = pair_starts(t, true), client = pair_starts(t, false);
    const char *other = m->server.companion ? "server" : "client";
    bool companion = m->server.companion || m->client.companion;

    if (server && client && !pair_shares_wire(m->server.home, m->client.home))
        return describe_wires(m->server.home, m->client.home);
    if (server && client && miss_each_other(m->server.home, m->client.home))
        return x_printf("the server listens at %s and the client connects to %s, whatever they are "
                        "told (socket)",
                        m->server.home->server.socket, m->client.home->server.socket);
    if (companion && (!(m->server.companion ? client : server) || checks_only(t, other)))
        return x_printf("it judges the %s, which is not under test", other);
    return NULL;
}

bool pair_excuses(const struct manifest *m, const struct requirement *q,
                  const struct actor *accused)
{
    if (accused != NULL)
        return accused->program->companion;
    if (q == NULL)
        return false;
    return (m->server.companion && strcmp(q->subject, "server") == 0) ||
           (m->client.companion && strcmp(q->subject, "client") == 0);
}
