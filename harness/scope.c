/* SPDX-License-Identifier: MIT */
#include "scope.h"

#include "bounds.h"
#include "command.h"
#include "feed.h"

#include <stdlib.h>
#include <string.h>

/* A case as it is gone through. */
struct scope {
    const struct manifest *m;
    const struct test_case *test;
    const struct step *step;
    size_t clients; /* at least so many run by now */
};

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* What a start needs of the manifest, by a part of its shape. */
static char *lacking_start(const struct scope *s)
{
    const struct program *server = &s->m->server, *client = &s->m->client;
    const struct {
        const char *start, *part, *name;
        bool there;
    } needs[] = {
        {"server NEW", "", "server", server->command != NULL},
        {"server NEW", "on the network", "network of this program", server->network != NULL},
        {"server NEW", "any port", "line that tells a port", server->listening != NULL},
        {"server NEW", "on the public", "words for a public network", server->public != NULL},
        {"server NEW", "QUEUES", "queue of a server", server->queue != NULL},
        {"server NEW", "with select", "select of a server", server->select != NULL},
        {"network client", "", "network of this program", client->network != NULL},
        {"client NEW", "", "client", client->command != NULL},
        {"clients NEW", "", "client", client->command != NULL},
    };
    const char *shape = s->step->command->shape;

    for (size_t i = 0; i < LENGTH(needs); i++)
        if (begins(shape, needs[i].start) && strstr(shape, needs[i].part) != NULL &&
            !needs[i].there)
            return x_printf("the manifest names no %s", needs[i].name);
    return NULL;
}

/* How many clients the step starts, or ends where it does for certain. */
static void count_clients(struct scope *s)
{
    const char *shape = s->step->command->shape;
    size_t words = s->step->words.n;

    if (begins(shape, "clients NEW NUMBER"))
        s->clients += (size_t)atol(step_word(s->step, 2));
    else if (strcmp(shape, "client NEWS") == 0)
        s->clients += words - 1;
    else if (begins(shape, "client NEWS of"))
        s->clients += words - 3;
    else if (begins(shape, "kill") || begins(shape, "quit"))
        s->clients = 0; /* or fewer ended, which bounds_allow_client() sees */
}

static char *lacking_room(const struct scope *s)
{
    unsigned most = s->m->limits.most_clients;

    if (most == 0 || s->clients <= most)
        return NULL;
    return x_printf("%zu clients; the manifest says most-clients = %u", s->clients, most);
}

/* The program that plays the actor of that name; NULL if no step starts such an actor. */
static const struct program *find_program(const struct scope *s, const char *name)
{
    for (size_t i = 0; i < s->test->count; i++) {
        const struct step *start = &s->test->steps[i];
        bool server = begins(start->command->shape, "server NEW");
        bool client = begins(start->command->shape, "client") ||
                      begins(start->command->shape, "network client");
        for (size_t k = 1; (server || client) && k < start->words.n; k++)
            if (strcmp(step_word(start, k), name) == 0)
                return server ? &s->m->server : &s->m->client;
    }
    return NULL;
}

static char *lacking_dialogue(const struct scope *s, const struct program *p, const char *name)
{
    int flags = s->step->command->flags, op = COMMAND_ASKS(flags);

    if (op >= 0 && !dialogue_asks(&p->ask[op]))
        return x_printf("the manifest does not say how to ask %s for %s", name,
                        operation_name((enum operation)op));
    for (op = ASK_COUNT; flags & LOOKS && --op >= 0;)
        if (p->ask[op].observe == OBSERVE_NONE && (op == ASK_TABLE || manifest_claims(s->m, "mac")))
            return x_printf("nothing shows the %s of %s: the manifest says observe = none",
                            op == ASK_ARP ? "ARP table" : "table", name);
    return NULL;
}

/* The actors that the step begins with, behind a verb: those that it asks. */
static char *lacking_dialogues(const struct scope *s)
{
    const struct program *p = NULL;
    char *lacking = NULL;

    for (size_t i = 0; i < s->step->words.n && lacking == NULL && (p != NULL || i < 2); i++) {
        p = find_program(s, step_word(s->step, i));
        lacking = p != NULL ? lacking_dialogue(s, p, step_word(s->step, i)) : NULL;
    }
    return lacking;
}

static char *lacking_feed(const struct scope *s)
{
    const char *why = feed_lacking(s->m);

    if ((s->step->command->flags & FEEDS) == 0 || why == NULL)
        return NULL;
    return x_printf("%s takes no changes one behind the other: %s", step_word(s->step, 1), why);
}

/* Whether what the step changes lies within the limits. */
static char *lacking_width(const struct scope *s)
{
    int op = COMMAND_ASKS(s->step->command->flags);
    struct ask ask = {.op = op < 0 ? ASK_COUNT : (enum operation)op};

    if (op == ASK_CREATE || op == ASK_UPDATE)
        ask.oif = step_word(s->step, 4);
    else if (op == ASK_ARP_ADD || op == ASK_ARP_DELETE)
        ask.mac = step_word(s->step, 3);
    else
        return NULL;
    return bounds_lacking(&s->m->limits, &ask);
}

char *scope_lacking(const struct manifest *m, const struct test_case *t)
{
    static char *(*const checks[])(const struct scope *s) = {
        lacking_start, lacking_room, lacking_dialogues, lacking_feed, lacking_width};
    struct scope s = {.m = m, .test = t};
    char *lacking = NULL;

    for (size_t i = 0; i < t->count && lacking == NULL; i++) {
        s.step = &t->steps[i];
        count_clients(&s);
        for (size_t k = 0; k < LENGTH(checks) && lacking == NULL; k++)
            lacking = checks[k](&s);
    }
    return lacking;
}
