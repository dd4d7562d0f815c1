/* SPDX-License-Identifier: MIT */
#include "question.h"

#include "compare.h"
#include "expand.h"

#include <stdlib.h>
#include <string.h>

int question_read(struct world *w, const struct step *s, size_t at, size_t end, struct question *q)
{
    bool arp = strcmp(step_word(s, at), "arp") == 0 && at + 1 < end;
    char *verb = arp ? x_printf("arp-%s", step_word(s, at + 1)) : x_strdup(step_word(s, at));
    struct ask *ask = &q->ask;
    int result = 0;

    *q = (struct question){.ask.op = ASK_COUNT};
    at += arp;
    for (int op = 0; op < ASK_COUNT; op++)
        if (strcmp(verb, operation_name((enum operation)op)) == 0)
            ask->op = (enum operation)op;
    if (ask->op == ASK_COUNT)
        result = world_fail(w, VERDICT_BROKEN, "%s is nothing that a server can refuse", verb);
    free(verb);
    if (result < 0)
        return -1;
    for (size_t i = 0; i < LENGTH(q->value); i++) {
        q->value[i] = expand_names(w, at + 1 + i < end ? step_word(s, at + 1 + i) : "");
        if (q->value[i] == NULL)
            return -1;
    }
    const struct world_file *f = world_file(w, q->value[0]);
    ask->prefix = ask->mac = q->value[0];
    ask->address = arp ? q->value[1] : q->value[0];
    ask->file = f ? f->path : q->value[0];
    ask->gateway = q->value[1];
    ask->oif = q->value[2];
    return 0;
}

void question_finish(struct question *q)
{
    for (size_t i = 0; i < LENGTH(q->value); i++)
        free(q->value[i]);
}

/* Whether it is a kind of chapter 7; who claims the line protocol is held to that. */
static bool is_kind(const struct world *w, const char *kind)
{
    static const char *const kinds[] = {"syntax", "address", "mask",        "prefix", "oif",
                                        "mac",    "exists",  "absent",      "full",   "loading",
                                        "busy",   "file",    "unavailable", "memory", "ended"};

    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return manifest_claims(w->manifest, "console");
}

int question_judge(struct world *w, struct actor *a, struct ask *ask, const char *kind, bool ended)
{
    struct pattern *refused = a->program->ask[ask->op].refused;
    char told[32];

    if (ask->silent) /* it says nothing of it, so what it shows has to be what it was */
        return compare_server(w, a);
    if (!ask->refused)
        return world_fail(w, VERDICT_FAIL, "%s accepts what it has to refuse: %s", a->name,
                          ask->closing);
    if (strcmp(kind, "any") == 0 || !pattern_match(refused, ask->closing, strlen(ask->closing)) ||
        !pattern_group(refused, ask->closing, "kind", told, sizeof told))
        return 0;
    if (strcmp(told, kind) == 0)
        return 0;
    if (ended)
        return world_fail(w, VERDICT_UNRESOLVED, "the load ended before %s came to the change",
                          a->name);
    if (!is_kind(w, told))
        return world_fail(w, VERDICT_BROKEN,
                          "%s says \"%s\", of which the group kind of [server.%s] takes \"%s\"; "
                          "chapter 7 has no such kind",
                          a->name, ask->closing, operation_name(ask->op), told);
    return world_fail(w, VERDICT_FAIL, "%s refuses it as %s; expected %s", a->name, told, kind);
}
