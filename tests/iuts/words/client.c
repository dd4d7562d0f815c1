/* SPDX-License-Identifier: MIT
 *
 * A client that prints both its tables whole whenever they change, connects again when its server
 * goes, and empties its tables at SIGUSR1. client SOCKET FAULT
 */
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAUSE_MS 100 /* before it tries to connect again */

static struct route table[ENTRIES];
static char macs[ENTRIES][18];
static int routes, mac_n, in_step;
static const char *fault, *path;

static int faulty(const char *name)
{
    return strcmp(fault, name) == 0;
}

/* The address from shared memory; "-" if there is none. */
static void get_address(const char *mac, char ip[16])
{
    int fd = shm_open(mac, O_RDONLY, 0);
    ssize_t n = fd < 0 ? 0 : read(fd, ip, 15);

    strcpy(ip + (n > 0 ? n : 0), n > 0 ? "" : "-");
    if (fd >= 0)
        close(fd);
}

/* The fault of who reads each address once only. */
static const char *remember(const char *mac, const char *ip)
{
    static struct {
        char mac[18], ip[16];
    } seen[ENTRIES];
    int i = 0;

    while (i < ENTRIES - 1 && seen[i].mac[0] != '\0' && strcmp(seen[i].mac, mac) != 0)
        i++;
    if (seen[i].mac[0] == '\0' && strcmp(ip, "-") != 0) {
        strcpy(seen[i].mac, mac);
        strcpy(seen[i].ip, ip);
    }
    return seen[i].mac[0] == '\0' ? ip : seen[i].ip;
}

static void show(void)
{
    char ip[16];

    printf("== routes ==\n");
    for (int i = 0; i < routes; i++)
        printf("%s/%d %s %s\n", table[i].dest, table[i].mask, table[i].gateway, table[i].oif);
    printf("== macs ==\n");
    for (int i = 0; i < mac_n; i++) {
        get_address(macs[i], ip);
        printf("%s %s\n", macs[i], faulty("remembers-address") ? remember(macs[i], ip) : ip);
    }
    printf("== end ==\n");
    fflush(stdout);
}

static void put_route(const struct route *r)
{
    int i = 0;

    while (i < routes && (table[i].mask != r->mask || strcmp(table[i].dest, r->dest) != 0))
        i++;
    if (faulty("doubles"))
        i = routes;
    if (i == ENTRIES || (i < routes && faulty("first-value")))
        return;
    table[i] = *r;
    routes += i == routes;
}

static void drop_route(const struct route *r)
{
    for (int i = 0; i < routes; i++)
        if ((table[i].mask == r->mask || faulty("drops-any-mask")) &&
            strcmp(table[i].dest, r->dest) == 0) {
            table[i] = table[--routes];
            return;
        }
}

static void put_mac(const char *mac)
{
    if (mac_n < ENTRIES)
        strcpy(macs[mac_n++], mac);
}

static void drop_mac(const char *mac)
{
    for (int i = 0; i < mac_n; i++)
        if (strcmp(macs[i], mac) == 0) {
            memmove(macs[i], macs[--mac_n], sizeof macs[i]);
            return;
        }
}

static void empty(void)
{
    routes = mac_n = 0;
    show();
}

static void flush(void)
{
    int kept = faulty("client-keeps-macs") ? mac_n : 0;

    empty();
    mac_n = kept;
    if (kept > 0)
        show();
}

static void say(int fd, int what)
{
    struct word w = {what, getpid()};

    if (send(fd, &w, sizeof w, MSG_NOSIGNAL) < 0)
        return;
}

static void apply(int fd, const struct news *n)
{
    switch (n->what) {
    case PUT_ROUTE:
        put_route(&n->route);
        break;
    case DROP_ROUTE:
        drop_route(&n->route);
        break;
    case PUT_MAC:
        put_mac(n->mac);
        break;
    case DROP_MAC:
        drop_mac(n->mac);
        break;
    case IN_STEP:
        in_step = 1;
        say(fd, HERE); /* before anybody can see that it is in step */
    }
    if (in_step)
        show();
}

static int connect_to_server(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

/* A signal that has come, or 0. */
static int take_signal(int signals)
{
    struct signalfd_siginfo s;

    return read(signals, &s, sizeof s) == (ssize_t)sizeof s ? (int)s.ssi_signo : 0;
}

/* SIGUSR1 comes before what the server sends behind it: the signals are looked at first. */
static void turn(int signals, int *server)
{
    struct pollfd fds[] = {{signals, POLLIN, 0}, {*server, POLLIN, 0}};
    struct news n;
    int number;

    poll(fds, 2, *server < 0 ? PAUSE_MS : -1);
    while ((number = take_signal(signals)) != 0) {
        if (number == SIGUSR1 && !faulty("stale-after-flush"))
            flush();
        if (number == SIGUSR1)
            continue;
        if (faulty("no-end"))
            continue;
        if (*server >= 0)
            say(*server, GONE);
        exit(0);
    }
    if (*server < 0) {
        if (!faulty("no-reconnect"))
            *server = connect_to_server();
    } else if (fds[1].revents != 0 &&
               recv(*server, &n, sizeof n, MSG_WAITALL) == (ssize_t)sizeof n) {
        apply(*server, &n);
    } else if (fds[1].revents != 0) {
        close(*server);
        *server = -1;
        in_step = 0;
        if (!faulty("keeps-table"))
            empty();
    }
}

int main(int argc, char **argv)
{
    sigset_t set;
    int server = -1;

    path = argc > 1 ? argv[1] : "/tmp/words.sock";
    fault = argc > 2 ? argv[2] : "none";
    sigemptyset(&set);
    if (!faulty("no-handler"))
        sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGINT);
    if (!faulty("dies-of-term"))
        sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    server = connect_to_server();
    printf("In service.\n");
    fflush(stdout);
    for (;;)
        turn(signals, &server);
}
