/* SPDX-License-Identifier: MIT
 *
 * Options of both programs, from the command line and the environment.
 */
#ifndef OS_OPTIONS_H
#define OS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "os/loop.h"
#include "os/mq.h"
#include "os/tcp.h"

enum { EXIT_USAGE = 64, RTM_VERSION_MAJOR = 1, OPTIONS_LISTEN = 16 };

struct options {
    const char *program;
    bool server;
    const char *socket;
    bool named; /* the socket, on the command line */
    enum loop_kind mux;
    size_t journal;   /* server */
    const char *load; /* server; NULL: none */
    char queues[MQ_MOST][MQ_NAME];
    int queue_count;                          /* server */
    uint32_t arp_slots;                       /* server; a number that the layout allows */
    union tcp_address listen[OPTIONS_LISTEN]; /* server; for the network, so many: */
    int listens;
    bool public;         /* server: other machines may reach it */
    unsigned peers;      /* server: of the network, at most */
    bool reconnect;      /* client */
    const char *connect; /* client: the network address in place of the socket; NULL: none */
    union tcp_address remote;
    char default_socket[128];
};

/* -1: go on; otherwise the exit status, all is said. `server` and `program` are set. */
int options_read(struct options *options, int argc, char **argv);

/* Opens /dev/null where 0, 1 or 2 is closed, so that no socket gets such a number. */
void options_fill_descriptors(void);

#endif
