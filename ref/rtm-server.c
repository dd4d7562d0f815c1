/* SPDX-License-Identifier: MIT
 *
 * rtm-server: owns the routing table and the ARP table, is administered from its console, and keeps
 * the copies of its clients equal.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/admin.h"
#include "os/menu.h"
#include "os/options.h"
#include "os/queues.h"
#include "os/serve.h"
#include "os/shm.h"
#include "os/signals.h"
#include "os/uds.h"

struct program {
    struct options options;
    struct loop *loop;
    struct uds_listener listener;
    struct loop_source signals;
    struct server server;
    struct shm_owned shm;
    struct serve serve;
    struct console console;
    struct menu menu;
    struct admin admin;
    struct queues queues;
};

static void on_signal(void *arg, unsigned events)
{
    struct program *program = arg;

    (void)events;
    if (signals_take(program->signals.fd))
        program->admin.quit = true;
}

static int fail(const char *what, const char *advice)
{
    fprintf(stderr, "rtm-server: %s: %s; %s\n", what, strerror(errno), advice);
    return -1;
}

/* MQ-16 */
static int open_queues(struct program *program)
{
    const struct options *options = &program->options;
    char reason[REASON_SIZE];

    if (queues_open(&program->queues, program->loop, &program->admin, options->queues,
                    options->queue_count, reason) == 0)
        return 0;
    fprintf(stderr, "rtm-server: %s\n", reason);
    return -1;
}

/* All that needs no path; what fails here is a lack of memory or descriptors. */
static int open_parts(struct program *program)
{
    program->loop = loop_create(program->options.mux);
    if (!program->loop || loop_add(program->loop, &program->signals, LOOP_READ))
        return fail("the loop cannot be made", loop_advice(program->options.mux));
    if (server_init(&program->server, program->listener.instance, program->options.journal))
        return fail("the table cannot be made", "make memory free");
    if (console_open(&program->console, program->loop, admin_lines, &program->admin))
        return fail("the console cannot be polled", "give another standard input");
    admin_init(&program->admin, &program->server, &program->console);
    if (serve_open(&program->serve, program->loop, &program->server, &program->console,
                   program->listener.fd))
        return fail("the socket cannot be polled", loop_advice(program->options.mux));
    return open_queues(program);
}

/* NET-1 to NET-5 */
static int open_network(struct program *program)
{
    const struct options *options = &program->options;
    char text[TCP_TEXT];

    for (int i = 0; i < options->listens; i++) {
        int fd = tcp_listen(&options->listen[i]);

        if (fd < 0 || serve_network(&program->serve, fd, options->peers)) {
            tcp_format(&options->listen[i], text);
            fprintf(stderr, "rtm-server: %s: %s; choose another --listen\n", text, strerror(errno));
            if (fd >= 0)
                close(fd);
            return -1;
        }
        tcp_own_name(fd, text);
        if (!tcp_is_loopback(&options->listen[i]))
            fprintf(stderr,
                    "rtm-server: warning: other machines reach %s, and there is no "
                    "authentication: whoever connects gets the tables\n",
                    text);
        console_notice(&program->console, "listening %s", text);
    }
    return 0;
}

static int wait_time(struct program *program, bool busy)
{
    int peers = serve_timeout(&program->serve), log = console_timeout(&program->console);

    if (busy)
        return 0;
    return peers < 0 || (log >= 0 && log < peers) ? log : peers;
}

static int run(struct program *program)
{
    struct admin *admin = &program->admin;
    bool busy = true;

    while (!admin->quit) {
        uint64_t seq = program->server.origin.seq;

        queues_turn(&program->queues); /* MQ-18: before the first wait, too */
        if (loop_wait(program->loop, wait_time(program, busy)))
            return fail("waiting for events failed", "start it again");
        /* a queue's change, and its DIGEST, do not wait for the console's turn: ROB-13 */
        if (program->server.origin.seq != seq) {
            server_idle(&program->server);
            serve_turn(&program->serve);
        }
        busy = console_turn(&program->console);
        busy |= admin_turn(admin);
        server_idle(&program->server);
        busy |= serve_turn(&program->serve);
        if (program->console.terminal && program->console.ended)
            admin->quit = true;
    }
    return 0;
}

/* SHM-14: without the object routes are served all the same. */
static void share(struct program *program)
{
    const struct options *options = &program->options;
    char reason[REASON_SIZE];

    if (shm_make(&program->shm, options->socket, options->arp_slots, reason))
        console_notice(&program->console, "no shared memory, ARP entries are refused: %s", reason);
    else
        server_share(&program->server, program->shm.memory, options->arp_slots, program->shm.name);
}

static void start(struct program *program)
{
    const char *file = program->options.load;

    if (program->console.terminal)
        menu_open(&program->menu, &program->console, COMMAND_SERVER,
                  "Routing table manager: server");
    share(program);
    console_notice(&program->console, "ready %s", program->options.socket);
    if (file)
        admin_preload(&program->admin, (struct word){file, strlen(file)});
}

int main(int argc, char **argv)
{
    static struct program program = {.options = {.program = "rtm-server", .server = true}};
    char reason[512];
    int status = options_read(&program.options, argc, argv);

    if (status >= 0)
        return status;
    options_fill_descriptors();
    /* first: a signal that ended the program at once would leave the socket and its lock behind */
    program.signals =
        (struct loop_source){.fd = signals_open(false), .ready = on_signal, .arg = &program};
    if (program.signals.fd < 0) {
        fail("signals cannot be waited for", signals_advice());
        return EXIT_FAILURE;
    }
    if (uds_listen(&program.listener, program.options.socket, reason, sizeof(reason))) {
        fprintf(stderr, "rtm-server: %s\n", reason);
        return EXIT_FAILURE;
    }
    status = EXIT_FAILURE;
    if (open_parts(&program) == 0) {
        if (open_network(&program) == 0) {
            start(&program);
            status = run(&program) || program.admin.lost ? EXIT_FAILURE : EXIT_SUCCESS;
        }
        queues_close(&program.queues, status == EXIT_FAILURE);
        admin_end(&program.admin);
        serve_close(&program.serve);
        console_drain(&program.console);
        admin_finish(&program.admin);
        console_close(&program.console);
        server_finish(&program.server);
    }
    shm_drop(&program.shm);
    uds_close(&program.listener);
    loop_destroy(program.loop);
    close(program.signals.fd);
    return status;
}
