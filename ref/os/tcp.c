/* SPDX-License-Identifier: MIT */
#include "os/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    QUIET_S = 30,        /* until an idle peer is asked whether it is there, */
    ASK_S = 10,          /* and asked again, */
    ASKS = 3,            /* so often; */
    GONE_MS = 60 * 1000, /* or until what was sent to it has to be acknowledged */
};

static bool parse_port(const char *text, in_port_t *port)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || value > 65535)
        return false;
    *port = htons((uint16_t)value);
    return true;
}

bool tcp_parse(const char *text, union tcp_address *address)
{
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0;
    char host[INET6_ADDRSTRLEN];
    bool bracketed = size > 2 && text[0] == '[' && text[size - 1] == ']';

    memset(address, 0, sizeof(*address));
    if (size == 0 || size - 2 * bracketed >= sizeof(host))
        return false;
    snprintf(host, sizeof(host), "%.*s", (int)(size - 2 * bracketed), text + bracketed);
    if (bracketed) {
        address->v6.sin6_family = AF_INET6;
        return inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1 &&
               parse_port(colon + 1, &address->v6.sin6_port);
    }
    address->v4.sin_family = AF_INET;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                     &address->v4.sin_addr) == 1 &&
           parse_port(colon + 1, &address->v4.sin_port);
}

unsigned tcp_port(const union tcp_address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

bool tcp_is_loopback(const union tcp_address *address)
{
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
    return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static socklen_t size_of(const union tcp_address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

static int open_socket(const union tcp_address *address)
{
    return socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int give_up(int fd)
{
    int error = errno;

    close(fd);
    errno = error;
    return -1;
}

int tcp_listen(const union tcp_address *address)
{
    int fd = open_socket(address), on = 1;

    if (fd < 0)
        return -1;
    /* a server that starts again finds its old connections still ending */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        (address->any.sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
        bind(fd, &address->any, size_of(address)) || listen(fd, SOMAXCONN))
        return give_up(fd);
    return fd;
}

int tcp_connect(const union tcp_address *address)
{
    int fd = open_socket(address);

    if (fd < 0)
        return -1;
    tcp_prepare(fd);
    if (connect(fd, &address->any, size_of(address)) && errno != EINPROGRESS)
        return give_up(fd);
    return fd;
}

/* Nobody listens, and the port that the kernel chose for our end is the one that we asked for: the
 * socket is its own peer. */
static bool is_its_own_peer(int fd)
{
    union tcp_address own = {0}, peer = {0};
    socklen_t own_size = sizeof(own), peer_size = sizeof(peer);

    return getsockname(fd, &own.any, &own_size) == 0 &&
           getpeername(fd, &peer.any, &peer_size) == 0 && own_size == peer_size &&
           memcmp(&own, &peer, own_size) == 0;
}

int tcp_outcome(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
        return errno;
    return error == 0 && is_its_own_peer(fd) ? ECONNREFUSED : error;
}

static void set(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof(value)))
        return; /* what is left are the kernel's defaults: slower, and right */
}

void tcp_prepare(int fd)
{
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, QUIET_S);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, ASK_S);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, ASKS);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, GONE_MS);
}

void tcp_format(const union tcp_address *address, char text[TCP_TEXT])
{
    bool v6 = address->any.sa_family == AF_INET6;
    char host[INET6_ADDRSTRLEN];

    inet_ntop(address->any.sa_family,
              v6 ? (const void *)&address->v6.sin6_addr : &address->v4.sin_addr, host,
              sizeof(host));
    snprintf(text, TCP_TEXT, v6 ? "[%s]:%u" : "%s:%u", host, tcp_port(address));
}

void tcp_own_name(int fd, char text[TCP_TEXT])
{
    union tcp_address address;
    socklen_t size = sizeof(address);

    if (getsockname(fd, &address.any, &size))
        snprintf(text, TCP_TEXT, "?");
    else
        tcp_format(&address, text);
}

void tcp_peer_name(int fd, char text[TCP_TEXT])
{
    union tcp_address address;
    socklen_t size = sizeof(address);

    if (getpeername(fd, &address.any, &size))
        snprintf(text, TCP_TEXT, "?"); /* it has gone already */
    else
        tcp_format(&address, text);
}
