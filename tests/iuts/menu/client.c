/* SPDX-License-Identifier: MIT
 *
 * A client that asks after each message whether to show its table, and reads nothing more before it
 * is told. With marks it shows nothing before it was told of the end. client SOCKET FAULT [marks]
 */
#include "sync.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static msg_body_t table[ROUTES];
static int routes, synchronised;

static int find(const msg_body_t *key)
{
    for (int i = 0; i < routes; i++)
        if (table[i].mask == key->mask && strcmp(table[i].destination, key->destination) == 0)
            return i;
    return -1;
}

static void apply(const sync_msg_t *m, const char *fault)
{
    int i = find(&m->msg_body);

    if (m->op_code == FLUSH)
        routes = 0;
    else if (m->op_code == END)
        synchronised = 1;
    else if (m->op_code == DELETE && i >= 0 && strcmp(fault, "no-delete") != 0)
        table[i] = table[--routes];
    else if (m->op_code != DELETE && i >= 0)
        table[i] = m->msg_body;
    else if (m->op_code != DELETE && routes < ROUTES)
        table[routes++] = m->msg_body;
}

static void show(void)
{
    for (int i = 0; i < routes; i++)
        printf("Destination IP: %s\tMask: %d\tGateway IP: %s\tOIF: %s\n", table[i].destination,
               table[i].mask, table[i].gateway_ip, table[i].oif);
}

static void offer(void)
{
    char answer[16];

    printf("The table has changed. Would you like to see it (y/n)? ");
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        exit(0);
    if (answer[0] == 'y')
        show();
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const char *fault = argc > 2 ? argv[2] : "none";
    sync_msg_t m;

    synchronised = argc <= 3;
    strncpy(a.sun_path, argc > 1 ? argv[1] : "/tmp/menu.sock", sizeof a.sun_path - 1);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) {
        perror("connect");
        return 1;
    }
    printf("Connected.\n");
    fflush(stdout);
    while (recv(fd, &m, sizeof m, strcmp(fault, "one-read") == 0 ? 0 : MSG_WAITALL) ==
           (ssize_t)sizeof m) {
        if (strcmp(fault, "net-order") == 0 && (m.op_code = ntohl(m.op_code)) > DELETE)
            continue;
        if (strcmp(fault, "segv") == 0 && m.op_code == UPDATE)
            *(volatile char *)8 = 0;
        apply(&m, fault);
        if (synchronised)
            offer();
        while (strcmp(fault, "flood") == 0)
            printf("The table has changed.\n");
    }
    printf("The server has gone.\n");
    return 0;
}
