/* SPDX-License-Identifier: MIT */
#include "lineup.h"

#include "build.h"
#include "pair.h"
#include "tier.h"
#include "wrap.h"

#include <stdlib.h>

/* What the profile makes of it. */
static struct manifest *read_one(const char *path, const struct options *o, struct diag *d)
{
    struct manifest *m = manifest_read(path, d);

    if (m != NULL)
        m->course = o->tiers != 0 && (o->tiers & 1u << TIER_RTM1) == 0;
    return m;
}

/* The one that the other options speak of. */
static struct manifest *read_own(const char *path, const struct options *o, struct diag *d)
{
    struct manifest *m = read_one(path, o, d);

    if (m != NULL && o->root != NULL)
        manifest_set_root(m, o->root, d);
    if (m != NULL && o->called != NULL) {
        free(m->name);
        m->name = x_strdup(o->called);
    }
    return m;
}

static void build_both(struct lineup *l, const struct options *o)
{
    l->trouble = build_by(l->own, o->copied, o->sandbox);
    if (l->trouble == NULL && l->companion != NULL)
        l->trouble = build_by(l->companion, false, o->sandbox);
}

static void wrap_programs(struct manifest *m, const struct options *o, struct diag *d)
{
    if (o->wrap_server != NULL && m != NULL)
        m->server.wrapper = wrap_parse("--wrap-server", o->wrap_server, d);
    if (o->wrap_client != NULL && m != NULL)
        m->client.wrapper = wrap_parse("--wrap-client", o->wrap_client, d);
}

static void need_program(const struct manifest *m, bool server, struct diag *d)
{
    const struct program *p = server ? &m->server : &m->client;

    if (p->command == NULL)
        diag_add(d, m->file, 1, 1, "there is no [%s] that could take part",
                 server ? "server" : "client");
}

/* The role that is left for the reference. */
static void complete(struct lineup *l, const struct options *o)
{
    const struct manifest *m = l->own;

    if (m == NULL || m->own_wire || (m->server.command != NULL && m->client.command != NULL))
        return;
    char **role = m->server.command == NULL ? &l->server : &l->client;
    *role = share_path(o, "tests/iuts/reference.rtmi");
}

/* Both roles, once it is known who plays them. */
static void make_pair(struct lineup *l, bool both, struct diag *d)
{
    bool serves = !both && l->server != NULL; /* the companion does */
    const struct manifest *server = serves ? l->companion : l->own;
    const struct manifest *client = serves ? l->own : l->companion;

    need_program(server, true, d);
    need_program(client, false, d);
    l->pair = pair_create(server, client, both ? JUDGE_BOTH : serves ? JUDGE_CLIENT : JUDGE_SERVER);
}

const struct manifest *lineup_read(struct lineup *l, const struct options *o, struct diag *d)
{
    bool both = o->server != NULL && o->client != NULL;

    *l = (struct lineup){.server = o->server ? x_strdup(o->server) : NULL,
                         .client = o->client ? x_strdup(o->client) : NULL};
    l->own = read_own(both ? o->server : o->iut, o, d);
    wrap_programs(l->own, o, d);
    if (l->server == NULL && l->client == NULL)
        complete(l, o);
    if (l->server == NULL && l->client == NULL) {
        if (d->count == 0)
            build_both(l, o);
        return l->own;
    }
    l->companion = read_one(l->client ? l->client : l->server, o, d);
    if (both)
        wrap_programs(l->companion, o, d);
    if (d->count == 0)
        build_both(l, o);
    if (l->own != NULL && l->companion != NULL)
        make_pair(l, both, d);
    return l->pair;
}

void lineup_finish(struct lineup *l)
{
    pair_destroy(l->pair);
    manifest_destroy(l->own);
    manifest_destroy(l->companion);
    free(l->server);
    free(l->client);
    free(l->trouble);
    *l = (struct lineup){0};
}
