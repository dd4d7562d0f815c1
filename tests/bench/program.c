/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PATIENCE_MS = 60000, STOP_MS = 5000, PIPE_BYTES = 1024 * 1024 };

static void become(const int in[2], const int out[2], bool pinned, const char *const *arguments)
{
    if (pinned)
        bench_pin_sender();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execv(arguments[0], (char *const *)(const void *)arguments);
    fprintf(stderr, "%s: %s; build it with make\n", arguments[0], strerror(errno));
    _exit(127);
}

int program_start(struct program *program, bool pinned, const char *const *arguments)
{
    int in[2], out[2];

    *program = (struct program){0};
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return bench_fail("pipe: %s", strerror(errno));
    fcntl(in[1], F_SETPIPE_SZ, PIPE_BYTES);
    program->pid = vfork();
    if (program->pid == 0)
        become(in, out, pinned, arguments);
    close(in[0]);
    close(out[1]);
    program->in = in[1];
    program->out = out[0];
    return program->pid > 0 ? 0 : bench_fail("vfork: %s", strerror(errno));
}

int program_start_server(struct program *program, const char *socket, bool pinned)
{
    const char *const arguments[] = {bench_program("rtm-server"), "--socket", socket, NULL};

    return program_start(program, pinned, arguments) ? -1 : program_await(program, "# ready", NULL);
}

int program_write(struct program *program, const char *text, size_t size)
{
    if (write(program->in, text, size) != (ssize_t)size)
        return bench_fail("cannot write \"%.40s\": %s", text, strerror(errno));
    return 0;
}

int program_say(struct program *program, const char *format, ...)
{
    char line[1024];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    line[size++] = '\n';
    return program_write(program, line, (size_t)size);
}

/* Takes a line out of what is held; NULL: none is whole. It is valid until the next read. */
static char *next_line(struct program *program, size_t *start)
{
    char *line = program->text + *start;
    char *end = memchr(line, '\n', program->held - *start);

    if (!end)
        return NULL;
    *end = 0;
    *start = (size_t)(end + 1 - program->text);
    return line;
}

static int read_more(struct program *program, const char *awaited)
{
    struct pollfd poll_out = {.fd = program->out, .events = POLLIN};
    ssize_t got = -1;

    if (program->held == sizeof(program->text))
        return bench_fail("a line without end while \"%s\" was awaited", awaited);
    if (poll(&poll_out, 1, PATIENCE_MS) == 1)
        got = read(program->out, program->text + program->held,
                   sizeof(program->text) - program->held);
    if (got <= 0)
        return bench_fail("%s while \"%s\" was awaited", got ? "silence" : "the program ended",
                          awaited);
    program->held += (size_t)got;
    return 0;
}

int program_await(struct program *program, const char *awaited, char copy[256])
{
    for (;;) {
        size_t start = 0;
        char *line;
        bool found = false;

        while (!found && (line = next_line(program, &start))) {
            if (strncmp(line, "error:", 6) == 0)
                return bench_fail("\"%s\" was awaited, got \"%s\"", awaited, line);
            found = strncmp(line, awaited, strlen(awaited)) == 0;
            if (found && copy)
                snprintf(copy, 256, "%.255s", line);
        }
        memmove(program->text, program->text + start, program->held - start);
        program->held -= start;
        if (found)
            return 0;
        if (read_more(program, awaited))
            return -1;
    }
}

int program_status(const struct program *program, const char *name, double *bytes)
{
    char path[64], line[256];
    FILE *file;
    size_t size = strlen(name);

    snprintf(path, sizeof(path), "/proc/%d/status", (int)program->pid);
    file = fopen(path, "r");
    *bytes = -1;
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, name, size) == 0 && sscanf(line + size, ": %lf", bytes) == 1)
            *bytes *= 1024;
    if (file)
        fclose(file);
    return *bytes >= 0 ? 0 : bench_fail("%s: no %s", path, name);
}

int program_cpu(const struct program *program, double *seconds)
{
    char path[64];
    FILE *file;
    int found = 0;

    snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)program->pid);
    file = fopen(path, "r");
    if (file) {
        found = fscanf(file, "%lf", seconds);
        fclose(file);
    }
    *seconds /= 1e9;
    return found == 1 ? 0 : bench_fail("%s: no time in it", path);
}

void program_stop(struct program *program)
{
    struct pollfd ended = {.events = POLLIN};

    if (program->pid <= 0)
        return;
    close(program->in);
    close(program->out);
    kill(program->pid, SIGTERM);
    ended.fd = pidfd_open(program->pid, 0);
    if (poll(&ended, 1, STOP_MS) != 1)
        kill(program->pid, SIGKILL);
    close(ended.fd);
    waitpid(program->pid, NULL, 0);
    program->pid = 0;
}
