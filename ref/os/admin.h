/* SPDX-License-Identifier: MIT
 *
 * The console commands of the server (chapter 7).
 */
#ifndef OS_ADMIN_H
#define OS_ADMIN_H

#include "os/files.h"
#include "os/view.h"

/* How a load has ended, until that can be said: never between the rows of another answer. */
struct outcome {
    bool held;
    enum refusal refusal;
    char reason[REASON_SIZE];
    uint32_t routes, macs;
    uint64_t seq;
};

struct admin {
    struct server *server;
    struct console *console;
    struct view view;
    struct load load;
    struct outcome outcome;
    struct save save;
    bool unasked;       /* the load is no command of the console: nothing there waits for its end */
    const char *loader; /* the queue that asked for it, or NULL */
    uint64_t messages;  /* taken from queues */
    bool console_first; /* a queue's load has ended: now it is the console's turn */
    bool quit, lost;    /* lost: for want of what it was to load at the start */
};

void admin_init(struct admin *admin, struct server *server, struct console *console);
void admin_finish(struct admin *admin);

/* Executes lines of the console: changes of routes together, anything else alone. */
size_t admin_lines(void *arg, const struct word *lines, size_t count);

/* Starts the load of the option `--load`; its outcome is told in a notice. */
void admin_preload(struct admin *admin, struct word path);

/* Executes a message of a queue; its answer goes to the log. The name has to stay. */
void admin_message(struct admin *admin, const char *queue, struct word message);

/* Whether the tables may change now, and the answer be told: not while a save walks them (CON-18),
 * nor before the table of the start is loaded (MQ-18). */
bool admin_takes_messages(struct admin *admin);

/* Moves a load on by one slice; whether there is more to do at once. */
bool admin_turn(struct admin *admin);

/* The program ends: every command that is not answered yet gets its closing line (CON-1). */
void admin_end(struct admin *admin);

#endif
