/* SPDX-License-Identifier: MIT
 *
 * The connection of the client and its console commands.
 */
#ifndef OS_FOLLOW_H
#define OS_FOLLOW_H

#include "core/client.h"
#include "os/shm.h"
#include "os/tcp.h"
#include "os/view.h"

struct follow {
    struct loop *loop;
    struct console *console;
    const char *target;               /* what it connects to, for people and as a path */
    const union tcp_address *network; /* or this; NULL: the path */
    struct client client;
    struct loop_source source; /* fd -1: not connected */
    bool opening;              /* it is being connected */
    struct shm_seen shm;       /* the object that WELCOME names */
    int signals;               /* where they come from */
    struct view view;
    enum client_state told; /* the state of the last notice */
    uint64_t told_epoch;    /* that of the connection, as far as notices go; 0: none */
    int64_t next;           /* time of the next attempt; INT64_MAX: none */
    int last_error;         /* of an attempt: said once */
    bool reconnect, quit;
};

/* -1 with errno. With a network address it is a network client, and the target only a name.
 * `signals` is the descriptor that signals_take() reads. */
int follow_init(struct follow *follow, struct loop *loop, struct console *console,
                const char *target, const union tcp_address *network, bool reconnect, int signals);

/* Connects if it is time, sends, and tells of a new state and of flushes. */
void follow_turn(struct follow *follow);

/* There are signals: SIGUSR1 (FLU-9), or the end. */
void follow_signal(struct follow *follow);

/* Milliseconds until follow_turn() has something to do by time, -1: never. */
int follow_timeout(const struct follow *follow);

/* Executes the first of these lines of the console. */
size_t follow_lines(void *arg, const struct word *lines, size_t count);

/* SES-8: sends BYE, and frees all. */
void follow_close(struct follow *follow);

#endif
