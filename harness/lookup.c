/* SPDX-License-Identifier: MIT */
#include "lookup.h"

#include "blank.h"
#include "mask.h"
#include "misread.h"

#include <stdio.h>
#include <string.h>

/* The rows of the answer to a lookup. */
struct found {
    const struct dialogue *dialogue;
    char prefix[72], line[120]; /* line: the row, or one that has addresses and is none */
    struct blank blank;         /* its line is line, or NULL where the prefix can be read */
    size_t rows;
};

static bool read_found(void *ctx, const char *line, size_t len)
{
    struct found *f = ctx;
    char dest[40], mask[24];

    if (!pattern_match(f->dialogue->row, line, len)) {
        if (f->rows == 0 && misread_holds_address(line, len))
            snprintf(f->line, sizeof f->line, "%.*s", (int)len, line);
        return false;
    }
    dialogue_read_prefix(f->dialogue, f->dialogue->row, line, dest, mask);
    mask_count(mask);
    snprintf(f->prefix, sizeof f->prefix, "%s/%s", dest, mask);
    snprintf(f->line, sizeof f->line, "%.*s", (int)len, line);
    f->blank = (struct blank){.kind = blank_has_digit(dest) ? BLANK_NO_MASK : BLANK_NO_DEST};
    f->blank.line = blank_has_digit(dest) && blank_has_digit(mask) ? NULL : f->line;
    f->rows++;
    return true;
}

/* Looks one address up; 0, or -1 after world_fail(). */
static int find(struct world *w, struct actor *a, const char *address, struct found *f)
{
    struct ask ask = {.op = ASK_LOOKUP, .address = address, .row = read_found, .ctx = f};

    *f = (struct found){.dialogue = &a->program->ask[ASK_LOOKUP]};
    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (f->rows > 1)
        return world_fail(w, VERDICT_FAIL, "%s finds %zu routes for %s; one is the longest match",
                          a->name, f->rows, address);
    return 0;
}

/* Whether some server has a route with that prefix. */
static bool is_known(const struct world *w, const char *prefix)
{
    struct route r;

    if (route_parse_prefix(prefix, &r) != NULL)
        return false;
    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->oracle != NULL &&
            oracle_find(w->actors[i]->oracle, r.destination, r.mask) != NULL)
            return true;
    return false;
}

/* Whether the line has all of the route with that prefix. */
static bool holds_all(const struct world *w, const char *line, const struct route *key)
{
    const struct route *r;

    for (size_t i = 0; i < w->actor_count; i++)
        if (w->actors[i]->oracle != NULL &&
            (r = oracle_find(w->actors[i]->oracle, key->destination, key->mask)) != NULL &&
            misread_is(line, r))
            return true;
    return false;
}

/* Whether the answer has the destination that has to be found, and what was read is no route. The
 * address that was asked for is in many answers: then it has to have all of the route. */
static bool is_misread(const struct world *w, const struct found *f, const char *address,
                       const char *want)
{
    uint32_t asked;
    struct route r;

    if (manifest_claims(w->manifest, "console") || route_parse_prefix(want, &r) != NULL ||
        !address_parse(address, &asked) || is_known(w, f->prefix))
        return false;
    return asked != r.destination ? misread_names(f->line, strlen(f->line), r.destination)
                                  : holds_all(w, f->line, &r);
}

int lookup_find(struct world *w, struct actor *a, const char *address, char prefix[72])
{
    struct found f;
    int result = find(w, a, address, &f);

    strcpy(prefix, f.prefix);
    return result;
}

int lookup_check(struct world *w, struct actor *a, const char *address, const char *want)
{
    struct found f;

    if (find(w, a, address, &f) < 0)
        return -1;
    if (strcmp(f.prefix, want) == 0)
        return 0;
    if (is_misread(w, &f, address, want) && f.rows > 0)
        return world_fail(
            w, VERDICT_BROKEN,
            "%s shows \"%s\" for %s, of which row of [%s.lookup] takes %s; the longest "
            "match is %s",
            a->name, f.line, address, a->is_server ? "server" : "client", f.prefix, want);
    if (is_misread(w, &f, address, want))
        return blank_fail_stray(w, a, ASK_LOOKUP, f.line);
    if (f.blank.line != NULL && !manifest_claims(w->manifest, "console"))
        return blank_fail(w, a, ASK_LOOKUP, &f.blank);
    return world_fail(w, VERDICT_FAIL, "%s finds %s for %s; the longest match is %s", a->name,
                      f.rows ? f.prefix : "nothing", address, *want ? want : "none");
}
