/* SPDX-License-Identifier: MIT
 *
 * Places in the network, and what the kernel tells of connections there. A case has a network of
 * its own, with lo alone; without namespaces it is the machine's.
 */
#ifndef HARNESS_NETWORK_H
#define HARNESS_NETWORK_H

#include "pattern.h"
#include "world.h"

#include <netinet/in.h>
#include <sys/un.h>

/* Where a socket is: a path, or an address and a port in the network. */
struct where {
    union {
        struct sockaddr any;
        struct sockaddr_un path;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t size;
};

/* Reads "127.0.0.1:7000", "[::1]:7000", or a path, which begins with a slash. 0; or why not, in
 * words. */
const char *where_parse(const char *text, struct where *where);
/* Whether a text that where_parse() takes is a place in the network. */
bool where_is_network(const char *text);

/* A place at this address, such as 127.0.0.1 or ::1, whose port is free. The caller's; NULL after
 * world_fail(). */
char *network_choose(struct world *w, const char *address);

/* Whether its port is 0: the server is to choose one. */
bool network_is_open(const char *place);

/* The first of these places whose port is open gets the one that this line tells, if it does. */
void network_learn_port(char **places, struct pattern *tells, const char *line, size_t len);

/* Puts the place in place of {endpoint}, {address} and {port}; the caller's. */
char *network_fill(const char *text, const char *place);

/* What the kernel says of the other end of a connection on this machine. */
struct network_end {
    unsigned long unread; /* bytes that its process has not read yet */
    bool watched;         /* a keepalive timer runs: who is gone will be missed, */
    double watched_s;     /* first after so many seconds */
};

/* False if there is no such end (any more). */
bool network_other_end(int fd, struct network_end *end);

/* Whether every byte that was written there has been read by the process at the other end, or it is
 * gone. Any stream socket. -1 with errno. */
int socket_taken(int fd, int *left);

#endif
