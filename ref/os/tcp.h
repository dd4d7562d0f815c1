/* SPDX-License-Identifier: MIT
 *
 * TCP sockets of network subscribers: addresses as text, listeners, connections.
 */
#ifndef OS_TCP_H
#define OS_TCP_H

#include <netinet/in.h>
#include <stdbool.h>

enum { TCP_TEXT = INET6_ADDRSTRLEN + 9 }; /* room for `[ADDRESS]:PORT`, terminator included */

union tcp_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Reads ADDRESS:PORT, [ADDRESS]:PORT or localhost:PORT, all numbers: no name is ever looked up.
 * False if it is none of them. */
bool tcp_parse(const char *text, union tcp_address *address);

unsigned tcp_port(const union tcp_address *address);

/* Whether only this machine reaches it. */
bool tcp_is_loopback(const union tcp_address *address);

/* A nonblocking listener, or -1 with errno. */
int tcp_listen(const union tcp_address *address);

/* A nonblocking socket that is being connected, or -1 with errno. When it can be written to,
 * tcp_outcome() says what came of it: 0, or an errno. */
int tcp_connect(const union tcp_address *address);
int tcp_outcome(int fd);

/* What is written leaves at once (NET-15), and who is gone without a word is noticed (NET-16). */
void tcp_prepare(int fd);

void tcp_format(const union tcp_address *address, char text[TCP_TEXT]);

/* The address of a socket or of its peer as text, "?" if the kernel cannot tell. */
void tcp_own_name(int fd, char text[TCP_TEXT]);
void tcp_peer_name(int fd, char text[TCP_TEXT]);

#endif
