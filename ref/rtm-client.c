/* SPDX-License-Identifier: MIT
 *
 * rtm-client: a live copy of the server's tables, and lookups on them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/follow.h"
#include "os/menu.h"
#include "os/options.h"
#include "os/signals.h"
#include "os/uds.h"

struct program {
    struct options options;
    struct loop *loop;
    struct loop_source signals;
    struct console console;
    struct menu menu;
    struct follow follow;
};

static void on_signal(void *arg, unsigned events)
{
    struct program *program = arg;

    (void)events;
    follow_signal(&program->follow);
}

static int fail(const char *what, const char *advice)
{
    fprintf(stderr, "rtm-client: %s: %s; %s\n", what, strerror(errno), advice);
    return -1;
}

/* What it connects to, for people. */
static const char *target_of(const struct options *options)
{
    return options->connect ? options->connect : options->socket;
}

static int open_parts(struct program *program)
{
    const struct options *options = &program->options;

    program->signals = (struct loop_source){.ready = on_signal, .arg = program};
    program->signals.fd = signals_open(true);
    if (program->signals.fd < 0)
        return fail("signals cannot be waited for", signals_advice());
    program->loop = loop_create(options->mux);
    if (!program->loop || loop_add(program->loop, &program->signals, LOOP_READ))
        return fail("the loop cannot be made", loop_advice(options->mux));
    if (console_open(&program->console, program->loop, follow_lines, &program->follow))
        return fail("the console cannot be polled", "give another standard input");
    if (follow_init(&program->follow, program->loop, &program->console, target_of(options),
                    options->connect ? &options->remote : NULL, options->reconnect,
                    program->signals.fd))
        return fail("the table cannot be made", "make memory free");
    return 0;
}

static int run(struct program *program)
{
    bool busy = true;

    while (!program->follow.quit) {
        if (loop_wait(program->loop, busy ? 0 : follow_timeout(&program->follow)))
            return fail("waiting for events failed", "start it again");
        follow_turn(&program->follow);
        busy = console_turn(&program->console);
        if (program->console.terminal && program->console.ended)
            program->follow.quit = true;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct program program = {.options = {.program = "rtm-client"}};
    char reason[512];
    int status = options_read(&program.options, argc, argv);

    if (status >= 0)
        return status;
    options_fill_descriptors();
    if (!program.options.connect &&
        uds_check_path(program.options.socket, reason, sizeof(reason))) {
        fprintf(stderr, "rtm-client: %s\n", reason);
        return EXIT_FAILURE;
    }
    status = EXIT_FAILURE;
    if (open_parts(&program) == 0) {
        if (program.console.terminal)
            menu_open(&program.menu, &program.console, COMMAND_CLIENT,
                      "Routing table manager: client");
        console_notice(&program.console, "connecting %s", target_of(&program.options));
        status = run(&program) ? EXIT_FAILURE : EXIT_SUCCESS;
        view_freeze(&program.follow.view); /* CON-1 */
        console_drain(&program.console);
        follow_close(&program.follow);
        console_close(&program.console);
    }
    loop_destroy(program.loop);
    if (program.signals.fd > 0)
        close(program.signals.fd);
    return status;
}
