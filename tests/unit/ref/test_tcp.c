/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the network as text, and sockets of it on this machine alone.
 */
#include "tests/unit/unit.h"

#include "os/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

TEST(an_address_is_read_and_written_back)
{
    static const char *const good[][2] = {
        {"127.0.0.1:7000", "127.0.0.1:7000"},
        {"localhost:1", "127.0.0.1:1"},
        {"0.0.0.0:0", "0.0.0.0:0"},
        {"255.255.255.255:65535", "255.255.255.255:65535"},
        {"[::1]:7000", "[::1]:7000"},
        {"[0:0:0:0:0:0:0:1]:7", "[::1]:7"},
        {"[::]:0", "[::]:0"},
        {"[fe80::1:2]:65535", "[fe80::1:2]:65535"},
        {"[1111:2222:3333:4444:5555:6666:7777:8888]:65535",
         "[1111:2222:3333:4444:5555:6666:7777:8888]:65535"},
    };
    union tcp_address address;
    char text[TCP_TEXT];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!CHECK(tcp_parse(good[i][0], &address)))
            continue;
        tcp_format(&address, text);
        CHECK_EQ_STR(text, good[i][1]);
    }
}

TEST(what_is_no_address_is_refused)
{
    static const char *const bad[] = {
        "",
        ":",
        "7000",
        ":7000",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "127.0.0.1:7x",
        "127.0.0.1: 7",
        "127.1:7000",
        "::1:7000",
        "[]:7000",
        "[::1]",
        "[::1]7000",
        "[::1:7000",
        "::1]:7000",
        "[127.0.0.1]:7",
        "[localhost]:7",
        "example.org:7000",
        "[::1%lo]:7",
        "127.0.0.1 :7",
        "127.0.0.1:0x10",
        "[1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111]:7",
    };
    union tcp_address address;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!CHECK(!tcp_parse(bad[i], &address)))
            printf("# %s\n", bad[i]);
}

TEST(only_this_machine_reaches_loopback)
{
    static const struct {
        const char *text;
        bool loopback;
    } cases[] = {
        {"127.0.0.1:1", true},
        {"127.255.1.2:1", true},
        {"[::1]:1", true},
        {"0.0.0.0:1", false},
        {"[::]:1", false},
        {"128.0.0.1:1", false},
        {"[::2]:1", false},
        {"10.0.0.127:1", false},
        {"[::ffff:127.0.0.1]:1", false}, /* a listener for IPv6 alone has no such address */
    };
    union tcp_address address;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK(tcp_parse(cases[i].text, &address));
        CHECK_EQ_INT(tcp_is_loopback(&address), cases[i].loopback);
    }
}

static int option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);

    return getsockopt(fd, level, name, &value, &size) ? -1 : value;
}

/* A socket that is connected, or not, to where the listener is or was. */
static int connect_to(int listener, bool leave, int *outcome)
{
    union tcp_address address;
    socklen_t size = sizeof(address);
    struct pollfd writable = {.events = POLLOUT};

    CHECK_EQ_INT(getsockname(listener, &address.any, &size), 0);
    if (leave)
        close(listener);
    writable.fd = tcp_connect(&address);
    CHECK_EQ_INT(poll(&writable, 1, 5000), 1);
    *outcome = tcp_outcome(writable.fd);
    return writable.fd;
}

/* NET-15, NET-16 */
TEST(a_connection_sends_at_once_and_is_watched)
{
    union tcp_address any;
    int listener, fd, outcome;

    CHECK(tcp_parse("127.0.0.1:0", &any));
    listener = tcp_listen(&any);
    fd = connect_to(listener, false, &outcome);
    CHECK_EQ_INT(outcome, 0);
    CHECK_EQ_INT(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    CHECK_EQ_INT(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
              option(fd, IPPROTO_TCP, TCP_KEEPCNT) * option(fd, IPPROTO_TCP, TCP_KEEPINTVL) <=
          120);
    CHECK(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) > 0); /* 0: as long as the kernel likes */
    CHECK(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) <= 120 * 1000);
    close(fd);
    fd = connect_to(listener, true, &outcome);
    CHECK_EQ_INT(outcome, ECONNREFUSED);
    close(fd);
}

/* Where nobody listens, and the kernel gives our end the port that we ask for. */
TEST(a_socket_that_is_its_own_peer_counts_as_refused)
{
    union tcp_address own;
    socklen_t size = sizeof(own);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(tcp_parse("127.0.0.1:0", &own));
    CHECK_EQ_INT(bind(fd, &own.any, sizeof(own.v4)), 0);
    CHECK_EQ_INT(getsockname(fd, &own.any, &size), 0);
    CHECK_EQ_INT(connect(fd, &own.any, size), 0);
    CHECK_EQ_INT(tcp_outcome(fd), ECONNREFUSED);
    close(fd);
}

TEST(a_port_has_one_listener)
{
    union tcp_address any, taken;
    socklen_t size = sizeof(taken);
    int listener;

    CHECK(tcp_parse("127.0.0.1:0", &any));
    listener = tcp_listen(&any);
    CHECK_EQ_INT(getsockname(listener, &taken.any, &size), 0);
    CHECK_EQ_INT(tcp_listen(&taken), -1);
    CHECK_EQ_INT(errno, EADDRINUSE);
    close(listener);
    listener = tcp_listen(&taken);
    CHECK(listener >= 0);
    close(listener);
}
