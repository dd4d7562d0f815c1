/* SPDX-License-Identifier: MIT
 *
 * What a program under test is doing, or did last: evidence for a report of what it did not do.
 * Source: proc_pid_stat(5), proc_pid_syscall(5).
 */
#ifndef HARNESS_DOING_H
#define HARNESS_DOING_H

#include "actor.h"

/* Notes a line that the actor was told; printed: that it has printed itself. */
void doing_note(struct actor *a, const char *line, size_t len, bool printed);

/* What it printed last, also an unfinished line; "" for nothing since it was told something. */
const char *doing_last(const struct actor *a);

/* How it ended, and what it did before: "signal 13 (SIGPIPE: Broken pipe), after it was told "4"";
 * of one that ended, the caller's. */
char *doing_describe_end(const struct actor *a);

/* " in poll(2)", the call in which it sleeps now, or "" if the kernel does not tell; NULL if it
 * does not sleep. The caller's. */
char *doing_name_sleep(const struct actor *a);
/* Whether it does nothing but wait for a line on its standard input: it has one thread. */
bool doing_awaits_line(const struct actor *a);
/* Whether it has printed something, and waits for more than a second now. */
bool doing_waits(const struct actor *a);

/* What it does at this moment where that explains why nothing comes of it, such as "; S is stopped
 * by a signal"; "" where it only waits. The caller's. */
char *doing_describe_now(const struct world *w);
/* Whether some process of the IUT is stopped, and not by the scenario: then it is not for others
 * that nothing comes. */
bool doing_is_stopped(const struct world *w);
/* Which process still holds what an actor printed to, such as "process 17 (tail)"; the caller's. */
char *doing_name_holder(const struct actor *a);
/* "process 17 (tail)", the caller's. */
char *doing_name(long pid);
/* Adds a line on each process of the IUT to the details of the failure. */
void doing_tell(struct world *w);

#endif
