/* SPDX-License-Identifier: MIT */
#include "blank.h"

#include "miscut.h"
#include "misread.h"

#include <stdlib.h>
#include <string.h>

#define MOST 1024 /* of a kind that are looked at */

bool blank_has_digit(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

struct blank blank_read(const char *line, size_t len)
{
    struct blank b = {0};

    b.addresses = misread_addresses(line, len, b.address, BLANK_ADDRESSES);
    if (!misread_holds_mac(line, len, &b.mac))
        b.mac = 0;
    return b;
}

static bool holds(const struct blank *b, uint32_t address)
{
    for (size_t i = 0; i < b->addresses; i++)
        if (b->address[i] == address)
            return true;
    return false;
}

bool blank_names(const struct blank *b, bool arp, uint64_t name)
{
    return arp ? b->mac == name : holds(b, (uint32_t)name);
}

bool blank_names_prefix(const struct blank *b, uint32_t destination, uint8_t mask)
{
    return holds(b, destination) && misread_may_have_mask(b->line, destination, mask);
}

static void add(struct blanks *all, const struct blank *b, const char *line, size_t len)
{
    struct blank kept = blank_read(line, len);

    kept.kind = b->kind;
    kept.dest = b->dest;
    kept.gateway = b->gateway;
    kept.mask = b->mask;
    kept.at = b->at;
    kept.log = b->log;
    kept.line = x_strndup(line, len < BLANK_LINE_MOST ? len : BLANK_LINE_MOST);
    kept.took = b->took ? x_strdup(b->took) : NULL;
    all->list = x_realloc(all->list, (all->n + 1) * sizeof *all->list);
    all->list[all->n++] = kept;
}

bool blanks_are_full(const struct blanks *all, enum blank_kind kind)
{
    return all->of_kind[kind] >= MOST;
}

void blanks_add(struct blanks *all, const struct blank *b, const char *line, size_t len)
{
    if (blanks_are_full(all, b->kind))
        return;
    all->of_kind[b->kind]++;
    add(all, b, line, len);
}

static void drop(struct blanks *all, size_t i)
{
    free(all->list[i].line);
    free(all->list[i].took);
    memmove(&all->list[i], &all->list[i + 1], (--all->n - i) * sizeof *all->list);
}

void blanks_add_last(struct blanks *all, const struct blank *b, const char *line, size_t len)
{
    if (all->n >= MOST)
        drop(all, 0);
    add(all, b, line, len);
}

void blanks_note(struct blanks *all, enum blank_kind kind, bool arp, const char *line, size_t len)
{
    uint64_t mac;

    if (!blanks_are_full(all, kind) &&
        (arp ? misread_holds_mac(line, len, &mac) : misread_holds_address(line, len)))
        blanks_add(all, &(struct blank){.kind = kind}, line, len);
}

void blanks_forget(struct blanks *all, enum blank_kind kind)
{
    for (size_t i = all->n; i-- > 0;)
        if (all->list[i].kind == kind)
            drop(all, i);
}

void blanks_forget_prefix(struct blanks *all, uint32_t destination, uint8_t mask)
{
    for (size_t i = all->n; i-- > 0;)
        if (blank_names_prefix(&all->list[i], destination, mask))
            drop(all, i);
}

void blanks_forget_mac(struct blanks *all, uint64_t mac)
{
    for (size_t i = all->n; i-- > 0;)
        if (all->list[i].mac == mac)
            drop(all, i);
}

/* Whether the line has all of the route but its mask. */
static bool is_whole(const struct blank *b, const struct route *r)
{
    return holds(b, r->destination) && holds(b, r->gateway) && misread_is(b->line, r);
}

static bool may_be(const struct blank *b, const struct route *r)
{
    switch (b->kind) {
    case BLANK_LINE:
        return holds(b, r->gateway) && strstr(b->line, r->oif) != NULL;
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
    for (size_t i = 0; i < all->n; i++) {
        const struct blank *b = &all->list[i];
        if (b->mac == n->mac && (b->addresses == 0 || holds(b, n->ip)))
            return b;
    }
    return NULL;
}

void blanks_finish(struct blanks *all)
{
    while (all->n > 0)
        drop(all, all->n - 1);
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
                          "no line may match both",
                          a->name, b->line, role(a), name, role(a));
    case BLANK_BEHIND:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", a row of [%s.%s] that comes behind its done \"%s\"; "
                          "done has to match the last line of the table, and none before",
                          a->name, b->line, role(a), name, pattern_text(a->program->ask[op].done));
    case BLANK_OUTSIDE:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", a row of [%s.%s] outside of any table; question or "
                          "begin has to match the line above its rows, done the one below, and "
                          "neither a row",
                          a->name, b->line, role(a), name);
    case BLANK_LOG:
        return world_fail(w, VERDICT_BROKEN,
                          "%s shows \"%s\", and no pattern of [%s.%s] matches that line; if it "
                          "tells no change, a notice in [%s] has to say so",
                          a->name, b->line, role(a), name, role(a));
    default:
        return blank_fail_stray(w, a, op, b->line);
    }
}

int blank_fail_stays(struct world *w, const struct actor *a, enum operation op,
                     const struct blank *b, const char *entry)
{
    if (b->kind == BLANK_NOTICE)
        return blank_fail(w, a, op, b);
    return world_fail(w, VERDICT_BROKEN,
                      "%s shows \"%s\", and by [%s.%s] %s stays; if the line tells no change, a "
                      "notice in [%s] has to say so",
                      a->name, b->line, role(a), operation_name(op), entry, role(a));
}
