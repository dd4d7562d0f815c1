/* SPDX-License-Identifier: MIT
 *
 * A trial of one promise of the platform, in a process of its own that is ended with it: a check
 * need not tidy up descriptors, memory, children, its name or its directory. It returns if the
 * promise was kept; else it is ended by one of the functions below, from children of it too.
 */
#ifndef HARNESS_TRIAL_H
#define HARNESS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/un.h>

struct trial {
    int out;          /* where it tells what it found */
    const char *name; /* "/..." of a queue and an object that are free to use */
    const char *dir;  /* a private directory */
};

/* The promise is not kept, and how. */
_Noreturn void trial_broken(const struct trial *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* It can't be tried here, and why. */
_Noreturn void trial_skip(const struct trial *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A limit that was found. */
void trial_note(const struct trial *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Broken unless it holds. */
#define KEEP(t, held, ...) ((held) ? (void)0 : trial_broken(t, __VA_ARGS__))
/* A call that has to work; its value, an int. */
#define CALL(t, call) trial_call(t, #call, (long)(call))
/* A call that has to fail with that errno. */
#define FAILS(t, error, call) trial_fails(t, #call, error, (long)(call))
/* A call that has to block: it is interrupted by a timer, again and again until it returns. */
#define BLOCKS(t, call) (trial_interrupt(true), trial_blocked(t, #call, (long)(call)))

int trial_call(const struct trial *t, const char *text, long result);
void trial_fails(const struct trial *t, const char *text, int error, long result);
void trial_interrupt(bool on);
void trial_blocked(const struct trial *t, const char *text, long result);

/* A child that runs this and ends with status 0. */
pid_t trial_fork(const struct trial *t, void (*run)(const struct trial *t, void *of), void *of);
/* Waits for the end of a child; the status of waitpid(2). */
int trial_wait(const struct trial *t, pid_t pid);
/* The same; the trial ends unless the child ended with status 0. */
void trial_join(const struct trial *t, pid_t pid);
/* Waits for a child that a signal has to end. */
void trial_ended_by(const struct trial *t, pid_t pid, int signal);
/* One process says that it came so far, and another one waits for it, over a pipe of theirs. */
void trial_tell(const struct trial *t, const int pipes[2]);
void trial_told(const struct trial *t, const int pipes[2]);

/* Writes, in odd pieces, or reads so many bytes of a pattern that starts with seed. */
void trial_write(const struct trial *t, int fd, size_t len, unsigned seed);
void trial_read(const struct trial *t, int fd, size_t len, unsigned seed);
/* Sends them one way while the other end is read: whole, once, in order. */
void trial_carry(const struct trial *t, int from, int to);

/* Calls this handler for the signal, with these flags of sigaction(2). */
void trial_catch(const struct trial *t, int signal, void (*handler)(int signal), int flags);
void trial_block(const struct trial *t, int signal);
/* A Unix stream socket that listens in the private directory, and a connection to it. */
int trial_listen(const struct trial *t, int backlog);
int trial_connect(const struct trial *t);
/* A new message queue of the trial's name, which has to be free. */
int trial_queue(const struct trial *t, long most, long bytes, int flags, mode_t mode);
/* The address of that socket. */
struct sockaddr_un trial_address(const struct trial *t);
/* What children do: wait until a signal ends them, or write a byte into the descriptor *of. */
void trial_pause(const struct trial *t, void *of);
void trial_poke(const struct trial *t, void *of);
/* Opens a pseudo-terminal, its two ends. */
void trial_terminal(const struct trial *t, int *outer, int *inner);

#endif
