/* SPDX-License-Identifier: MIT */
#include "os/options.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arp_layout.h"

enum { JOURNAL_LEAST = 64 * 1024, JOURNAL_DEFAULT = 8 * 1024 * 1024, ARP_SLOTS_DEFAULT = 65536 };

static const struct option server_options[] = {
    {"socket", required_argument, NULL, 's'},    {"mux", required_argument, NULL, 'l'},
    {"journal", required_argument, NULL, 'j'},   {"load", required_argument, NULL, 'f'},
    {"arp-slots", required_argument, NULL, 'a'}, {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},         {NULL, 0, NULL, 0},
};

static const struct option client_options[] = {
    {"socket", required_argument, NULL, 's'}, {"mux", required_argument, NULL, 'l'},
    {"no-reconnect", no_argument, NULL, 'n'}, {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
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
        printf("  --journal BYTES     what a client may be behind before it gets a new snapshot,\n"
               "                      with k or M; at least 64k (RTM_JOURNAL; 8M)\n"
               "  --load FILE         load a table file at the start\n"
               "  --arp-slots N       what the ARP table has room for, of which it fills 7/8: a\n"
               "                      power of two from 16 to 16777216 (RTM_ARP_SLOTS; 65536)\n");
    else
        printf("  --no-reconnect      stay alone when the connection has ended\n");
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

static void set_defaults(struct options *options)
{
    const char *directory = getenv("XDG_RUNTIME_DIR"), *path = getenv("RTM_SOCKET");

    snprintf(options->default_socket, sizeof(options->default_socket), "%s/rtm.sock",
             directory && *directory ? directory : "/tmp");
    options->socket = path && *path ? path : options->default_socket;
    options->journal = JOURNAL_DEFAULT;
    options->arp_slots = ARP_SLOTS_DEFAULT;
    options->reconnect = true;
}

static int read_environment(struct options *options)
{
    const char *mux = getenv("RTM_MUX"), *journal = getenv("RTM_JOURNAL");
    const char *slots = getenv("RTM_ARP_SLOTS");
    int status = -1;

    if (mux && *mux)
        status = set_mux(options, "RTM_MUX", mux);
    if (status < 0 && journal && *journal && options->server)
        status = set_journal(options, "RTM_JOURNAL", journal);
    if (status < 0 && slots && *slots && options->server)
        status = set_arp_slots(options, "RTM_ARP_SLOTS", slots);
    return status;
}

static int set_option(struct options *options, int option)
{
    switch (option) {
    case 's':
        options->socket = optarg;
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
