/* SPDX-License-Identifier: MIT
 *
 * A server that nobody wrote for a test suite: a numbered menu, a prompt for each field, output
 * that a pipe holds back. It speaks the structs of the slides, to as many clients as select()
 * takes; with marks also where the table ends, and of a flush. server SOCKET FAULT [marks]
 */
#include "sync.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static msg_body_t table[ROUTES];
static int routes, clients[FD_SETSIZE], client_n, marks, half;
static const char *fault, *path;

static int faulty(const char *name)
{
    return strcmp(fault, name) == 0;
}

static int find(const msg_body_t *key)
{
    for (int i = 0; i < routes; i++)
        if (table[i].mask == key->mask && strcmp(table[i].destination, key->destination) == 0)
            return i;
    return -1;
}

static void send_to(int fd, opcode_t op, const msg_body_t *body)
{
    sync_msg_t m;

    memset(&m, 0, sizeof m);
    m.op_code = faulty("wrong-op") && op == UPDATE ? CREATE : op;
    if (faulty("net-order"))
        m.op_code = htonl(m.op_code);
    m.msg_body = *body;
    if (send(fd, &m, sizeof m, faulty("sigpipe") ? 0 : MSG_NOSIGNAL) < 0)
        return;
}

static void send_to_all(opcode_t op, const msg_body_t *body)
{
    if (faulty("no-update") && op == UPDATE)
        return;
    for (int i = 0; i < client_n; i++)
        send_to(clients[i], op, body);
}

/* What it waits with; by a fault with a notice on the same line, or with half of one: the other
 * half comes behind the next line that it is told. */
static void wait_with(const char *prompt)
{
    printf("%s: ", prompt);
    if (faulty("notices"))
        printf("[%d connected]\n", client_n);
    half = faulty("half-notices") && client_n > 0;
    if (half)
        printf("[%d conn", client_n);
    fflush(stdout);
}

static char *hear(char *into, int size)
{
    char *line = fgets(into, size, stdin);

    if (half)
        printf("ected]\n");
    return line;
}

static void show_menu(void)
{
    printf("\n1. Create a route\n2. Update a route\n3. Delete a route\n4. Show the table\n"
           "5. Exit\n");
    wait_with("Your choice");
}

static void leave(void)
{
    unlink(path);
    exit(0);
}

static void ask(const char *what, char *into, int size)
{
    wait_with(what);
    if (hear(into, size) == NULL)
        leave();
    into[strcspn(into, "\n")] = '\0';
}

static int is_address(const char *text)
{
    struct in_addr a;

    return inet_pton(AF_INET, text, &a) == 1;
}

static int is_mask(const char *text)
{
    return *text != '\0' && strlen(text) <= 2 && strspn(text, "0123456789") == strlen(text) &&
           atoi(text) <= 32;
}

/* Asks for a field until it is one; 0 if the user gives up. */
static int ask_for(const char *what, int (*is)(const char *), char *into, int size)
{
    ask(what, into, size);
    while (!is(into)) {
        if (strcmp(into, "x") == 0)
            return 0;
        printf("\"%s\" is not valid. Once more (x to give up)\n", into);
        ask(what, into, size);
    }
    return 1;
}

static int ask_key(msg_body_t *r)
{
    char text[64];

    memset(r, 0, sizeof *r);
    if (!ask_for("Destination", is_address, text, sizeof text))
        return 0;
    snprintf(r->destination, sizeof r->destination, "%.15s", text);
    if (!ask_for("Mask", is_mask, text, sizeof text))
        return 0;
    r->mask = (char)atoi(text);
    return 1;
}

static int ask_value(msg_body_t *r)
{
    char text[64];

    if (!ask_for("Gateway", is_address, text, sizeof text))
        return 0;
    snprintf(r->gateway_ip, sizeof r->gateway_ip, "%.15s", text);
    ask("Interface", text, sizeof text);
    snprintf(r->oif, sizeof r->oif, "%.31s", text);
    return 1;
}

/* Shows the menu while the change is still to be made, and told: the fault is the time between, and
 * nobody tells when a reader has seen the menu. */
static void run_ahead(void)
{
    if (!faulty("prompt-first"))
        return;
    show_menu();
    usleep(20000);
}

static void create(void)
{
    msg_body_t r;

    if (!ask_key(&r) || !ask_value(&r))
        return;
    run_ahead();
    if (find(&r) >= 0 || routes == ROUTES) {
        printf("This route is there already.\n");
        return;
    }
    table[routes++] = r;
    printf("Route created.\n");
    send_to_all(CREATE, &r);
}

static void update(void)
{
    msg_body_t r;

    if (!ask_key(&r) || !ask_value(&r))
        return;
    run_ahead();
    if (find(&r) < 0) {
        printf("No such route.\n");
        return;
    }
    table[find(&r)] = r;
    printf("Route updated.\n");
    send_to_all(UPDATE, &r);
}

static void delete_one(void)
{
    msg_body_t r;
    int i;

    if (!ask_key(&r))
        return;
    run_ahead();
    i = find(&r);
    if (i < 0) {
        printf("No such route.\n");
        return;
    }
    table[i] = table[--routes];
    printf("Route deleted.\n");
    send_to_all(DELETE, &r);
}

static void forget(void)
{
    const msg_body_t none = {0};

    routes = 0;
    printf("All routes deleted.\n");
    send_to_all(FLUSH, &none);
}

static void show(void)
{
    for (int i = 0; i < routes; i++)
        printf("%-16s %2d  %-16s %s\n", table[i].destination, table[i].mask, table[i].gateway_ip,
               table[i].oif);
}

static void choose(void)
{
    char text[64];

    if (hear(text, sizeof text) == NULL)
        leave();
    switch (atoi(text)) {
    case 1:
        create();
        break;
    case 2:
        update();
        break;
    case 3:
        delete_one();
        break;
    case 4:
        show();
        break;
    case 5:
        printf("Good bye.\n");
        leave();
        break;
    case 6:
        if (marks)
            forget();
    }
    show_menu();
}

static void welcome(int listener)
{
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    if (faulty("two-clients") && client_n == 2)
        return; /* says nothing, serves nobody more */
    if (faulty("turns-away") && client_n == 30) {
        close(fd);
        return;
    }
    clients[client_n++] = fd;
    for (int i = 0; i < routes && !faulty("no-snapshot"); i++)
        send_to(fd, CREATE, &table[i]);
    if (faulty("twice") && routes > 0)
        send_to(fd, CREATE, &table[0]);
    if (marks)
        send_to(fd, END, &(const msg_body_t){0});
}

static void part(int i)
{
    char text[16];
    ssize_t got = read(clients[i], text, sizeof text);

    if (faulty("garbage") && got == sizeof text)
        abort();
    if (faulty("hears-a-while"))
        setsockopt(clients[i], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){3, 0},
                   sizeof(struct timeval));
    if ((faulty("hears-out") || faulty("hears-a-while")) && got > 0) /* waits for the rest */
        got = recv(clients[i], text, sizeof text - (size_t)got, MSG_WAITALL);
    if (got > 0)
        return;
    if (faulty("spin"))
        return; /* the end of file comes again and again */
    close(clients[i]);
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
    path = argc > 1 ? argv[1] : "/tmp/menu.sock";
    fault = argc > 2 ? argv[2] : "none";
    marks = argc > 3;
    int listener = open_socket();

    show_menu();
    for (;;) {
        fd_set fds;
        FD_ZERO(&fds);
        FD_SET(0, &fds);
        FD_SET(listener, &fds);
        for (int i = 0; i < client_n && !faulty("sigpipe"); i++)
            FD_SET(clients[i], &fds);
        if (select(FD_SETSIZE, &fds, NULL, NULL, NULL) < 0)
            continue;
        if (FD_ISSET(0, &fds))
            choose();
        for (int i = client_n; i-- > 0;)
            if (FD_ISSET(clients[i], &fds))
                part(i);
        if (FD_ISSET(listener, &fds))
            welcome(listener);
    }
}
