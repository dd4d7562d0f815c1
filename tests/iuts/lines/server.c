/* SPDX-License-Identifier: MIT
 *
 * A server with one-line commands, that prints in colour and only on a terminal, and says nothing
 * of what it does not do. It sends lines of text. server SOCKET FAULT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROUTES 1000

static struct route {
    char dest[64], gateway[64], oif[64];
    int mask;
} table[ROUTES];
static int routes, clients[FD_SETSIZE], client_n, loud;

static int find(const char *dest, int mask)
{
    for (int i = 0; i < routes; i++)
        if (table[i].mask == mask && strcmp(table[i].dest, dest) == 0)
            return i;
    return -1;
}

static void send_to(int fd, char op, const struct route *r)
{
    char line[256];
    int len =
        snprintf(line, sizeof line, "%c %s %d %s %s\n", op, r->dest, r->mask, r->gateway, r->oif);

    if (send(fd, line, (size_t)len, MSG_NOSIGNAL) < 0)
        return;
}

static void tell(char op, const struct route *r, const char *fault)
{
    for (int i = 0; i < client_n && !(op == 'D' && strcmp(fault, "no-delete") == 0); i++)
        send_to(clients[i], op, r);
    if (loud)
        printf("\033[32mOK\033[0m\r\n");
}

static void show(void)
{
    for (int i = 0; i < routes && loud; i++)
        printf("\033[1m%s\033[0m/%d -> %s dev %s\n", table[i].dest, table[i].mask, table[i].gateway,
               table[i].oif);
}

static void obey(const char *path, const char *fault)
{
    char line[256], verb[16] = "", mask[16] = "", *end = NULL;
    struct route r = {.gateway = "-", .oif = "-"};

    if (fgets(line, sizeof line, stdin) == NULL || strncmp(line, "EXIT", 4) == 0) {
        unlink(path);
        exit(0);
    }
    int n = sscanf(line, "%15s %63s %15s %63s %63s", verb, r.dest, mask, r.gateway, r.oif);
    r.mask = (int)strtol(mask, &end, 10);
    int at = find(r.dest, r.mask),
        right = *mask != '\0' && *end == '\0' && r.mask >= 0 && r.mask <= 32;
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
        show();
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
    for (;;) {
        fd_set fds;
        if (loud)
            printf("\033[33mrtm>\033[0m ");
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
