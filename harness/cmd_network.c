/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Network.
 */
#include "actor.h"
#include "command_list.h"
#include "compose.h"
#include "expand.h"
#include "network.h"
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Takes a place that the server is to serve; NULL after world_fail(). */
static int add_place(struct actor *a, char *place)
{
    size_t n = 0;

    if (place == NULL)
        return -1;
    while (a->places != NULL && a->places[n] != NULL)
        n++;
    a->places = x_realloc(a->places, (n + 2) * sizeof *a->places);
    a->places[n] = place;
    a->places[n + 1] = NULL;
    return 0;
}

/* A server that is on no network yet. */
static struct actor *add_server(struct world *w, const char *name)
{
    char *socket = x_printf("%s/%s.sock", w->sandbox->dir, name);
    struct actor *a = actor_create(w, name, true, socket);

    free(socket);
    return a;
}

/* With the addresses that the words from there on are; else 127.0.0.1. */
static struct actor *add_network_server(struct world *w, const struct step *s, size_t from)
{
    struct actor *a = add_server(w, step_word(s, 1));
    int result = from < s->words.n ? 0 : add_place(a, network_choose(w, "127.0.0.1"));

    for (size_t i = from; i < s->words.n && result == 0; i++)
        result = add_place(a, network_choose(w, step_word(s, i)));
    return result == 0 ? a : NULL;
}

int run_network_server(struct world *w, const struct step *s)
{
    struct actor *a = add_network_server(w, s, 6);

    return a ? actor_start(w, a) : -1;
}

int run_network_server_limited(struct world *w, const struct step *s)
{
    struct actor *a = add_network_server(w, s, s->words.n);

    if (a == NULL)
        return -1;
    a->descriptors = (unsigned)atoi(step_word(s, 6));
    return actor_start(w, a);
}

int run_public_server(struct world *w, const struct step *s)
{
    struct actor *a = add_network_server(w, s, 7);

    if (a == NULL)
        return -1;
    a->is_public = true;
    return actor_start(w, a);
}

int run_any_port_server(struct world *w, const struct step *s)
{
    struct actor *a = add_server(w, step_word(s, 1));

    add_place(a, x_strdup("127.0.0.1:0"));
    add_place(a, x_strdup("[::1]:0"));
    return actor_start(w, a);
}

int run_network_server_fails(struct world *w, const struct step *s)
{
    char *place = expand_names(w, step_word(s, 6));
    struct actor *a = place ? add_server(w, "server") : NULL;
    int result = -1;

    if (a != NULL) {
        add_place(a, x_strdup(place));
        result = start_fails(w, a, place, step_word(s, 9));
    }
    free(place);
    return result;
}

/* Where a server or a probe is in the network; at that address, if one is given. */
static const char *place_of(struct world *w, const char *name, const char *address)
{
    const struct actor *server = world_actor(w, name);
    const struct probe *probe = world_probe(w, name);

    for (size_t i = 0; server && server->places && server->places[i]; i++) {
        char *its = network_fill("{address}", server->places[i]);
        bool same = address == NULL || strcmp(address, its) == 0;
        free(its);
        if (same)
            return server->places[i];
    }
    if (probe != NULL && where_is_network(probe->socket))
        return probe->socket;
    world_fail(w, VERDICT_BROKEN, "%s is not on the network%s%s", name, address ? " at " : "",
               address ? address : "");
    return NULL;
}

/* The only server that is on the network. */
static const char *only_server(struct world *w)
{
    const char *found = NULL;

    for (size_t i = 0; i < w->actor_count; i++) {
        if (w->actors[i]->places == NULL)
            continue;
        if (found != NULL) {
            world_fail(w, VERDICT_BROKEN, "several servers are on the network; say of which");
            return NULL;
        }
        found = w->actors[i]->name;
    }
    if (found == NULL)
        world_fail(w, VERDICT_BROKEN, "no server is on the network");
    return found;
}

static int start_clients(struct world *w, const struct step *s, size_t to, const char *place)
{
    for (size_t i = 2; place != NULL && i < to; i++)
        if (actor_start(w, actor_create(w, step_word(s, i), false, place)) < 0)
            return -1;
    return place ? 0 : -1;
}

int run_network_client(struct world *w, const struct step *s)
{
    const char *server = only_server(w);

    return server ? start_clients(w, s, s->words.n, place_of(w, server, NULL)) : -1;
}

int run_network_client_of(struct world *w, const struct step *s)
{
    size_t of = s->words.n - 2;

    return start_clients(w, s, of, place_of(w, step_word(s, of + 1), NULL));
}

int run_network_client_of_at(struct world *w, const struct step *s)
{
    return start_clients(w, s, 3, place_of(w, step_word(s, 4), step_word(s, 6)));
}

int run_network_client_nowhere(struct world *w, const struct step *s)
{
    char *place = network_choose(w, "127.0.0.1");
    int result = start_clients(w, s, 3, place);

    free(place);
    return result;
}

int run_network_probe(struct world *w, const struct step *s)
{
    const char *address = s->words.n > 6 ? step_word(s, 6) : NULL;
    const char *place = place_of(w, step_word(s, 4), address);

    return place && probe_connect(w, step_word(s, 2), place, NULL) ? 0 : -1;
}

int run_network_probe_listens(struct world *w, const struct step *s)
{
    char *place = network_choose(w, s->words.n > 4 ? step_word(s, 5) : "127.0.0.1");
    int result = place && probe_listen(w, step_word(s, 2), place) ? 0 : -1;

    free(place);
    return result;
}

/* Where the server takes no more for now, a connection in the network is made later, one over a
 * Unix socket has to be tried again. */
static bool is_connecting(struct world *w, int fd, const struct where *where)
{
    int pause = 0;

    while (connect(fd, &where->any, where->size) < 0 && errno != EINPROGRESS) {
        if (errno != EAGAIN || world_late(w))
            return false;
        world_pause(w, next_pause(&pause));
    }
    return true;
}

/* One more connection, which waits where the server does not take it, and says HELLO. */
static int join_crowd(struct world *w, const struct where *where)
{
    struct frame hello;
    int fd = socket(where->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || !is_connecting(w, fd, where)) {
        world_fail(w, VERDICT_BROKEN, "a connection cannot be made: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    compose_hello(&hello);
    if (send(fd, hello.bytes, hello.len, MSG_NOSIGNAL) < 0)
        world_tell(w, "one of the crowd cannot say HELLO: %s", strerror(errno));
    w->crowd = x_realloc(w->crowd, (w->crowd_count + 1) * sizeof *w->crowd);
    w->crowd[w->crowd_count++] = fd;
    return 0;
}

int run_crowd(struct world *w, const struct step *s)
{
    const struct actor *server = world_actor(w, step_word(s, 1));
    const char *place = server->places ? place_of(w, step_word(s, 1), NULL) : server->socket;
    struct where where;
    int result = place && where_parse(place, &where) == NULL ? 0 : -1;

    for (int n = atoi(step_word(s, 3)); n > 0 && result == 0; n--)
        result = join_crowd(w, &where);
    return result;
}

int run_crowd_leaves(struct world *w, const struct step *s)
{
    (void)s;
    world_send_crowd_away(w);
    return 0;
}

static int set_network(struct world *w, bool up)
{
    if (w->sandbox->namespaces && sandbox_set_loopback(up) == 0)
        return 0;
    return world_fail(w, VERDICT_BROKEN, "the network cannot be changed: %s", strerror(errno));
}

int run_cut_network(struct world *w, const struct step *s)
{
    (void)s;
    return set_network(w, false);
}

int run_mend_network(struct world *w, const struct step *s)
{
    (void)s;
    return set_network(w, true);
}

int run_watches(struct world *w, const struct step *s)
{
    const struct actor *server = world_actor(w, step_word(s, 1));
    const struct probe *p = world_probe(w, step_word(s, 3));
    struct network_end end;
    int pause = 0;

    while (network_other_end(p->fd, &end)) {
        if (end.watched && end.watched_s <= 120)
            return 0;
        if (world_late(w))
            return world_timeout(w,
                                 "%s did not begin to watch over %s: no keepalive timer of at "
                                 "most two minutes runs at its end of the connection",
                                 server->name, p->name);
        world_pause(w, next_pause(&pause));
    }
    return world_fail(w, VERDICT_FAIL, "%s has closed the connection of %s", server->name, p->name);
}
