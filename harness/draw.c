/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include "draw_change.h"

#include <string.h>

enum state { ABSENT, RUNS, STOPPED, GONE };

struct draw {
    struct random random;
    const struct manifest *m;
    struct draw_options o;
    struct change_mix mix;
    struct oracle *tables; /* the server's, once all is answered */
    enum state server, clients[DRAW_CLIENTS];
    bool feeding, flushed, garbage; /* changes are under way; there was a flush, garbage */
    int files, peers;               /* so far */
    int follower;                   /* the peer that reads this server's stream; 0: none */
    struct buf body;
};

static bool chance(struct draw *d, uint32_t percent)
{
    return random_below(&d->random, 100) < percent;
}

/* A client in that state, from 0; -1 if there is none. */
static int pick(struct draw *d, enum state state)
{
    int found = -1;

    for (int i = 0, n = 0; i < d->o.clients; i++)
        if (d->clients[i] == state && random_below(&d->random, (uint32_t)++n) == 0)
            found = i;
    return found;
}

#define SAY(d, ...) buf_printf(&(d)->body, __VA_ARGS__)

static bool answers(const struct draw *d)
{
    return d->server == RUNS && !d->feeding;
}

/* -- changes -- */

static bool draw_try(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "S tries \"");
    d->flushed |= draw_change(&d->random, &d->mix, d->tables, &d->body);
    SAY(d, "\"\n");
    return true;
}

static bool draw_flush(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "S flush\n");
    oracle_clear(d->tables);
    d->flushed = true;
    return true;
}

static bool draw_burst(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "file F%d\n", ++d->files);
    for (uint32_t n = (chance(d, 8) ? 150 : 3) + random_below(&d->random, 40); n > 0; n--) {
        SAY(d, "  ");
        d->flushed |= draw_change(&d->random, &d->mix, d->tables, &d->body);
        SAY(d, "\n");
    }
    SAY(d, "end\nfeed S F%d\n", d->files);
    d->feeding = true;
    return true;
}

static bool draw_await(struct draw *d)
{
    if (!d->feeding || d->server != RUNS)
        return false;
    SAY(d, "await S 100%%\n");
    d->feeding = false;
    return true;
}

static bool draw_load(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "file F%d\n", ++d->files);
    for (uint32_t n = 1 + random_below(&d->random, 12); n > 0; n--) {
        size_t before = d->body.len;
        SAY(d, "  ");
        if (draw_row(&d->random, &d->mix, d->tables, &d->body))
            SAY(d, "\n");
        else
            d->body.len = before; /* all keys are taken */
    }
    SAY(d, "end\nS load F%d\n", d->files);
    return true;
}

/* -- processes -- */

/* "network " in front of every third that connects, where the server serves it. */
static const char *draw_way(struct draw *d)
{
    return !(d->o.without & DRAW_NETWORK) && chance(d, 33) ? "network " : "";
}

static void draw_client(struct draw *d, int i)
{
    SAY(d, "%sclient C%d\n", draw_way(d), i + 1);
    d->clients[i] = RUNS;
}

static bool draw_join(struct draw *d)
{
    int i = pick(d, ABSENT);

    if (i < 0 || d->server != RUNS)
        return false;
    draw_client(d, i);
    return true;
}

static bool draw_return(struct draw *d)
{
    int i = pick(d, GONE);

    if (i < 0 || d->server != RUNS)
        return false;
    SAY(d, "start C%d again\n", i + 1);
    d->clients[i] = RUNS;
    return true;
}

static bool draw_leave(struct draw *d)
{
    int i = pick(d, RUNS);

    if (i < 0)
        return false;
    SAY(d, "quit C%d\n", i + 1);
    d->clients[i] = GONE;
    return true;
}

static bool draw_kill(struct draw *d)
{
    int i = pick(d, chance(d, 70) ? RUNS : STOPPED);

    if (i < 0)
        return false;
    SAY(d, "kill C%d KILL\n", i + 1);
    d->clients[i] = GONE;
    return true;
}

static bool draw_stop(struct draw *d)
{
    int i = pick(d, RUNS);

    if (i < 0)
        return false;
    SAY(d, "stop C%d\n", i + 1);
    d->clients[i] = STOPPED;
    return true;
}

static bool draw_continue(struct draw *d)
{
    int i = pick(d, STOPPED);

    if (i < 0)
        return false;
    SAY(d, "continue C%d\n", i + 1);
    d->clients[i] = RUNS;
    return true;
}

static bool draw_stop_server(struct draw *d)
{
    if (d->server != RUNS)
        return false;
    SAY(d, "stop S\n");
    d->server = STOPPED;
    return true;
}

static bool draw_continue_server(struct draw *d)
{
    if (d->server != STOPPED)
        return false;
    SAY(d, "continue S\n");
    d->server = RUNS;
    return true;
}

static bool draw_end_server(struct draw *d)
{
    bool quits = chance(d, 40);

    if (d->server != RUNS || (quits && d->feeding))
        return false;
    SAY(d, quits ? "quit S\n" : "kill S KILL\n");
    d->server = GONE;
    d->feeding = false;
    d->follower = 0;
    return true;
}

static bool draw_restart(struct draw *d)
{
    if (d->server != GONE)
        return false;
    SAY(d, "restart S\n");
    oracle_clear(d->tables);
    d->server = RUNS;
    return true;
}

/* -- probes -- */

static bool draw_follower(struct draw *d)
{
    if (d->server != RUNS || d->follower > 0)
        return false;
    d->follower = ++d->peers;
    SAY(d, "%sprobe P%d of S\nP%d subscribes\n", draw_way(d), d->follower, d->follower);
    return true;
}

static void draw_bytes(struct draw *d, int peer)
{
    SAY(d, "G%d sends hex \"", peer);
    for (uint32_t n = 1 + random_below(&d->random, 48); n > 0; n--)
        SAY(d, "%02x", chance(d, 40) ? 0 : random_below(&d->random, 256));
    SAY(d, "\"\n");
}

static void draw_garbage_frame(struct draw *d, int peer)
{
    static const char *const frames[] = {
        "HELLO length=0", "HELLO length=4294967295",  "HELLO type=255",   "PID pid=1",
        "PID pid=0",      "PID pid=4294967295",       "RESYNC seq=0",     "BYE",
        "WELCOME",        "ROUTE op=CREATE mask=8",   "SNAPSHOT_END",     "FLUSH",
        "HELLO",          "RESYNC seq=9999999999999", "HELLO flags=4369", "ERROR",
    };

    SAY(d, "G%d sends %s\n", peer, frames[random_below(&d->random, LENGTH(frames))]);
}

/* Half a frame, and no more ever. */
static void draw_half_frame(struct draw *d, int peer)
{
    SAY(d, "G%d corks\nG%d sends HELLO\nG%d uncorks %u bytes\n", peer, peer, peer,
        1 + random_below(&d->random, 24));
}

/* A peer that is no client: it says hello and does not read, or nothing, or what no client says. */
static bool draw_garbage(struct draw *d)
{
    int peer;

    if (d->server != RUNS)
        return false;
    peer = ++d->peers;
    d->garbage = true;
    SAY(d, "%sprobe G%d of S\n", draw_way(d), peer);
    if (chance(d, 50))
        SAY(d, "G%d sends HELLO\n", peer);
    for (uint32_t n = random_below(&d->random, 4); n > 0; n--) {
        if (chance(d, 40))
            draw_bytes(d, peer);
        else
            draw_garbage_frame(d, peer);
    }
    if (chance(d, 20))
        draw_half_frame(d, peer);
    if (chance(d, 50))
        SAY(d, "G%d closes\n", peer);
    return true;
}

/* -- expectations -- */

static bool draw_look(struct draw *d)
{
    int i = pick(d, RUNS);

    if (i < 0)
        return false;
    SAY(d, "expect C%d shows a state of S [SYN-24]\n", i + 1);
    return true;
}

static bool draw_lookups(struct draw *d)
{
    int i = pick(d, RUNS);

    if (!answers(d))
        return false;
    if (i < 0 || chance(d, 30))
        SAY(d, "expect S agrees with S on lookups of");
    else
        SAY(d, "expect C%d agrees with S on lookups of", i + 1);
    for (uint32_t n = 1 + random_below(&d->random, 4); n > 0; n--) {
        SAY(d, " ");
        draw_address(&d->random, &d->body);
    }
    SAY(d, " [TBL-16]\n");
    return true;
}

/* All is answered, and who runs comes to be equal. */
static bool draw_settle(struct draw *d)
{
    const struct program *client = &d->m->client;

    draw_restart(d);
    draw_continue_server(d);
    draw_await(d);
    SAY(d, "expect S right [TBL-14]\n");
    for (int i = 0; i < d->o.clients; i++) {
        if (d->clients[i] != RUNS)
            continue;
        SAY(d, "expect C%d equals S [SYN-15]\n", i + 1);
        SAY(d, "expect C%d shows a state of S [SYN-24]\n", i + 1);
        if (client->ask[ASK_DIGEST].send != NULL)
            SAY(d, "expect C%d reports the digest of S [TBL-18]\n", i + 1);
    }
    if (d->follower > 0)
        SAY(d, "expect P%d follows S [SYN-11]\n", d->follower);
    if (d->mix.arp && !(d->o.without & DRAW_PROBES))
        SAY(d, "expect S shm right [SHM-7]\n");
    return true;
}

/* -- all -- */

/* What is drawn, and how often beside the others. */
static const struct {
    int weight;
    unsigned kind; /* 0: always there */
    bool (*draw)(struct draw *d);
} operations[] = {
    {30, 0, draw_try},
    {4, DRAW_FLUSH, draw_flush},
    {14, DRAW_BURSTS, draw_burst},
    {14, DRAW_BURSTS, draw_await},
    {3, DRAW_LOADS, draw_load},
    {8, DRAW_JOINS, draw_join},
    {6, DRAW_JOINS, draw_return},
    {2, DRAW_JOINS, draw_leave},
    {3, DRAW_JOINS, draw_kill},
    {5, DRAW_STOPS, draw_stop},
    {7, DRAW_STOPS, draw_continue},
    {2, DRAW_STOPS, draw_stop_server},
    {12, DRAW_STOPS, draw_continue_server},
    {2, DRAW_RESTARTS, draw_end_server},
    {12, DRAW_RESTARTS, draw_restart},
    {3, DRAW_PROBES, draw_follower},
    {6, DRAW_PROBES, draw_garbage},
    {24, 0, draw_look},
    {5, DRAW_LOOKUPS, draw_lookups},
    {7, 0, draw_settle},
};

static const struct {
    const char *name;
    enum draw_kind kind;
} kinds[] = {
    {"arp", DRAW_ARP},           {"flush", DRAW_FLUSH},   {"bursts", DRAW_BURSTS},
    {"loads", DRAW_LOADS},       {"joins", DRAW_JOINS},   {"stops", DRAW_STOPS},
    {"restarts", DRAW_RESTARTS}, {"probes", DRAW_PROBES}, {"lookups", DRAW_LOOKUPS},
    {"network", DRAW_NETWORK},
};

const char draw_kinds[] =
    "arp, flush, bursts, loads, joins, stops, restarts, probes, lookups or network";

unsigned draw_kind_find(const char *name)
{
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    return 0;
}

const char *draw_kind_name(unsigned kind)
{
    size_t i = 0;

    while (kinds[i].kind != kind)
        i++;
    return kinds[i].name;
}

/* What the manifest does not claim or cannot ask for is left out, too. */
static unsigned find_lacking(const struct manifest *m)
{
    const struct dialogue *s = m->server.ask, *c = m->client.ask;
    unsigned lacking = 0;

    if (!manifest_claims(m, "mac") || s[ASK_ARP_ADD].send == NULL || s[ASK_ARP_DELETE].send == NULL)
        lacking |= DRAW_ARP;
    if (!manifest_claims(m, "flush") || s[ASK_FLUSH].send == NULL)
        lacking |= DRAW_FLUSH;
    if (s[ASK_LOAD].send == NULL)
        lacking |= DRAW_LOADS;
    if (!manifest_claims(m, "net"))
        lacking |= DRAW_NETWORK;
    if (s[ASK_LOOKUP].send == NULL || c[ASK_LOOKUP].send == NULL)
        lacking |= DRAW_LOOKUPS;
    return lacking;
}

static void draw_step(struct draw *d)
{
    for (;;) {
        uint32_t total = 0, at;
        size_t i = 0;
        for (size_t k = 0; k < LENGTH(operations); k++)
            total += operations[k].kind & d->o.without ? 0 : (uint32_t)operations[k].weight;
        at = random_below(&d->random, total);
        for (;; i++) {
            if (operations[i].kind & d->o.without)
                continue;
            if (at < (uint32_t)operations[i].weight)
                break;
            at -= (uint32_t)operations[i].weight;
        }
        if (operations[i].draw(d))
            return;
    }
}

static void draw_head(const struct draw *d, uint64_t seed, struct buf *out)
{
    buf_printf(out, "title    drawn with seed %llu\nneeds    routes%s%s%s%s\n",
               (unsigned long long)seed, d->mix.arp ? " mac" : "", d->flushed ? " flush" : "",
               d->o.without & DRAW_NETWORK ? "" : " net", d->garbage ? " pid-namespace" : "");
    if (d->flushed)
        buf_adds(out, "tags     signals\n");
    buf_printf(out, "cost     processes=%d\ndeadline 3s\n\n", d->o.clients + 3);
}

void draw_scenario(uint64_t seed, const struct manifest *m, const struct draw_options *o,
                   struct buf *out)
{
    struct random mixed = {seed}; /* neighbours among the seeds would draw alike */
    struct draw d = {.random = {random_next(&mixed)}, .m = m, .o = *o};

    d.o.without |= find_lacking(m);
    d.mix = (struct change_mix){!(d.o.without & DRAW_ARP), !(d.o.without & DRAW_FLUSH)};
    d.tables = oracle_create();
    d.server = RUNS;
    if (!(d.o.without & DRAW_NETWORK) && chance(&d, 50)) /* the other half is as good without */
        d.o.without |= DRAW_NETWORK;
    SAY(&d, "server S%s\n", d.o.without & DRAW_NETWORK ? "" : " on the network");
    for (int i = 0; i < d.o.clients; i++)
        if (i == 0 || (d.o.without & DRAW_JOINS) || chance(&d, 50))
            draw_client(&d, i);
    for (int i = 0; i < d.o.steps; i++)
        draw_step(&d);
    while (pick(&d, STOPPED) >= 0)
        draw_continue(&d);
    draw_settle(&d);
    draw_head(&d, seed, out);
    buf_add(out, d.body.data, d.body.len);
    buf_finish(&d.body);
    oracle_destroy(d.tables);
}
