/* SPDX-License-Identifier: MIT
 *
 * Commands of the section Shared memory that look at slots while a server writes them.
 */
#include "actor.h"
#include "command_list.h"
#include "feed.h"
#include "generate.h"
#include "shm_look.h"

#include <stdlib.h>
#include <string.h>

/* Two entries whose lookups begin at the same slot of the object, added and deleted in turn; gives
 * the slot. */
static uint32_t put_rivals(struct random *r, const struct segment *seg, size_t changes,
                           struct buf *text)
{
    struct neighbour n[2] = {{.mac = random_next(r) >> 16, .known = true}, {.known = true}};
    char line[2][36];

    do
        n[1].mac = random_next(r) >> 16;
    while (n[1].mac == n[0].mac || segment_home(seg, n[1].mac) != segment_home(seg, n[0].mac));
    for (size_t i = 0; i < 2; i++) {
        n[i].ip = generate_address(n[i].mac);
        neighbour_format(&n[i], line[i]);
    }
    for (size_t i = 0; i < changes; i += 2) {
        const char *row = line[i / 2 % 2];
        buf_printf(text, "arp add %s\narp delete %.17s\n", row, row);
    }
    return segment_home(seg, n[0].mac);
}

int run_feed_slot(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    struct random r = random_seeded(w->test->name);
    struct buf text = {0};
    uint64_t epoch;
    struct segment *seg = shm_look(w, server, &epoch);
    int result;

    if (seg == NULL)
        return -1;
    server->shm.hot = put_rivals(&r, seg, (size_t)atol(step_word(s, 3)), &text);
    segment_close(seg);
    result = feed_start(w, server, &text);
    buf_finish(&text);
    return result;
}

/* Slots that are read while a feed writes them. */
struct watch {
    struct segment *seg;
    uint32_t first, count; /* slots in a row, the last one of the object followed by the first */
    struct cell *last;     /* of each, what was read before */
    struct arp *named;     /* entries of before the feed, whose addresses are not generated */
    size_t changed;
};

/* A live entry is whole if its address is the one that generated entries of its MAC have. */
static bool is_whole(const struct watch *watch, const struct cell *c)
{
    const struct neighbour *n;

    if (c->epoch != segment_epoch(watch->seg) || c->ip == generate_address(c->mac))
        return true;
    n = arp_find(watch->named, c->mac);
    return n != NULL && n->ip == c->ip;
}

static int watch_slot(struct world *w, struct watch *watch, uint32_t i)
{
    uint32_t slot = (watch->first + i) & (segment_capacity(watch->seg) - 1);
    struct cell c, *last = &watch->last[i];

    if (!segment_read(watch->seg, slot, 1, &c))
        return 0;
    if (!is_whole(watch, &c)) {
        char mac[18];
        mac_format(c.mac, mac);
        return world_fail(w, VERDICT_FAIL, "slot %u gave %s with an address of another entry", slot,
                          mac);
    }
    if (c.lock == last->lock && (c.mac != last->mac || c.ip != last->ip || c.epoch != last->epoch))
        return world_fail(w, VERDICT_FAIL,
                          "slot %u holds something else than before, and its lock is %u as before",
                          slot, c.lock);
    watch->changed += c.lock != last->lock;
    *last = c;
    return 0;
}

/* So many reads between two looks at the feed: many rounds over few slots, or a part of many. */
#define READS 8192

static int watch_while_fed(struct world *w, struct actor *server, struct watch *watch)
{
    uint32_t at = 0;

    while (feed_share(server) < 100) {
        for (int reads = 0; reads < READS; reads++, at = (at + 1) % watch->count)
            if (watch_slot(w, watch, at) < 0)
                return -1;
        world_pause(w, 0);
        if (world_late(w))
            return world_timeout(w, "%s does not answer its feed", server->name);
    }
    for (at = 0; at < watch->count; at++) /* behind the last change, too */
        if (watch_slot(w, watch, at) < 0)
            return -1;
    return 0;
}

static void begin_watch(struct watch *watch, struct segment *seg, int64_t hot)
{
    watch->seg = seg;
    watch->count = hot < 0 ? segment_capacity(seg) : 2;
    watch->first = hot < 0 ? 0 : (uint32_t)hot;
    watch->last = x_calloc(watch->count, sizeof *watch->last);
    watch->named = arp_create();
    for (uint32_t i = 0; i < watch->count; i++) {
        struct cell *c = &watch->last[i];
        bool read = segment_read(seg, (watch->first + i) & (segment_capacity(seg) - 1), 1000, c);
        if (read && !is_whole(watch, c))
            arp_add(watch->named, &(struct neighbour){c->mac, c->ip, true});
    }
}

static void end_watch(struct watch *watch)
{
    arp_destroy(watch->named);
    free(watch->last);
    segment_close(watch->seg);
}

int run_shm_whole(struct world *w, const struct step *s)
{
    struct actor *server = world_actor(w, step_word(s, 1));
    struct watch watch = {0};
    struct segment *seg;
    int result;

    if (server->feed == NULL)
        return world_fail(w, VERDICT_BROKEN, "%s is not being fed", server->name);
    seg = shm_look_again(w, server); /* to be greeted may take as long as the feed */
    if (seg == NULL)
        return -1;
    begin_watch(&watch, seg, server->shm.hot);
    result = watch_while_fed(w, server, &watch);
    if (result == 0 && watch.changed == 0)
        result =
            world_fail(w, VERDICT_UNRESOLVED, "%s was not seen writing its slots", server->name);
    world_tell(w, "%zu changes of slots were seen in %s", watch.changed, watch.seg->name);
    end_watch(&watch);
    return result;
}
