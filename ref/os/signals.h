/* SPDX-License-Identifier: MIT
 *
 * Signals as events of the loop.
 */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include <stdbool.h>

enum signals_event { SIGNALS_END = 1, SIGNALS_FLUSH = 2 };

/* SIGINT and SIGTERM come through a descriptor from now on, and where it is `flushed` so does
 * SIGUSR1 (REG-7), which is ignored elsewhere; SIGPIPE and SIGXFSZ never come: the write that fails
 * says why (TRN-12, CON-19). A descriptor, or -1 with errno. */
int signals_open(bool flushed);
/* What to do, by errno, where that fails. */
const char *signals_advice(void);

/* Takes what is pending: bits of signals_event. */
unsigned signals_take(int fd);

#endif
