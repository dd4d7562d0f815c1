/* SPDX-License-Identifier: MIT
 *
 * bench-apply SOCKET TABLE UPDATES: the server without its console. For each line `go` it applies
 * all updates, which it has in memory; `digest` is answered as the console does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/command.h"
#include "os/console.h"
#include "os/files.h"
#include "os/serve.h"
#include "os/uds.h"

enum { SLICE = 1500, JOURNAL = 64 * 1024 * 1024 };

struct apply {
    struct server server;
    struct console console;
    struct route *updates;
    size_t count, next; /* next == count: none are under way */
};

static size_t on_lines(void *arg, const struct word *lines, size_t count)
{
    struct apply *apply = arg;
    struct table_sum sum = table_sum(apply->server.origin.table);

    if (lines[0].size == 2)
        apply->next = 0;
    else
        console_print(&apply->console,
                      "ok digest seq=%" PRIu64 " routes=%" PRIu32 " macs=0 digest=%016" PRIx64 "\n",
                      apply->server.origin.seq, sum.routes, sum.digest);
    return count > 0;
}

static void expect_some(struct apply *apply)
{
    struct prefix prefixes[TABLE_AHEAD];
    size_t count = 0;

    for (; count < TABLE_AHEAD && apply->next + count < apply->count; count++)
        prefixes[count] = apply->updates[apply->next + count].prefix;
    table_expect(apply->server.origin.table, prefixes, count);
}

static bool apply_slice(struct apply *apply)
{
    for (int i = 0; i < SLICE && apply->next < apply->count; i++, apply->next++) {
        if (i % TABLE_AHEAD == 0)
            expect_some(apply);
        server_change(&apply->server, OP_UPDATE, &apply->updates[apply->next]);
    }
    return apply->next < apply->count;
}

static int read_updates(struct apply *apply, const char *path)
{
    FILE *file = fopen(path, "r");
    char text[256], reason[REASON_SIZE];
    struct command command;

    while (file && fgets(text, sizeof(text), file)) {
        struct word line = {text, strcspn(text, "\n")};

        apply->updates = realloc(apply->updates, (apply->count + 1) * sizeof(*apply->updates));
        if (!apply->updates || command_parse(line, COMMAND_SERVER, &command, reason))
            return -1;
        apply->updates[apply->count++] = command.route;
    }
    apply->next = apply->count;
    return file ? fclose(file) : -1;
}

static int load_table(struct server *server, const char *path)
{
    static struct load load;
    char reason[REASON_SIZE];
    enum refusal refusal = load_start(&load, server, (struct word){path, strlen(path)}, reason);
    enum file_state state = FILE_RUNNING;

    while (!refusal && state == FILE_RUNNING)
        state = load_turn(&load, &refusal, reason);
    if (refusal)
        fprintf(stderr, "bench-apply: %s\n", reason);
    load_finish(&load);
    return refusal ? -1 : 0;
}

static void serve_on(struct apply *apply, struct loop *loop, int listener)
{
    struct serve serve;
    bool busy = true;

    if (serve_open(&serve, loop, &apply->server, &apply->console, listener))
        return;
    while (!apply->console.ended && loop_wait(loop, busy ? 0 : -1) == 0) {
        busy = console_turn(&apply->console);
        busy |= apply_slice(apply);
        server_idle(&apply->server);
        busy |= serve_turn(&serve);
    }
    serve_close(&serve);
}

int main(int argc, char **argv)
{
    static struct apply apply;
    struct loop *loop = loop_create(LOOP_EPOLL);
    struct uds_listener listener;
    char reason[512] = "";

    if (argc != 4 || !loop || server_init(&apply.server, 1, JOURNAL) ||
        console_open(&apply.console, loop, on_lines, &apply) || read_updates(&apply, argv[3]) ||
        load_table(&apply.server, argv[2]) ||
        uds_listen(&listener, argv[1], reason, sizeof(reason))) {
        fprintf(stderr, "bench-apply: SOCKET TABLE UPDATES are expected %s\n", reason);
        return EXIT_FAILURE;
    }
    console_notice(&apply.console, "ready %s", argv[1]);
    serve_on(&apply, loop, listener.fd);
    console_close(&apply.console);
    server_finish(&apply.server);
    free(apply.updates);
    uds_close(&listener);
    loop_destroy(loop);
    return EXIT_SUCCESS;
}
