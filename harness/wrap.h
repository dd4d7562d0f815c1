/* SPDX-License-Identifier: MIT
 *
 * A wrapper: a command that the processes of the IUT are started under, such as a memory checker.
 * It becomes the program by exec, so that pid, signals and descriptors are the program's own. In
 * its words {log} stands for a path of this process alone: what was written there, or to a file
 * whose name begins like that, is a finding of the case (ROB-10).
 */
#ifndef HARNESS_WRAP_H
#define HARNESS_WRAP_H

#include "world.h"

/* Descriptors that a wrapper may use for itself beyond those that the program may have. */
#define WRAP_DESCRIPTORS 64

/* The words of a command, NULL at the end (the caller's); NULL after a complaint that names the
 * option. */
char **wrap_parse(const char *option, const char *command, struct diag *d);

/* Counts a start, and gives the path of its {log}: the caller's. */
char *wrap_begin(struct world *w, const char *actor);
/* Counts an end with this status of waitpid(2): one that was killed could not tell of leaks. */
void wrap_end(struct world *w, int status);

/* A step expected a signal to end the actor: what its last log says of that is no finding, and the
 * end no evidence either. */
void wrap_excuse(struct world *w, const char *actor);

/* Whether a file of the private directory, by its name, is such a log; none is without a wrapper.
 */
bool wrap_is_log(const struct world *w, const char *name);
/* Reads the logs. The first error in each becomes a finding. */
void wrap_collect(struct world *w);

#endif
