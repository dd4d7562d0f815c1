/* SPDX-License-Identifier: MIT
 *
 * A server with commands of two words and no prompt, that asks for the address of a MAC, keeps
 * that in shared memory, an object for each, and tells a flush by SIGUSR1. server SOCKET FAULT
 */
#include "words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct route table[ENTRIES];
static char macs[ENTRIES][18];
static struct {
    int fd;
    pid_t pid; /* 0: it is not in step yet */
} clients[FD_SETSIZE];
static int routes, mac_n, client_n;
static const char *fault, *path;

static int faulty(const char *name)
{
    return strcmp(fault, name) == 0;
}

static int find(const struct route *key)
{
    for (int i = 0; i < routes; i++)
        if ((table[i].mask == key->mask || faulty("mask-ignored")) &&
            strcmp(table[i].dest, key->dest) == 0)
            return i;
    return -1;
}

static int find_mac(const char *mac)
{
    for (int i = 0; i < mac_n; i++)
        if (strcmp(macs[i], mac) == 0)
            return i;
    return -1;
}

static void send_to(int fd, const struct news *n)
{
    if (send(fd, n, sizeof *n, faulty("sigpipe") ? 0 : MSG_NOSIGNAL) < 0)
        return;
}

static void tell_all(const struct news *n)
{
    for (int i = 0; i < client_n; i++)
        send_to(clients[i].fd, n);
}

static void tell_route(int what, const struct route *r)
{
    struct news n = {.what = what};

    n.route = *r;
    tell_all(&n);
}

static void tell_mac(int what, const char *mac)
{
    struct news n = {.what = what};

    memcpy(n.mac, mac, sizeof n.mac);
    tell_all(&n);
}

/* The address as text, without a NUL. */
static int put_address(const char *mac, const char *ip)
{
    int fd = shm_open(mac, O_RDWR | O_CREAT | O_TRUNC, 0640);

    if (fd < 0 || ftruncate(fd, (off_t)strlen(ip)) < 0)
        return -1;
    char *at = mmap(NULL, strlen(ip), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at == MAP_FAILED)
        return -1;
    memcpy(at, ip, strlen(ip));
    munmap(at, strlen(ip));
    return 0;
}

static void get_address(const char *mac, char ip[16])
{
    int fd = shm_open(mac, O_RDONLY, 0);
    ssize_t n = fd < 0 ? 0 : read(fd, ip, 15);

    ip[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static void remove_object(const char *mac)
{
    if (!faulty("object-stays"))
        shm_unlink(mac);
}

static const char *add_route(const struct route *r)
{
    if (find(r) >= 0 && !faulty("doubles"))
        return "this route exists";
    if (routes == ENTRIES)
        return "the table is full";
    table[routes++] = *r;
    if (!faulty("tells-late")) /* only who joins later hears of it */
        tell_route(PUT_ROUTE, r);
    return NULL;
}

static const char *change_route(const struct route *r)
{
    int i = find(r);

    if (i < 0)
        return "there is no such route";
    table[i] = *r;
    if (!faulty("no-update"))
        tell_route(PUT_ROUTE, r);
    return NULL;
}

static const char *remove_route(const struct route *r)
{
    int i = find(r);

    if (i < 0)
        return "there is no such route";
    tell_route(DROP_ROUTE, &table[i]);
    table[i] = table[--routes];
    return NULL;
}

/* Reads a line without its end; 0 at the end of the input. */
static int read_line(char *line, int size)
{
    fflush(stdout);
    if (fgets(line, size, stdin) == NULL)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

static int is_address(const char *text)
{
    struct in_addr a;

    return inet_pton(AF_INET, text, &a) == 1;
}

static const char *add_mac(const char *mac)
{
    char ip[64] = "";

    printf("Address of %s: ", mac);
    if (!read_line(ip, sizeof ip) || !is_address(ip))
        return "this is no address";
    if (find_mac(mac) >= 0 || strlen(mac) != 17)
        return "there can be no such MAC";
    if (mac_n == ENTRIES || put_address(mac, ip) < 0)
        return "there is no room";
    strcpy(macs[mac_n++], mac);
    tell_mac(PUT_MAC, mac);
    return NULL;
}

static const char *remove_mac(const char *mac)
{
    char gone[18];
    int i = find_mac(mac);

    if (i < 0)
        return "there is no such MAC";
    memcpy(gone, macs[i], sizeof gone);
    remove_object(gone);
    memmove(macs[i], macs[--mac_n], sizeof macs[i]);
    tell_mac(DROP_MAC, gone);
    return NULL;
}

static const char *flush(void)
{
    routes = 0;
    while (mac_n > 0 && !faulty("flush-keeps-macs"))
        if (!faulty("flush-keeps-objects"))
            remove_object(macs[--mac_n]);
        else
            mac_n--;
    for (int i = 0; i < client_n && !faulty("no-signal"); i++)
        if (clients[i].pid != 0)
            kill(faulty("signals-group") ? 0 : clients[i].pid, SIGUSR1);
    return NULL;
}

static const char *show_routes(void)
{
    for (int i = 0; i < routes; i++) {
        const struct route *r = &table[i];
        char mask[8];
        snprintf(mask, sizeof mask, "/%d", r->mask - (faulty("wrong-mask") && r->mask == 32));
        printf("  %s%s via %s dev %s\n", faulty("bare") && r->mask == 0 ? "default" : r->dest,
               faulty("bare") && (r->mask == 0 || r->mask == 32) ? "" : mask, r->gateway, r->oif);
    }
    return NULL;
}

static const char *show_macs(void)
{
    char ip[16];

    for (int i = 0; i < mac_n; i++) {
        get_address(macs[i], ip);
        printf("  %s is at %s\n", macs[i], ip);
    }
    return NULL;
}

static const char *show_clients(void)
{
    for (int i = 0; i < client_n; i++)
        if (clients[i].pid != 0)
            printf("  client %d\n", (int)clients[i].pid);
    return NULL;
}

static int is_mask(const char *text)
{
    return *text != '\0' && strlen(text) <= 2 && strspn(text, "0123456789") == strlen(text) &&
           atoi(text) <= 32;
}

/* What keeps the command from being done; NULL if it was done. */
static const char *obey(const char *line)
{
    char verb[16] = "", what[16] = "", key[32] = "", mask[16] = "", gateway[32] = "", oif[64] = "";
    int n = sscanf(line, "%15s %15s %31s %15s %31s %63s", verb, what, key, mask, gateway, oif);
    struct route r = {.mask = atoi(mask)};
    char words[40];

    snprintf(words, sizeof words, "%s %s", verb, what);
    if (strcmp(words, "SHOW ROUTES") == 0)
        return show_routes();
    if (strcmp(words, "SHOW MACS") == 0)
        return show_macs();
    if (strcmp(words, "SHOW CLIENTS") == 0)
        return show_clients();
    if (strcmp(words, "FLUSH ALL") == 0)
        return flush();
    if (strcmp(words, "ADD MAC") == 0)
        return add_mac(key);
    if (strcmp(words, "REMOVE MAC") == 0)
        return remove_mac(key);
    if (n < 4 || !is_address(key) || !is_mask(mask))
        return "this is no command";
    strcpy(r.dest, key);
    if (strcmp(words, "REMOVE ROUTE") == 0)
        return remove_route(&r);
    if (n < 6 || !is_address(gateway) || strlen(oif) >= sizeof r.oif)
        return "this is no route";
    strcpy(r.gateway, gateway);
    strcpy(r.oif, oif);
    if (strcmp(words, "ADD ROUTE") == 0)
        return add_route(&r);
    return strcmp(words, "CHANGE ROUTE") == 0 ? change_route(&r) : "this is no command";
}

static void leave(int number)
{
    (void)number;
    for (int i = 0; i < mac_n && !faulty("leaves-objects"); i++)
        remove_object(macs[i]);
    if (!faulty("leaves-socket"))
        unlink(path);
    _exit(0);
}

static void take_command(void)
{
    char line[256];

    if (!read_line(line, sizeof line))
        leave(0);
    const char *wrong = obey(line);
    if (wrong == NULL)
        printf("Done.\n");
    else
        printf("Not done: %s.\n", wrong);
    fflush(stdout);
}

static void welcome(int listener)
{
    struct news n = {.what = PUT_ROUTE};
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    if (faulty("two-clients") && client_n == 2)
        return; /* says nothing, serves nobody more */
    clients[client_n].fd = fd;
    clients[client_n++].pid = 0;
    for (int i = faulty("half-snapshot"); i < routes && !faulty("no-snapshot"); i++) {
        n.route = table[i];
        send_to(fd, &n);
    }
    n.what = PUT_MAC;
    for (int i = 0; i < mac_n && !faulty("no-mac-snapshot"); i++) {
        memcpy(n.mac, macs[i], sizeof n.mac);
        send_to(fd, &n);
    }
    n.what = IN_STEP;
    send_to(fd, &n);
}

static void hear(int i)
{
    struct word w;

    if (recv(clients[i].fd, &w, sizeof w, MSG_WAITALL) == (ssize_t)sizeof w) {
        if (w.what == HERE)
            clients[i].pid = w.pid;
        else if (!faulty("keeps-pid"))
            clients[i].pid = 0;
        return;
    }
    if (faulty("keeps-pid") && clients[i].pid != 0)
        return;
    close(clients[i].fd);
    clients[i] = clients[--client_n];
}

static int open_socket(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 20) < 0) {
        perror(path);
        exit(1);
    }
    return fd;
}

int main(int argc, char **argv)
{
    path = argc > 1 ? argv[1] : "/tmp/words.sock";
    fault = argc > 2 ? argv[2] : "none";
    int listener = open_socket();

    signal(SIGINT, leave);
    signal(SIGTERM, leave);
    printf("Waiting for commands.\n");
    fflush(stdout);
    for (;;) {
        fd_set fds;
        FD_ZERO(&fds);
        FD_SET(0, &fds);
        FD_SET(listener, &fds);
        for (int i = 0; i < client_n && !faulty("sigpipe"); i++)
            FD_SET(clients[i].fd, &fds);
        if (select(FD_SETSIZE, &fds, NULL, NULL, NULL) < 0)
            continue;
        for (int i = client_n; i-- > 0;)
            if (FD_ISSET(clients[i].fd, &fds))
                hear(i);
        if (FD_ISSET(listener, &fds))
            welcome(listener);
        if (FD_ISSET(0, &fds))
            take_command();
    }
}
