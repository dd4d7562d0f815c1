/* SPDX-License-Identifier: MIT
 *
 * A client that prints what changes ("log"), its whole tables after each change ("printed",
 * "pages", or "joined": its routes, with a prompt behind the last row), or asks then whether to
 * show its neighbours ("ask"); nobody can ask it. client SOCKET HOW FAULT
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROUTES 1000

static struct route {
    char dest[64], gateway[64], oif[64];
    int mask;
} table[ROUTES];
static struct neighbour {
    char mac[64], ip[64];
} arp[ROUTES];
static int routes, neighbours;

static void apply(char op, const struct route *r, const char *fault)
{
    int i = 0;

    while (i < routes && (table[i].mask != r->mask || strcmp(table[i].dest, r->dest) != 0))
        i++;
    if (op == 'D' && i < routes)
        table[i] = table[--routes];
    else if (op != 'D' && (i < routes || routes < ROUTES) &&
             !(op == 'U' && strcmp(fault, "no-update") == 0)) {
        table[i] = *r;
        routes += i == routes;
    }
}

/* A neighbour comes as a route does: its MAC as dest, its address as gateway. */
static void apply_neighbour(char op, const struct route *r)
{
    int i = 0;

    while (i < neighbours && strcmp(arp[i].mac, r->dest) != 0)
        i++;
    if (op == 'R' && i < neighbours)
        arp[i] = arp[--neighbours];
    if (op == 'R' || i == ROUTES)
        return;
    strcpy(arp[i].mac, r->dest);
    strcpy(arp[i].ip, r->gateway);
    neighbours += i == neighbours;
}

static void print_log(char op, const struct route *r)
{
    if (op == 'A')
        printf("Joined %s at %s\n", r->dest, r->gateway);
    else if (op == 'R')
        printf("Parted %s\n", r->dest);
    else if (op == 'D')
        printf("Deleted %s/%d\n", r->dest, r->mask);
    else
        printf("%s %s/%d via %s on %s\n", op == 'C' ? "Added" : "Updated", r->dest, r->mask,
               r->gateway, r->oif);
}

/* page: of so many rows; 0: it has none. joined: a prompt stands behind the last row. */
static void print_table(int page, bool joined)
{
    char key[16];

    printf("---- routing table ----\n");
    for (int i = 0; i < routes; i++) {
        if (page > 0 && i > 0 && i % page == 0) {
            printf("Press Enter: ");
            fflush(stdout);
            if (fgets(key, sizeof key, stdin) == NULL)
                return;
        }
        printf("%s/%d\t%s\t%s%s", table[i].dest, table[i].mask, table[i].gateway, table[i].oif,
               joined && i == routes - 1 ? "" : "\n");
    }
    if (joined)
        printf("client> ");
    fflush(stdout);
}

static void print_neighbours(void)
{
    printf("---- neighbours ----\n");
    for (int i = 0; i < neighbours; i++)
        printf("%s is at %s\n", arp[i].mac, arp[i].ip);
}

/* What the user sees of a change. */
static void print(const char *how, char op, const struct route *r)
{
    char answer[16] = "";

    if (strcmp(how, "printed") == 0 || strcmp(how, "pages") == 0) {
        print_table(strcmp(how, "pages") == 0 ? 2 : 0, false);
        print_neighbours();
        return;
    }
    if (strcmp(how, "joined") == 0) {
        print_table(0, true);
        return;
    }
    if (strcmp(how, "log") == 0 || (op != 'A' && op != 'R')) {
        print_log(op, r);
        return;
    }
    printf("Show the neighbours? ");
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) != NULL && answer[0] == 'y')
        print_neighbours();
}

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const char *how = argc > 2 ? argv[2] : "log", *fault = argc > 3 ? argv[3] : "none";
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char line[256];

    strncpy(a.sun_path, argc > 1 ? argv[1] : "/tmp/lines.sock", sizeof a.sun_path - 1);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
        perror("connect");
        return 1;
    }
    FILE *in = fdopen(fd, "r");
    printf("Listening.\n");
    if (strcmp(how, "joined") == 0) {
        printf("client> ");
        fflush(stdout);
    }
    while (fgets(line, sizeof line, in) != NULL) {
        struct route r;
        char op;
        if (sscanf(line, "%c %63s %d %63s %63s", &op, r.dest, &r.mask, r.gateway, r.oif) != 5)
            continue;
        if (op == 'A' || op == 'R')
            apply_neighbour(op, &r);
        else
            apply(op, &r, fault);
        if (strcmp(how, "log") != 0 || op != 'U' || strcmp(fault, "no-update") != 0)
            print(how, op, &r);
        while (strcmp(fault, "flood") == 0)
            printf("What now?\n");
    }
    return 0;
}
