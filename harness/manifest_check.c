/* SPDX-License-Identifier: MIT */
#include "manifest_check.h"

#include <stdlib.h>
#include <string.h>

/* A dialogue with the place of its section. */
struct place {
    const struct manifest *m;
    const struct dialogue *a;
    const char *what;
    enum operation op;
    struct diag *diag;
};

#define ROUTE "dest", "mask", "gateway", "oif"

/* The groups that the rows of a dialogue need. */
static const struct {
    enum operation op;
    const char *group[5];
} row_groups[] = {
    {ASK_TABLE, {ROUTE}},
    {ASK_LOOKUP, {ROUTE}},
    {ASK_ARP, {"mac", "ip"}},
    {ASK_ARP_LOOKUP, {"mac", "ip"}},
    {ASK_MESSAGES, {"taken", "refused"}},
};

static void complain(const struct place *p, const char *message)
{
    diag_add(p->diag, p->m->file, p->a->line ? p->a->line : 1, 1, "[%s.%s] %s", p->what,
             operation_name(p->op), message);
}

static void need_groups(const struct place *p, struct pattern *pattern, const char *key,
                        const char *const *group)
{
    for (; *group != NULL; group++) {
        if (pattern_has(pattern, *group))
            continue;
        char *message = x_printf("needs a %s pattern with the group %s", key, *group);
        complain(p, message);
        free(message);
    }
}

static void check_rows(const struct place *p)
{
    static const char *const key[] = {"mac", NULL};

    if (p->op == ASK_ARP && p->m->objects.per_mac) { /* the object has the address */
        need_groups(p, p->a->row, "row", key);
        return;
    }
    for (size_t i = 0; i < LENGTH(row_groups); i++)
        if (row_groups[i].op == p->op)
            need_groups(p, p->a->row, "row", row_groups[i].group);
}

static void check_log(const struct place *p)
{
    static const char *const route[] = {ROUTE, NULL}, *const prefix[] = {"dest", "mask", NULL},
                             *const entry[] = {"mac", "ip", NULL}, *const key[] = {"mac", NULL};
    bool arp = p->op == ASK_ARP;
    const char *const *added = p->m->objects.per_mac ? key : entry;

    need_groups(p, p->a->added, "added", arp ? added : route);
    need_groups(p, p->a->deleted, "deleted", arp ? key : prefix);
    if (p->a->updated != NULL)
        need_groups(p, p->a->updated, "updated", arp ? added : route);
}

static void check_observe(const struct place *p)
{
    const struct dialogue *a = p->a;

    if (p->op != ASK_TABLE && p->op != ASK_ARP)
        complain(p, "is no table; observe stands in table and arp only");
    if (dialogue_asks(a))
        complain(p, "has send, which only observe = command has");
    if (a->observe == OBSERVE_ASK && (a->question == NULL || a->answer == NULL))
        complain(p, "is seen by an answer: it needs question and answer");
    if (a->observe == OBSERVE_PRINTED && a->begin == NULL && a->done == NULL)
        complain(p, "is printed whole: it needs begin or done, which part it from the next one");
    if (a->observe == OBSERVE_LOG)
        check_log(p);
    else if (a->observe != OBSERVE_NONE)
        check_rows(p);
}

static void check_dialogue(const struct place *p)
{
    const struct dialogue *a = p->a;
    bool ends = p->op == ASK_QUIT || p->op == ASK_RECOVER;

    if (a->more != NULL && a->row == NULL)
        complain(p, "has more, which stands between the pages of a table: it needs row");
    if (a->more_answer != NULL && a->more == NULL)
        complain(p, "has more-answer, and no more to be answered");
    if ((a->no_mask != NULL || a->default_word != NULL) && p->op != ASK_TABLE &&
        p->op != ASK_LOOKUP)
        complain(p, "shows no routes; no-mask and default stand in table and lookup only");
    if (a->observe != OBSERVE_COMMAND) {
        check_observe(p);
        return;
    }
    if (!dialogue_asks(a)) {
        if (a->line != 0)
            complain(p, "has no send");
        return;
    }
    if (!ends && a->done == NULL && a->row == NULL && !a->silent)
        complain(p, "has no done pattern; if nothing is printed, say silent = yes");
    check_rows(p);
}

static bool seen(const struct dialogue *a)
{
    return dialogue_asks(a) || a->observe != OBSERVE_COMMAND;
}

/* Where the server listens is either told to both, or known. */
static void check_socket(const struct manifest *m, const struct program *p, const char *what,
                         struct diag *d)
{
    bool told_of_server =
        p != &m->server && m->server.command != NULL && !program_is_told_socket(&m->server);

    if (m->server.socket == NULL && !program_is_told_socket(p) && !told_of_server)
        diag_add(d, m->file, p->line, 1,
                 "[%s] has a command without {socket}, and [server] no socket: say where the "
                 "server listens whatever it is told, as socket = /tmp/rtm.sock%s",
                 what,
                 m->server.command == NULL ? " (a [server] without a command may say it)" : "");
}

/* What queues and the network need. */
static void check_more(const struct manifest *m, const struct program *p, const char *what,
                       struct diag *d)
{
    if (p == &m->server && m->features != NULL && manifest_claims(m, "mq") && p->queue == NULL)
        diag_add(d, m->file, 1, 1,
                 "[server] has no queue: expected the words for a message queue, as --mq {queue}");
    if (m->features != NULL && manifest_claims(m, "net") && p->network == NULL)
        diag_add(d, m->file, 1, 1, "[%s] has no network: the feature net could not be judged",
                 what);
    if (p == &m->client && (p->fresh || p->socket != NULL))
        diag_add(d, m->file, 1, 1, "[client] has %s, which is a key of [server]",
                 p->fresh ? "fresh" : "socket");
    if (p == &m->server && p->ends_with_server)
        diag_add(d, m->file, 1, 1, "[server] has ends-with-server, which is a key of [client]");
    if (p->listening != NULL && !pattern_has(p->listening, "port"))
        diag_add(d, m->file, 1, 1, "[%s] needs a port pattern with the group port", what);
}

void manifest_check(const struct manifest *m, const struct program *p, const char *what,
                    struct diag *d)
{
    struct place place = {m, NULL, what, 0, d};

    for (int op = 0; op < ASK_COUNT; op++) {
        place.op = (enum operation)op;
        place.a = &p->ask[op];
        if (!place.a->spoilt) /* what is wrong is not missing, too */
            check_dialogue(&place);
    }
    if (p->command == NULL || p->spoilt)
        return;
    if (m->features != NULL && manifest_claims(m, "mac") && !seen(&p->ask[ASK_ARP]) &&
        !p->ask[ASK_ARP].spoilt)
        diag_add(d, m->file, 1, 1, "[%s.arp] is missing: the feature mac could not be judged",
                 what);
    check_socket(m, p, what, d);
    check_more(m, p, what, d);
    if (!seen(&p->ask[ASK_TABLE]) && !p->ask[ASK_TABLE].spoilt)
        diag_add(d, m->file, 1, 1,
                 "[%s.table] is missing: nothing could be compared; if nothing shows the table, "
                 "say so there: observe = none",
                 what);
    if (!dialogue_asks(&p->ask[ASK_QUIT]) && !p->ask[ASK_QUIT].spoilt && p->quit_signal == 0)
        diag_add(d, m->file, 1, 1,
                 "[%s] has no quit; expected say \"a line\", signal INT, or a section [%s.quit]",
                 what, what);
}
