/* SPDX-License-Identifier: MIT
 *
 * A client that prints what changes ("log") or its whole table after each change ("printed");
 * nobody can ask it. client SOCKET HOW FAULT
 */
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
static int routes;

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

static void print_log(char op, const struct route *r)
{
    if (op == 'D')
        printf("Deleted %s/%d\n", r->dest, r->mask);
    else
        printf("%s %s/%d via %s on %s\n", op == 'C' ? "Added" : "Updated", r->dest, r->mask,
               r->gateway, r->oif);
}

static void print_table(void)
{
    printf("---- routing table ----\n");
    for (int i = 0; i < routes; i++)
        printf("%s/%d\t%s\t%s\n", table[i].dest, table[i].mask, table[i].gateway, table[i].oif);
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
    while (fgets(line, sizeof line, in) != NULL) {
        struct route r;
        char op;
        if (sscanf(line, "%c %63s %d %63s %63s", &op, r.dest, &r.mask, r.gateway, r.oif) != 5)
            continue;
        apply(op, &r, fault);
        if (strcmp(how, "log") != 0)
            print_table();
        else if (op != 'U' || strcmp(fault, "no-update") != 0)
            print_log(op, &r);
        while (strcmp(fault, "flood") == 0)
            printf("What now?\n");
    }
    return 0;
}
