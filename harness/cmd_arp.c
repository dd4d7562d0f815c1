/* SPDX-License-Identifier: MIT
 *
 * Commands on the ARP table: changes, flush, what is shown and found.
 */
#include "command_list.h"
#include "compare.h"
#include "misfit.h"
#include "misread.h"
#include "refusal.h"

#include <stdlib.h>
#include <string.h>

/* Asks for a change that the oracle, which was at before, accepts: a refusal fails the step. */
static int ask_change(struct world *w, struct actor *a, struct ask *ask, uint64_t before)
{
    if (actor_ask(w, a, ask) < 0)
        return -1;
    if (!ask->refused)
        return 0;
    return refusal_fail(w, a, ask, oracle_digest(a->oracle) != before, "the spec has it accept");
}

static int arp_change(struct world *w, struct actor *a, enum operation op, const char *mac,
                      const char *address)
{
    struct ask ask = {.op = op, .mac = mac, .address = address};
    struct neighbour n;
    const char *refused = neighbour_parse(mac, address, &n);

    uint64_t before = oracle_digest(a->oracle);

    if (refused == NULL && !n.known)
        refused = "address";
    if (refused == NULL)
        refused = op == ASK_ARP_ADD ? oracle_add_neighbour(a->oracle, &n)
                                    : oracle_remove_neighbour(a->oracle, n.mac);
    if (refused != NULL)
        return world_fail(w, VERDICT_BROKEN,
                          "chapter 5 has this refused as %s; say: expect %s refuses arp ...",
                          refused, a->name);
    return ask_change(w, a, &ask, before);
}

int run_arp_add(struct world *w, const struct step *s)
{
    return arp_change(w, world_actor(w, step_word(s, 0)), ASK_ARP_ADD, step_word(s, 3),
                      step_word(s, 4));
}

int run_arp_delete(struct world *w, const struct step *s)
{
    return arp_change(w, world_actor(w, step_word(s, 0)), ASK_ARP_DELETE, step_word(s, 3),
                      "0.0.0.0");
}

int run_flush(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 0));
    struct ask ask = {.op = ASK_FLUSH};
    uint64_t before = oracle_digest(a->oracle);

    oracle_clear(a->oracle);
    return ask_change(w, a, &ask, before);
}

/* Whether the MAC stands in a line that is no row. */
static bool is_skipped(const struct dump *d, uint64_t mac)
{
    uint64_t other;

    return d->arp_skips && misread_holds_mac(d->arp_stray, strlen(d->arp_stray), &other) &&
           other == mac;
}

/* Waits until the ARP table has the MAC with that address (want), or has it not (want NULL). */
static int await_entry(struct world *w, struct actor *a, const struct neighbour *key,
                       const struct neighbour *want)
{
    int pause = 0;

    for (;;) {
        struct dump d;
        char line[36] = "nothing";
        if (dump_read(w, a, &d) < 0) {
            dump_finish(&d);
            return -1;
        }
        const struct neighbour *got = arp_find(oracle_arp(d.table), key->mac);
        bool there = want == NULL ? got == NULL
                                  : got != NULL && got->known == want->known && got->ip == want->ip;
        bool skipped = is_skipped(&d, key->mac);
        if (got != NULL)
            neighbour_format(got, line);
        bool done = there && !skipped, late = !done && world_late(w);
        if (late && skipped)
            blank_fail_stray(w, a, ASK_ARP, d.arp_stray);
        else if (late && !misfit_explains_neighbour(w, a, &d, key, want == NULL))
            world_timeout(w, "%s shows %s for the MAC, and that did not change", a->name, line);
        dump_finish(&d);
        if (done || late)
            return done ? 0 : -1;
        world_pause(w, next_pause(&pause));
    }
}

int run_has_arp(struct world *w, const struct step *s)
{
    struct neighbour want;

    if (neighbour_parse(step_word(s, 4), step_word(s, 5), &want) != NULL)
        return world_fail(w, VERDICT_BROKEN, "chapter 5 knows no such entry");
    return await_entry(w, world_actor(w, step_word(s, 1)), &want, &want);
}

int run_lacks_arp(struct world *w, const struct step *s)
{
    struct neighbour unwanted = {0};

    if (!mac_parse(step_word(s, 4), &unwanted.mac))
        return world_fail(w, VERDICT_BROKEN, "chapter 5 knows no such MAC");
    return await_entry(w, world_actor(w, step_word(s, 1)), &unwanted, NULL);
}

int run_arp_in_order(struct world *w, const struct step *s)
{
    struct actor *a = world_actor(w, step_word(s, 1));
    struct dump d;
    int result = dump_read(w, a, &d);

    if (result == 0 && !d.arp_ordered)
        result = world_fail(w, VERDICT_FAIL, "the ARP entries of %s are not in ascending order",
                            a->name);
    dump_finish(&d);
    return result;
}

/* The rows of the answer to a lookup. */
struct found {
    struct pattern *row;
    char mac[32], ip[40];
    size_t rows;
};

static bool read_found(void *ctx, const char *line, size_t len)
{
    struct found *f = ctx;

    if (!pattern_match(f->row, line, len))
        return false;
    pattern_group(f->row, line, "mac", f->mac, sizeof f->mac);
    pattern_group(f->row, line, "ip", f->ip, sizeof f->ip);
    f->rows++;
    return true;
}

/* Looks a MAC up and compares with what has to be found: an address, "-", or NULL for no entry. */
static int look_up(struct world *w, struct actor *a, const char *mac, const char *want)
{
    struct found f = {.row = a->program->ask[ASK_ARP_LOOKUP].row};
    struct ask ask = {.op = ASK_ARP_LOOKUP, .mac = mac, .row = read_found, .ctx = &f};
    uint64_t asked = 0, told = 0;

    if (actor_ask(w, a, &ask) < 0)
        return -1;
    if (f.rows > 1 ||
        (f.rows == 1 && (!mac_parse(mac, &asked) || !mac_parse(f.mac, &told) || asked != told)))
        return world_fail(w, VERDICT_FAIL, "%s finds %zu entries for %s, such as %s %s", a->name,
                          f.rows, mac, f.mac, f.ip);
    if (want == NULL ? f.rows == 0 : f.rows == 1 && strcmp(f.ip, want) == 0)
        return 0;
    return world_fail(w, VERDICT_FAIL, "%s finds %s for %s; expected %s", a->name,
                      f.rows ? f.ip : "nothing", mac, want ? want : "nothing");
}

int run_arp_finds(struct world *w, const struct step *s)
{
    return look_up(w, world_actor(w, step_word(s, 1)), step_word(s, 6), step_word(s, 3));
}

int run_arp_finds_nothing(struct world *w, const struct step *s)
{
    return look_up(w, world_actor(w, step_word(s, 1)), step_word(s, 6), NULL);
}
