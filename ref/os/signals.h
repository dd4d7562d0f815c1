/* SPDX-License-Identifier: MIT
 *
 * Signals as events of the loop.
 */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

/* SIGINT and SIGTERM come through a descriptor from now on; SIGPIPE and SIGXFSZ never: the write
 * that fails says why (TRN-12, CON-19). A descriptor, or -1 with errno. */
int signals_open(void);

/* Takes what is pending; the last signal's number, 0 if there was none. */
int signals_take(int fd);

#endif
