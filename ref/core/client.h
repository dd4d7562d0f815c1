/* SPDX-License-Identifier: MIT
 *
 * The client without I/O: the session from HELLO to BYE, the tables it shows and the shadow that a
 * snapshot fills. Rules C1 to C10 of the protocol, as chapters 4 and 6 word them. Time is given,
 * never asked for. The addresses of ARP entries are here in a network client, which gets them on
 * the stream; for a local one they are in shared memory: who shows them reads it, for keys of this
 * table only (ARP-18).
 */
#ifndef CORE_CLIENT_H
#define CORE_CLIENT_H

#include "core/arp_read.h"
#include "core/buffer.h"
#include "core/frame.h"

enum client_state { CLIENT_CONNECTING, CLIENT_SNAPSHOT, CLIENT_RESYNCING, CLIENT_SYNCHRONISED };

/* What the core needs of its surroundings, each at its moment. Without functions there is no shared
 * memory and no signal, as for C10. */
struct client_shell {
    void *arg;
    /* Takes SIGUSR1 if it is pending; whether it was. */
    bool (*take_signal)(void *arg);
    /* Maps the object of this name for the reader, if it is of this server instance (SHM-22);
     * else leaves the reader as it is. */
    void (*map)(void *arg, const char *name, uint32_t instance, struct arp_reader *reader);
    /* Unmaps it. */
    void (*unmap)(void *arg);
};

struct client {
    struct client_shell shell;
    struct table *table;  /* what is shown */
    struct table *shadow; /* NULL: no snapshot under way */
    enum client_state state;
    bool connected, welcome, registered; /* on this connection */
    uint32_t pid;                        /* 0: it is a network client, which has none to tell */
    uint64_t epoch, seq;
    uint32_t instance;           /* of the server, as WELCOME says */
    struct arp_reader addresses; /* its object, while it is mapped */
    struct frame_gather input;
    struct buffer output;
    uint32_t delay_ms; /* pause before the next attempt */
    struct {
        uint64_t connects, resyncs;
    } stats;
};

/* -1 with errno. The pid is 0 for a network client. */
int client_init(struct client *client, uint32_t pid);
void client_finish(struct client *client);

/* A connection is there: queues HELLO. -1 with errno. */
int client_connect(struct client *client);

/* Takes bytes of the server. -1: the connection is to be closed; the reason says why. */
int client_receive(struct client *client, const uint8_t *bytes, size_t size,
                   char reason[REASON_SIZE]);

/* SIGUSR1 may be pending: takes it and then reads the epoch from shared memory (C7). A newer one is
 * adopted: both tables are empty, a snapshot under way is void, and the state stays until FLUSH
 * comes (FLU-9, FLU-12). Whether it was. Not from within client_receive() (C8). */
bool client_signal(struct client *client);

/* The connection is gone, or could not be made: the object is unmapped, then the epoch forgotten
 * and the tables emptied (SHM-23, EPO-6, SES-11). Gives the pause in milliseconds before the next
 * attempt (SES-12). */
uint32_t client_disconnect(struct client *client);

/* Queues BYE (SES-8). */
void client_farewell(struct client *client);

const char *client_state_name(enum client_state state);

#endif
