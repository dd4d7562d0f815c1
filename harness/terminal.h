/* SPDX-License-Identifier: MIT
 *
 * A pseudo-terminal as a program's console: for those whose output is held back on a pipe, or who
 * write it there in another way. It is wide, it does not echo and adds no carriage returns, and
 * what a program sends to paint it is taken out of what is read. Sources: pty(7), termios(3),
 * ECMA-48.
 */
#ifndef HARNESS_TERMINAL_H
#define HARNESS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where in an escape sequence the output stands. All zero at the start. */
enum escaping { PLAIN, ESCAPED, CONTROL, STRING, STRING_ESCAPED, CHARSET };

/* Opens one; both ends are the caller's, close-on-exec. who may open it by its name. -1 with errno.
 */
int terminal_open(int *master, int *slave, uid_t who);
/* In the child, the leader of a session: makes it its controlling terminal. -1 with errno. */
int terminal_adopt(int slave);
/* Bytes that were written to the master and not read by the program, as far as can be known. */
int terminal_unread(int master);

/* Takes escape sequences, carriage returns and other controls out of what was read; tabs and line
 * ends stay. Returns the new length. */
size_t terminal_clean(enum escaping *state, char *data, size_t len);

#endif
