/* SPDX-License-Identifier: MIT */
#include "draw_steps.h"

bool draw_chance(struct draw *d, uint32_t percent)
{
    return random_below(&d->random, 100) < percent;
}

int draw_pick(struct draw *d, enum state state)
{
    int found = -1;

    for (int i = 0, n = 0; i < d->o.clients; i++)
        if (d->clients[i] == state && random_below(&d->random, (uint32_t)++n) == 0)
            found = i;
    return found;
}

static bool answers(const struct draw *d)
{
    return d->server == RUNS && !d->feeding;
}

/* -- changes -- */

bool draw_try(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "S tries \"");
    d->flushed |= draw_change(&d->random, &d->mix, d->tables, &d->body);
    SAY(d, "\"\n");
    return true;
}

bool draw_flush(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "S flush\n");
    oracle_clear(d->tables);
    d->flushed = true;
    return true;
}

bool draw_burst(struct draw *d)
{
    if (!answers(d))
        return false;
    SAY(d, "file F%d\n", ++d->files);
    for (uint32_t n = (draw_chance(d, 8) ? 150 : 3) + random_below(&d->random, 40); n > 0; n--) {
        SAY(d, "  ");
        d->flushed |= draw_change(&d->random, &d->mix, d->tables, &d->body);
        SAY(d, "\n");
    }
    SAY(d, "end\nfeed S F%d\n", d->files);
    d->feeding = true;
    return true;
}

bool draw_await(struct draw *d)
{
    if (!d->feeding || d->server != RUNS)
        return false;
    SAY(d, "await S 100%%\n");
    d->feeding = false;
    return true;
}

bool draw_load(struct draw *d)
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
    return !(d->o.without & DRAW_NETWORK) && draw_chance(d, 33) ? "network " : "";
}

void draw_client(struct draw *d, int i)
{
    SAY(d, "%sclient C%d\n", draw_way(d), i + 1);
    d->clients[i] = RUNS;
}

bool draw_join(struct draw *d)
{
    int i = draw_pick(d, ABSENT);

    if (i < 0 || d->server != RUNS)
        return false;
    draw_client(d, i);
    return true;
}

bool draw_return(struct draw *d)
{
    int i = draw_pick(d, GONE);

    if (i < 0 || d->server != RUNS)
        return false;
    SAY(d, "start C%d again\n", i + 1);
    d->clients[i] = RUNS;
    return true;
}

bool draw_leave(struct draw *d)
{
    int i = draw_pick(d, RUNS);

    if (i < 0)
        return false;
    SAY(d, "quit C%d\n", i + 1);
    d->clients[i] = GONE;
    return true;
}

bool draw_kill(struct draw *d)
{
    int i = draw_pick(d, draw_chance(d, 70) ? RUNS : STOPPED);

    if (i < 0)
        return false;
    SAY(d, "kill C%d KILL\n", i + 1);
    d->clients[i] = GONE;
    return true;
}

bool draw_stop(struct draw *d)
{
    int i = draw_pick(d, RUNS);

    if (i < 0)
        return false;
    SAY(d, "stop C%d\n", i + 1);
    d->clients[i] = STOPPED;
    return true;
}

bool draw_continue(struct draw *d)
{
    int i = draw_pick(d, STOPPED);

    if (i < 0)
        return false;
    SAY(d, "continue C%d\n", i + 1);
    d->clients[i] = RUNS;
    return true;
}

bool draw_stop_server(struct draw *d)
{
    if (d->server != RUNS)
        return false;
    SAY(d, "stop S\n");
    d->server = STOPPED;
    return true;
}

bool draw_continue_server(struct draw *d)
{
    if (d->server != STOPPED)
        return false;
    SAY(d, "continue S\n");
    d->server = RUNS;
    return true;
}

bool draw_end_server(struct draw *d)
{
    bool quits = draw_chance(d, 40);

    if (d->server != RUNS || (quits && d->feeding))
        return false;
    SAY(d, quits ? "quit S\n" : "kill S KILL\n");
    d->server = GONE;
    d->feeding = false;
    d->follower = 0;
    return true;
}

bool draw_restart(struct draw *d)
{
    if (d->server != GONE)
        return false;
    SAY(d, "restart S\n");
    oracle_clear(d->tables);
    d->server = RUNS;
    return true;
}

/* -- probes -- */

bool draw_follower(struct draw *d)
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
        SAY(d, "%02x", draw_chance(d, 40) ? 0 : random_below(&d->random, 256));
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
bool draw_garbage(struct draw *d)
{
    int peer;

    if (d->server != RUNS)
        return false;
    peer = ++d->peers;
    d->garbage = true;
    SAY(d, "%sprobe G%d of S\n", draw_way(d), peer);
    if (draw_chance(d, 50))
        SAY(d, "G%d sends HELLO\n", peer);
    for (uint32_t n = random_below(&d->random, 4); n > 0; n--) {
        if (draw_chance(d, 40))
            draw_bytes(d, peer);
        else
            draw_garbage_frame(d, peer);
    }
    if (draw_chance(d, 20))
        draw_half_frame(d, peer);
    if (draw_chance(d, 50))
        SAY(d, "G%d closes\n", peer);
    return true;
}

/* -- expectations -- */

/* What is put together from lines, or ends with a quiet window, is no look at one moment. */
static bool shows_at_once(const struct draw *d)
{
    return d->m->client.ask[ASK_TABLE].observe == OBSERVE_COMMAND;
}

bool draw_look(struct draw *d)
{
    int i = draw_pick(d, RUNS);

    if (i < 0 || !shows_at_once(d))
        return false;
    SAY(d, "expect C%d shows a state of S [SYN-24]\n", i + 1);
    return true;
}

bool draw_lookups(struct draw *d)
{
    int i = draw_pick(d, RUNS);

    if (!answers(d))
        return false;
    if (i < 0 || draw_chance(d, 30))
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
bool draw_settle(struct draw *d)
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
        if (shows_at_once(d))
            SAY(d, "expect C%d shows a state of S [SYN-24]\n", i + 1);
        if (dialogue_asks(&client->ask[ASK_DIGEST]))
            SAY(d, "expect C%d reports the digest of S [TBL-18]\n", i + 1);
    }
    if (d->follower > 0)
        SAY(d, "expect P%d follows S [SYN-11]\n", d->follower);
    if (d->mix.arp && !(d->o.without & DRAW_PROBES))
        SAY(d, "expect S shm right [SHM-7]\n");
    return true;
}
