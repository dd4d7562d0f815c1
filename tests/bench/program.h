/* SPDX-License-Identifier: MIT
 *
 * A program under measurement and its console.
 */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct program {
    pid_t pid;   /* 0: not running */
    int in, out; /* of its console */
    size_t held; /* bytes of `text` that are read but not looked at */
    char text[4096];
};

/* Starts it with pipes for its console and waits for nothing. `pinned`: on the sender's processor.
 * All return -1 after bench_fail(). */
int program_start(struct program *program, bool pinned, const char *const *arguments);

/* A reference server at `socket`, ready. */
int program_start_server(struct program *program, const char *socket, bool pinned);

/* Writes a line; waits for the line that begins with `start` and copies it, unless `line` is NULL.
 * A refusal is a failure. */
int program_say(struct program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int program_write(struct program *program, const char *text, size_t size);
int program_await(struct program *program, const char *start, char line[256]);

/* A value "NAME: 123 kB" of /proc/PID/status, in bytes; its processor time in seconds. */
int program_status(const struct program *program, const char *name, double *bytes);
int program_cpu(const struct program *program, double *seconds);

/* Ends it, by force if need be; harmless if it does not run. */
void program_stop(struct program *program);

#endif
