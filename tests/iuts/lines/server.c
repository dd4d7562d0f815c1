/* SPDX-License-Identifier: MIT
 *
 * A server with one-line commands, that prints in colour and only on a terminal, and says nothing
 * of what it does not do. It sends lines of text, of routes and of neighbours, and asks before it
 * leaves. Its other table comes in pages, with dotted masks. server SOCKET FAULT [pages]
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROUTES 1000
#define PAGE 20

static struct route {
    char dest[64], gateway[64], oif[64];
    int mask;
} table[ROUTES];
static struct neighbour {
    char mac[64], ip[64];
} arp[ROUTES];
static int routes, neighbours, clients[FD_SETSIZE], client_n, loud, paged;

static int find(const char *dest, int mask)
{
    for (int i = 0; i < routes; i++)
        if (table[i].mask == mask && strcmp(table[i].dest, dest) == 0)
            return i;
    return -1;
}

static int find_mac(const char *mac)
{
    for (int i = 0; i < neighbours; i++)
        if (strcmp(arp[i].mac, mac) == 0)
            return i;
    return -1;
}

static void send_line(int fd, const char *line)
{
    if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
        return;
}

static void send_to(int fd, char op, const struct route *r)
{
    char line[256];

    snprintf(line, sizeof line, "%c %s %d %s %s\n", op, r->dest, r->mask, r->gateway, r->oif);
    send_line(fd, line);
}

static void send_neighbour(int fd, char op, const struct neighbour *n)
{
    char line[256];

    snprintf(line, sizeof line, "%c %.63s 0 %.63s -\n", op, n->mac, n->ip);
    send_line(fd, line);
}

static void say_ok(const char *fault)
{
    if (loud)
        printf("\033[32mOK\033[0m%s", strcmp(fault, "joined") == 0 ? " " : "\r\n");
}

static void tell(char op, const struct route *r, const char *fault)
{
    for (int i = 0; i < client_n && !(op == 'D' && strcmp(fault, "no-delete") == 0); i++)
        send_to(clients[i], op, r);
    say_ok(fault);
}

static void tell_neighbour(char op, const struct neighbour *n, const char *fault)
{
    for (int i = 0; i < client_n && !(op == 'R' && strcmp(fault, "no-remove") == 0); i++)
        send_neighbour(clients[i], op, n);
    say_ok(fault);
}

static void show(const char *fault)
{
    bool joined = strcmp(fault, "joined") == 0; /* the prompt is to stand behind the last row */

    for (int i = 0; i < routes && loud; i++) {
        printf("\033[1m%s\033[0m/%d -> ", table[i].dest, table[i].mask);
        if (strcmp(fault, "halting") == 0) {
            fflush(stdout);
            /* the fault is the time between: nobody tells when a reader has seen it */
            usleep(20000);
        }
        printf("%s dev %s%s", table[i].gateway, table[i].oif,
               joined && i == routes - 1 ? "" : "\n");
    }
    if (strcmp(fault, "footer") == 0 && loud)
        printf("-- %d in all -- ", routes); /* the prompt is to stand behind it */
}

static void show_pages(void)
{
    char dots[16], key[16];

    for (int i = 0; i < routes; i++) {
        struct in_addr mask = {htonl(table[i].mask ? ~0u << (32 - table[i].mask) : 0)};
        if (i > 0 && i % PAGE == 0) {
            printf("-- more (page %d of %d) -- ", i / PAGE, (routes - 1) / PAGE + 1);
            fflush(stdout);
            if (fgets(key, sizeof key, stdin) == NULL || key[0] == 'q')
                break;
        }
        printf("%s %s via %s dev %s\n", table[i].dest, inet_ntop(AF_INET, &mask, dots, sizeof dots),
               table[i].gateway, table[i].oif);
    }
}

static void show_neighbours(void)
{
    for (int i = 0; i < neighbours && loud; i++)
        printf("%s is at %s\n", arp[i].mac, arp[i].ip);
}

/* JOIN MAC IP, PART MAC, NEIGHBOURS */
static void obey_arp(const char *line, const char *fault)
{
    char verb[16] = "";
    struct neighbour n = {.ip = "-"};
    int words = sscanf(line, "%15s %63s %63s", verb, n.mac, n.ip), at = find_mac(n.mac);

    if (strcmp(verb, "JOIN") == 0 && words == 3 && at < 0 && neighbours < ROUTES) {
        arp[neighbours++] = n;
        tell_neighbour('A', &n, fault);
    } else if (strcmp(verb, "PART") == 0 && at >= 0) {
        arp[at] = arp[--neighbours];
        tell_neighbour('R', &n, fault);
    } else if (strcmp(verb, "NEIGHBOURS") == 0) {
        show_neighbours();
    }
}

/* Whether the user means it. */
static int confirmed(void)
{
    char answer[16];

    if (loud)
        printf("Leave (y/n)? ");
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) == NULL || answer[0] == 'y';
}

static void obey(const char *path, const char *fault)
{
    char line[256], verb[16] = "", mask[16] = "";
    struct route r = {.gateway = "-", .oif = "-"};

    if (fgets(line, sizeof line, stdin) == NULL || (strncmp(line, "EXIT", 4) == 0 && confirmed())) {
        unlink(path);
        exit(0);
    }
    int n = sscanf(line, "%15s %63s %15s %63s %63s", verb, r.dest, mask, r.gateway, r.oif);
    r.mask = atoi(mask);
    int at = find(r.dest, r.mask), right = *mask != '\0' && strlen(mask) <= 2 &&
                                           strspn(mask, "0123456789") == strlen(mask) &&
                                           r.mask <= 32;
    if (strcmp(verb, "CREATE") == 0 && n == 5 && right && at < 0 && routes < ROUTES) {
        table[routes++] = r;
        tell('C', &r, fault);
    } else if (strcmp(verb, "UPDATE") == 0 && n == 5 && right && at >= 0) {
        table[at] = r;
        tell('U', &r, fault);
    } else if (strcmp(verb, "DELETE") == 0 && n == 3 && right && at >= 0) {
        table[at] = table[--routes];
        tell('D', &r, fault);
    } else if (strcmp(verb, "SHOW") == 0) {
        paged ? show_pages() : show(fault);
    } else {
        obey_arp(line, fault);
    }
}

static void part(int i)
{
    char text[16];

    if (read(clients[i], text, sizeof text) > 0)
        return;
    close(clients[i]);
    clients[i] = clients[--client_n];
}

static void welcome(int listener)
{
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    clients[client_n++] = fd;
    for (int i = 0; i < routes; i++)
        send_to(fd, 'C', &table[i]);
    for (int i = 0; i < neighbours; i++)
        send_neighbour(fd, 'A', &arp[i]);
}

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const char *path = argc > 1 ? argv[1] : "/tmp/lines.sock", *fault = argc > 2 ? argv[2] : "none";
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    strncpy(a.sun_path, path, sizeof a.sun_path - 1);
    unlink(path);
    if (bind(listener, (struct sockaddr *)&a, sizeof a) < 0 || listen(listener, 20) < 0) {
        perror(path);
        return 1;
    }
    loud = isatty(1);
    paged = argc > 3;
    if (loud && strcmp(fault, "joined") == 0)
        printf("Welcome. ");
    for (;;) {
        fd_set fds;
        if (loud)
            printf(strcmp(fault, "bare") == 0 ? ">" : "\033[33mrtm>\033[0m ");
        fflush(stdout);
    again:
        FD_ZERO(&fds);
        FD_SET(0, &fds);
        FD_SET(listener, &fds);
        for (int i = 0; i < client_n; i++)
            FD_SET(clients[i], &fds);
        if (select(FD_SETSIZE, &fds, NULL, NULL, NULL) < 0)
            return 1;
        for (int i = client_n; i-- > 0;)
            if (FD_ISSET(clients[i], &fds))
                part(i);
        if (FD_ISSET(listener, &fds))
            welcome(listener);
        if (!FD_ISSET(0, &fds))
            goto again;
        obey(path, fault);
    }
}
