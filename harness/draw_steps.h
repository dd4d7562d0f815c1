/* SPDX-License-Identifier: MIT
 *
 * The steps that a scenario is drawn of, and what the drawing knows of it so far. For draw.c alone.
 */
#ifndef HARNESS_DRAW_STEPS_H
#define HARNESS_DRAW_STEPS_H

#include "draw.h"
#include "draw_change.h"

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

#define SAY(d, ...) buf_printf(&(d)->body, __VA_ARGS__)

/* True so many times in a hundred. */
bool draw_chance(struct draw *d, uint32_t percent);
/* A client in that state, from 0; -1 if there is none. */
int draw_pick(struct draw *d, enum state state);
/* Starts a client that was not there. */
void draw_client(struct draw *d, int i);

/* Each appends one step, of several lines perhaps; false if there can be none now. */
bool draw_try(struct draw *d);
bool draw_flush(struct draw *d);
bool draw_burst(struct draw *d);
bool draw_await(struct draw *d);
bool draw_load(struct draw *d);
bool draw_join(struct draw *d);
bool draw_return(struct draw *d);
bool draw_leave(struct draw *d);
bool draw_kill(struct draw *d);
bool draw_stop(struct draw *d);
bool draw_continue(struct draw *d);
bool draw_stop_server(struct draw *d);
bool draw_continue_server(struct draw *d);
bool draw_end_server(struct draw *d);
bool draw_restart(struct draw *d);
bool draw_follower(struct draw *d);
bool draw_garbage(struct draw *d);
bool draw_look(struct draw *d);
bool draw_lookups(struct draw *d);
bool draw_settle(struct draw *d);

#endif
