/* SPDX-License-Identifier: MIT */
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FIRST_PORT 7001 /* of a case: the kernel gives none of these to who connects */

bool where_is_network(const char *text)
{
    return text[0] != '/';
}

static bool parse_port(const char *text, in_port_t *port)
{
    int value = -1, end = 0;

    if (sscanf(text, "%5d%n", &value, &end) != 1 || text[end] != '\0' || value < 0 || value > 65535)
        return false;
    *port = htons((uint16_t)value);
    return true;
}

static bool parse_network(const char *text, struct where *where)
{
    const char *colon = strrchr(text, ':');
    bool v6 = text[0] == '[' && colon != NULL && colon[-1] == ']';
    char *address = colon ? x_strndup(text + v6, (size_t)(colon - text) - 2 * v6) : NULL;
    bool fine = address != NULL;

    if (v6) {
        where->v6.sin6_family = AF_INET6;
        where->size = sizeof where->v6;
        fine = fine && inet_pton(AF_INET6, address, &where->v6.sin6_addr) == 1 &&
               parse_port(colon + 1, &where->v6.sin6_port);
    } else {
        where->v4.sin_family = AF_INET;
        where->size = sizeof where->v4;
        fine = fine && inet_pton(AF_INET, address, &where->v4.sin_addr) == 1 &&
               parse_port(colon + 1, &where->v4.sin_port);
    }
    free(address);
    return fine;
}

const char *where_parse(const char *text, struct where *where)
{
    *where = (struct where){0};
    if (where_is_network(text))
        return parse_network(text, where) ? NULL : "expected a place such as 127.0.0.1:7000";
    if (strlen(text) >= sizeof where->path.sun_path)
        return "it is too long for a socket; use a shorter TMPDIR";
    where->path.sun_family = AF_UNIX;
    where->size = sizeof where->path;
    strcpy(where->path.sun_path, text);
    return NULL;
}

/* A port that nobody has now. In the machine's own network somebody may take it yet. */
static int find_port(const struct where *where)
{
    struct where got = *where;
    int fd = socket(where->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;

    if (fd >= 0 && bind(fd, &where->any, where->size) == 0 &&
        getsockname(fd, &got.any, &got.size) == 0)
        port = ntohs(where->any.sa_family == AF_INET6 ? got.v6.sin6_port : got.v4.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

char *network_choose(struct world *w, const char *address)
{
    const char *format = strchr(address, ':') != NULL ? "[%s]:%d" : "%s:%d";
    char *place = x_printf(format, address, 0);
    struct where where;
    const char *wrong = where_parse(place, &where);
    int port = wrong == NULL ? find_port(&where) : -1;

    free(place);
    if (wrong == NULL && w->sandbox->namespaces)
        return x_printf(format, address, FIRST_PORT + (int)w->ports++);
    if (port < 0) {
        world_fail(w, VERDICT_BROKEN, "no port at %s: %s", address,
                   wrong ? "expected an address such as 127.0.0.1 or ::1" : strerror(errno));
        return NULL;
    }
    buf_printf(&w->outcome.notes,
               "port %d at %s was free in the machine's own network, where others may take it\n",
               port, address);
    return x_printf(format, address, port);
}

bool network_is_open(const char *place)
{
    return strcmp(strrchr(place, ':'), ":0") == 0;
}

void network_learn_port(char **places, struct pattern *tells, const char *line, size_t len)
{
    char port[16] = "";

    if (places == NULL || !pattern_match(tells, line, len))
        return;
    while (*places != NULL && !network_is_open(*places))
        places++;
    pattern_group(tells, line, "port", port, sizeof port);
    if (*places == NULL || *port == '\0')
        return;
    char *place = x_printf("%.*s%s", (int)strlen(*places) - 1, *places, port);
    free(*places);
    *places = place;
}

char *network_fill(const char *text, const char *place)
{
    const char *colon = strrchr(place, ':');
    bool bracketed = place[0] == '[';
    char *address =
        colon ? x_strndup(place + bracketed, (size_t)(colon - place) - 2 * bracketed) : NULL;
    const char *const values[][2] = {
        {"{endpoint}", place}, {"{address}", address}, {"{port}", colon ? colon + 1 : NULL}};
    char *filled = text_fill(text, values, LENGTH(values));

    free(address);
    return filled;
}

/* The columns of a line of /proc/net/tcp, proc_pid_net(5). */
struct row {
    char local[40], remote[40];
    unsigned long unread, when;
    unsigned timer;
};

static bool next_row(FILE *table, struct row *row)
{
    char line[512];

    while (fgets(line, sizeof line, table) != NULL)
        if (sscanf(line, " %*d: %39s %39s %*x %*x:%lx %x:%lx", row->local, row->remote,
                   &row->unread, &row->timer, &row->when) == 5)
            return true;
    return false;
}

/* An address as that table has it: words as they lie in memory, the port as a number. */
static void table_text(const struct where *where, char text[40])
{
    uint32_t words[4];

    if (where->any.sa_family == AF_INET6) {
        memcpy(words, &where->v6.sin6_addr, sizeof words);
        snprintf(text, 40, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2], words[3],
                 ntohs(where->v6.sin6_port));
    } else {
        memcpy(words, &where->v4.sin_addr, sizeof *words);
        snprintf(text, 40, "%08X:%04X", words[0], ntohs(where->v4.sin_port));
    }
}

bool network_other_end(int fd, struct network_end *end)
{
    struct where own = {.size = sizeof own.v6}, other = {.size = sizeof other.v6};
    char own_text[40], other_text[40];
    struct row row;
    bool found = false;

    if (getsockname(fd, &own.any, &own.size) < 0 || getpeername(fd, &other.any, &other.size) < 0)
        return false;
    table_text(&own, own_text);
    table_text(&other, other_text);
    FILE *table = fopen(own.any.sa_family == AF_INET6 ? "/proc/net/tcp6" : "/proc/net/tcp", "re");
    while (table != NULL && !found && next_row(table, &row))
        found = strcmp(row.local, other_text) == 0 && strcmp(row.remote, own_text) == 0;
    if (table != NULL)
        fclose(table);
    if (found)
        *end = (struct network_end){row.unread, row.timer == 2,
                                    (double)row.when / (double)sysconf(_SC_CLK_TCK)};
    return found;
}

int socket_taken(int fd, int *left)
{
    struct where own = {.size = sizeof own.path};
    struct network_end end;

    *left = 0;
    if (ioctl(fd, SIOCOUTQ, left) < 0 || getsockname(fd, &own.any, &own.size) < 0)
        return -1;
    if (own.any.sa_family != AF_UNIX && *left == 0 && network_other_end(fd, &end))
        *left = (int)end.unread; /* there the kernel counts what it has not handed over */
    return *left == 0;
}
