/* SPDX-License-Identifier: MIT */
#include "blank.h"

#include "miscut.h"
#include "misread.h"

#include <stdlib.h>
#include <string.h>

#define MOST 4096 /* of a kind that are looked at */

bool blank_has_digit(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

void blanks_add(struct blanks *all, const struct blank *b, const char *line, size_t len)
{
    if (all->of_kind[b->kind]++ >= MOST)
        return;
    all->list = x_realloc(all->list, (all->n + 1) * sizeof *all->list);
    all->list[all->n] = *b;
    all->list[all->n].line = x_strndup(line, len);
    all->list[all->n].oif = b->oif ? x_strdup(b->oif) : NULL;
    all->n++;
}

static bool may_be(const struct blank *b, const struct route *r)
{
    switch (b->kind) {
    case BLANK_NO_MASK:
        return b->dest == r->destination;
    case BLANK_NO_DEST:
        return b->gateway == r->gateway;
    case BLANK_OIF:
        return b->dest == r->destination && b->mask == r->mask && b->gateway == r->gateway &&
               (miscut_is_oif(b->line, b->at, b->oif, r->oif) ||
                (!b->log && miscut_is_beside(b->line, r->oif)));
    default:
        return misread_may_be(b->line, r);
    }
}

const struct blank *blanks_find(const struct blanks *all, const struct route *r, bool anew)
{
    for (size_t i = 0; i < all->n; i++)
        if ((!anew || all->list[i].kind == BLANK_OIF) && may_be(&all->list[i], r))
            return &all->list[i];
    return NULL;
}

void blanks_finish(struct blanks *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->list[i].line);
        free(all->list[i].oif);
    }
    free(all->list);
    *all = (struct blanks){0};
}

static const char *role(const struct actor *a)
{
    return a->is_server ? "server" : "client";
}

int blank_fail_stray(struct world *w, const struct actor *a, enum operation op, const char *stray)
{
    return world_fail(w, VERDICT_BROKEN,
                      "%s shows \"%s\", and row of [%s.%s] does not match that line%s; if it is no "
                      "row, a notice in [%s] has to say so",
                      a->name, stray, role(a), operation_name(op),
                      op == ASK_ARP ? "; its ip may be empty" : "", role(a));
}

int blank_fail(struct world *w, const struct actor *a, enum operation op, const struct blank *b)
{
    const char *name = operation_name(op);

    switch (b->kind) {
    case BLANK_NO_MASK:
        return world_fail(
            w, VERDICT_BROKEN,
            "%s shows \"%s\", in which row of [%s.%s] finds no mask; no-mask = 32 says "
            "that a route to one address has none",
            a->name, b->line, role(a), name);
    case BLANK_NO_DEST:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", in which row of [%s.%s] finds no address as dest; "
                          "default = WORD says what stands for 0.0.0.0/0",
                          a->name, b->line, role(a), name);
    case BLANK_OIF:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", and [%s.%s] takes \"%s\" of it as oif; that has to be "
                          "the whole name, and nothing else",
                          a->name, b->line, role(a), name, b->oif);
    default:
        return blank_fail_stray(w, a, op, b->line);
    }
}
