/* SPDX-License-Identifier: MIT */
#include "os/options.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/arp_layout.h"

enum {
    JOURNAL_LEAST = 64 * 1024,
    JOURNAL_DEFAULT = 8 * 1024 * 1024,
    ARP_SLOTS_DEFAULT = 65536,
    PEERS_DEFAULT = 256
};

static const struct option server_options[] = {
    {"socket", required_argument, NULL, 's'},  {"mux", required_argument, NULL, 'l'},
    {"journal", required_argument, NULL, 'j'}, {"load", required_argument, NULL, 'f'},
    {"mq", required_argument, NULL, 'q'},      {"arp-slots", required_argument, NULL, 'a'},
    {"listen", required_argument, NULL, 't'},  {"public", no_argument, NULL, 'p'},
    {"peers", required_argument, NULL, 'P'},   {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
};

static const struct option client_options[] = {
    {"socket", required_argument, NULL, 's'},
    {"mux", required_argument, NULL, 'l'},
    {"no-reconnect", no_argument, NULL, 'n'},
    {"connect", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void print_help(const struct options *options)
{
    printf("Usage: %s [OPTION]...\n\n", options->program);
    printf(options->server ? "Owns a routing table and keeps its clients' copies equal.\n"
                           : "Keeps a live copy of the routing table of an rtm-server.\n");
    printf("Commands are read from standard input, one a line; `help` lists them. On a terminal\n"
           "there is a menu.\n\n"
           "  --socket PATH       the server's socket (RTM_SOCKET; now %s)\n"
           "  --mux epoll|select  what waits for events (RTM_MUX; epoll)\n",
           options->socket);
    if (options->server)
        printf(
            "  --journal BYTES     what a client may be behind before it gets a new snapshot,\n"
            "                      with k or M; at least 64k (RTM_JOURNAL; 8M)\n"
            "  --load FILE         load a table file at the start, and end if that fails\n"
            "  --mq NAME           take commands from a message queue too, one a message; up to "
            "16\n"
            "                      times. rtm-send sends them\n"
            "  --arp-slots N       what the ARP table has room for, of which it fills 7/8: a\n"
            "                      power of two from 16 to 16777216 (RTM_ARP_SLOTS; 65536)\n"
            "  --listen ADDRESS:PORT\n"
            "                      serve the network there, too: 127.0.0.1:7000, [::1]:7000;\n"
            "                      up to 16 times; localhost is 127.0.0.1, other names\n"
            "                      are not looked up; a notice tells what port 0 became\n"
            "  --public            --listen may name addresses that other machines reach: there\n"
            "                      is no authentication, whoever connects gets the tables\n"
            "  --peers N           network clients at a time, at most; more have to wait, and\n"
            "                      half of the descriptors are kept from them (RTM_PEERS; 256)\n");
    else
        printf("  --connect ADDRESS:PORT\n"
               "                      in place of the socket: a server's --listen; localhost is\n"
               "                      127.0.0.1, other names are not looked up\n"
               "  --no-reconnect      stay alone when the connection has ended\n");
    printf("  --help, --version\n\n"
           "Exit status: 0 after quit, SIGINT or SIGTERM; 1 cannot start; 64 usage.\n");
}

static int usage(const struct options *options, const char *what, const char *value,
                 const char *expected)
{
    fprintf(stderr, "%s: %s \"%s\": expected %s; try --help\n", options->program, what, value,
            expected);
    return EXIT_USAGE;
}

static int set_mux(struct options *options, const char *what, const char *value)
{
    if (strcmp(value, "epoll") != 0 && strcmp(value, "select") != 0)
        return usage(options, what, value, "epoll or select");
    options->mux = value[0] == 's' ? LOOP_SELECT : LOOP_EPOLL;
    return -1;
}

static int set_journal(struct options *options, const char *what, const char *value)
{
    char *end;
    unsigned long long bytes = strtoull(value, &end, 10);
    unsigned shift = *end == 'k' ? 10 : *end == 'M' ? 20 : 0;

    if (value[0] < '0' || value[0] > '9' || end[shift > 0] != 0 || bytes > UINT32_MAX ||
        bytes << shift < JOURNAL_LEAST)
        return usage(options, what, value, "a number of bytes, with k or M, at least 64k");
    options->journal = (size_t)(bytes << shift);
    return -1;
}

static int set_arp_slots(struct options *options, const char *what, const char *value)
{
    char *end;
    unsigned long long slots = strtoull(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end || slots > UINT32_MAX ||
        !arp_capacity_legal((uint32_t)slots))
        return usage(options, what, value, "a power of two from 16 to 16777216");
    options->arp_slots = (uint32_t)slots;
    return -1;
}

static int set_peers(struct options *options, const char *what, const char *value)
{
    char *end;
    unsigned long long peers = strtoull(value, &end, 10);

    if (value[0] < '1' || value[0] > '9' || *end || peers > UINT32_MAX)
        return usage(options, what, value, "a number of network clients, at least 1");
    options->peers = (unsigned)peers;
    return -1;
}

static int add_listen(struct options *options, const char *value)
{
    union tcp_address *address = &options->listen[options->listens];

    if (options->listens == OPTIONS_LISTEN)
        return usage(options, "--listen", value, "at most 16 of them");
    if (!tcp_parse(value, address))
        return usage(options, "--listen", value, "numbers as in 127.0.0.1:7000 or [::1]:7000");
    options->listens++;
    return -1;
}

static int set_connect(struct options *options, const char *value)
{
    options->connect = value;
    if (!tcp_parse(value, &options->remote) || tcp_port(&options->remote) == 0)
        return usage(options, "--connect", value, "numbers as in 127.0.0.1:7000 or [::1]:7000");
    return -1;
}

/* NET-3: not by mistake. */
static int check_public(const struct options *options)
{
    if (options->public && options->listens == 0)
        return usage(options, "--public", "", "--listen beside it");
    for (int i = 0; i < options->listens && !options->public; i++) {
        char text[TCP_TEXT];

        tcp_format(&options->listen[i], text);
        if (!tcp_is_loopback(&options->listen[i]))
            return usage(options, "--listen", text,
                         "127.0.0.1 or [::1]: other machines reach it, and there is no "
                         "authentication; --public allows that");
    }
    return -1;
}

/* What is kept for the clients on this machine: NET-17. */
static void bound_peers(struct options *options)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    rlim_t most;

    getrlimit(RLIMIT_NOFILE, &limit);
    most = limit.rlim_cur;
    if (options->mux == LOOP_SELECT && most > FD_SETSIZE)
        most = FD_SETSIZE;
    if (options->peers > most / 2)
        options->peers = most > 2 ? (unsigned)(most / 2) : 1;
}

static int add_queue(struct options *options, const char *value)
{
    char *name = options->queues[options->queue_count];

    if (options->queue_count == MQ_MOST)
        return usage(options, "--mq", value, "at most 16 queues");
    if (mq_name_read(value, name))
        return usage(options, "--mq", value, "a name of 1 to 255 bytes without a slash in it");
    for (int i = 0; i < options->queue_count; i++)
        if (strcmp(options->queues[i], name) == 0)
            return usage(options, "--mq", value, "each queue once");
    options->queue_count++;
    return -1;
}

static void set_defaults(struct options *options)
{
    const char *directory = getenv("XDG_RUNTIME_DIR"), *path = getenv("RTM_SOCKET");

    snprintf(options->default_socket, sizeof(options->default_socket), "%s/rtm.sock",
             directory && *directory ? directory : "/tmp");
    options->socket = path && *path ? path : options->default_socket;
    options->journal = JOURNAL_DEFAULT;
    options->arp_slots = ARP_SLOTS_DEFAULT;
    options->peers = PEERS_DEFAULT;
    options->reconnect = true;
}

static int read_environment(struct options *options)
{
    const char *mux = getenv("RTM_MUX"), *journal = getenv("RTM_JOURNAL");
    const char *slots = getenv("RTM_ARP_SLOTS"), *peers = getenv("RTM_PEERS");
    int status = -1;

    if (mux && *mux)
        status = set_mux(options, "RTM_MUX", mux);
    if (status < 0 && journal && *journal && options->server)
        status = set_journal(options, "RTM_JOURNAL", journal);
    if (status < 0 && slots && *slots && options->server)
        status = set_arp_slots(options, "RTM_ARP_SLOTS", slots);
    if (status < 0 && peers && *peers && options->server)
        status = set_peers(options, "RTM_PEERS", peers);
    return status;
}

static int set_option(struct options *options, int option)
{
    switch (option) {
    case 's':
        options->socket = optarg;
        options->named = true;
        return -1;
    case 'l':
        return set_mux(options, "--mux", optarg);
    case 'j':
        return set_journal(options, "--journal", optarg);
    case 'f':
        options->load = optarg;
        return -1;
    case 'a':
        return set_arp_slots(options, "--arp-slots", optarg);
    case 't':
        return add_listen(options, optarg);
    case 'p':
        options->public = true;
        return -1;
    case 'P':
        return set_peers(options, "--peers", optarg);
    case 'c':
        return set_connect(options, optarg);
    case 'q':
        return add_queue(options, optarg);
    case 'n':
        options->reconnect = false;
        return -1;
    case 'h':
        print_help(options);
        return EXIT_SUCCESS;
    case 'v':
        printf("%s (RTM/%d)\n", options->program, RTM_VERSION_MAJOR);
        return EXIT_SUCCESS;
    default:
        fprintf(stderr, "%s: try --help\n", options->program);
        return EXIT_USAGE;
    }
}

int options_read(struct options *options, int argc, char **argv)
{
    const struct option *known = options->server ? server_options : client_options;
    int option, status;

    set_defaults(options);
    status = read_environment(options);
    while (status < 0 && (option = getopt_long(argc, argv, "", known, NULL)) != -1)
        status = set_option(options, option);
    if (status < 0 && optind < argc)
        status = usage(options, "argument", argv[optind], "only options");
    if (status < 0 && options->connect && options->named)
        status = usage(options, "--connect", options->connect, "it or --socket, not both");
    if (status < 0)
        status = check_public(options);
    bound_peers(options);
    return status;
}

void options_fill_descriptors(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}
