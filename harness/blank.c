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
    struct blank *kept = &all->list[all->n++];
    *kept = *b;
    kept->line = x_strndup(line, len);
    kept->took = b->took ? x_strdup(b->took) : NULL;
    kept->addresses = misread_addresses(line, len, kept->address, BLANK_ADDRESSES);
}

void blanks_note(struct blanks *all, enum blank_kind kind, bool arp, const char *line, size_t len)
{
    uint64_t mac;

    if (arp ? misread_holds_mac(line, len, &mac) : misread_holds_address(line, len))
        blanks_add(all, &(struct blank){.kind = kind}, line, len);
}

static bool names(const struct blank *b, uint32_t address)
{
    for (size_t i = 0; i < b->addresses; i++)
        if (b->address[i] == address)
            return true;
    return false;
}

/* Whether the line has all of the route but its mask. */
static bool is_whole(const struct blank *b, const struct route *r)
{
    return names(b, r->gateway) && misread_is(b->line, r);
}

static bool may_be(const struct blank *b, const struct route *r)
{
    switch (b->kind) {
    case BLANK_LINE:
        return names(b, r->gateway) && misread_may_be(b->line, r);
    case BLANK_NO_MASK:
        return b->dest == r->destination;
    case BLANK_NO_DEST:
        return b->gateway == r->gateway;
    case BLANK_OIF:
        return b->dest == r->destination && b->mask == r->mask && b->gateway == r->gateway &&
               (miscut_is_oif(b->line, b->at, b->took, r->oif) ||
                (!b->log && miscut_is_beside(b->line, r->oif)));
    case BLANK_OTHER:
        return (b->dest != r->destination || b->gateway != r->gateway) && is_whole(b, r);
    default:
        return is_whole(b, r);
    }
}

/* Whether it counts where the prefix was read with other values. */
static bool may_be_anew(const struct blank *b)
{
    return b->kind != BLANK_LINE && b->kind != BLANK_NO_MASK && b->kind != BLANK_NO_DEST;
}

const struct blank *blanks_find(const struct blanks *all, const struct route *r, bool anew)
{
    for (size_t i = 0; i < all->n; i++)
        if ((!anew || may_be_anew(&all->list[i])) && may_be(&all->list[i], r))
            return &all->list[i];
    return NULL;
}

const struct blank *blanks_find_neighbour(const struct blanks *all, const struct neighbour *n)
{
    uint64_t mac;

    for (size_t i = 0; i < all->n; i++) {
        const struct blank *b = &all->list[i];
        if (misread_holds_mac(b->line, strlen(b->line), &mac) && mac == n->mac &&
            (b->addresses == 0 || names(b, n->ip)))
            return b;
    }
    return NULL;
}

void blanks_finish(struct blanks *all)
{
    for (size_t i = 0; i < all->n; i++) {
        free(all->list[i].line);
        free(all->list[i].took);
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
                          a->name, b->line, role(a), name, b->took);
    case BLANK_OTHER:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", which [%s.%s] takes as %s; if the line is right its "
                          "groups take the wrong words, else a send has them in the wrong order",
                          a->name, b->line, role(a), name, b->took);
    case BLANK_NOTICE:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", a row of [%s.%s] that notice of [%s] takes as well; "
                          "notice has to match no row",
                          a->name, b->line, role(a), name, role(a));
    case BLANK_BEHIND:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", a row of [%s.%s] that comes behind its done \"%s\"; "
                          "done has to match the last line of the table, and none before",
                          a->name, b->line, role(a), name, pattern_text(a->program->ask[op].done));
    case BLANK_LOG:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", and no pattern of [%s.%s] matches that line; if it "
                          "tells no change, a notice in [%s] has to say so",
                          a->name, b->line, role(a), name, role(a));
    default:
        return blank_fail_stray(w, a, op, b->line);
    }
}

int blank_fail_stays(struct world *w, const struct actor *a, enum operation op, const char *line,
                     const char *entry)
{
    return world_fail(w, VERDICT_BROKEN,
                      "%s shows \"%s\", and by [%s.%s] %s stays; if the line tells no change, a "
                      "notice in [%s] has to say so",
                      a->name, line, role(a), operation_name(op), entry, role(a));
}
