/* SPDX-License-Identifier: MIT
 *
 * An agent: a process of its own in the case's pid namespace, with the rights of an actor, that the
 * suite steers over a socket pair. It connects for probes, so that the kernel names it as the peer,
 * and notes every signal that it gets and who sent it. The connections that it made are the
 * suite's: they stay when the agent ends.
 */
#ifndef HARNESS_AGENT_H
#define HARNESS_AGENT_H

#include "world.h"

#include <poll.h>
#include <sys/types.h>

struct agent_news;

struct agent {
    char *name;
    pid_t pid; /* also once it has ended */
    bool ended, expected_to_end;
    int status;       /* of waitpid(2), once it has ended */
    unsigned flushes; /* how often SIGUSR1 was taken; one may stand for several (signal(7)) */
    unsigned noted;   /* how many of these a step has asked for */
    char *surprise;   /* the first signal that was no SIGUSR1, or NULL */
    char *last;       /* the last signal and its sender, or NULL */

    int control; /* -1 once it has ended */
    struct agent_news *answer;
    int answer_fd; /* a descriptor that came with it, or -1 */
};

struct agent_choice {
    bool another_user; /* needs two-uids */
    pid_t pid;         /* needs choose-pid; 0: any */
};

/* Starts one. NULL after world_fail(). */
struct agent *agent_start(struct world *w, const char *name, struct agent_choice choice);
/* Ends it, and frees all. */
void agent_destroy(struct agent *a);

/* Connects to a socket in the agent's name. The connection (the caller's), or -1 with errno; errno
 * is 0 after world_fail(). */
int agent_connect(struct world *w, struct agent *a, const char *path);
/* Makes the agent send a signal; 0, or -1 after world_fail(). */
int agent_send_signal(struct world *w, struct agent *a, pid_t to, int signal);
/* Waits until the agent has told of every signal that was pending when this was called; false once
 * it has ended, or after world_fail(). */
bool agent_catch_up(struct world *w, struct agent *a);
/* Sends it a signal; KILL also waits for its end. */
int agent_kill(struct world *w, struct agent *a, int signal);
/* "signal 9 (Killed)", of one that has ended; the caller's. */
char *agent_describe_end(const struct agent *a);

struct agent *world_agent(struct world *w, const char *name);

/* For world_wait(). */
size_t agent_poll(struct agent *a, struct pollfd *out);
void agent_handle(struct world *w, struct agent *a);

#endif
