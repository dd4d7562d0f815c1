/* SPDX-License-Identifier: MIT
 *
 * What the server tells of itself on its console: who is connected, and its counters.
 */
#ifndef OS_SURVEY_H
#define OS_SURVEY_H

#include "core/server.h"
#include "os/console.h"

/* Each answers its command whole: rows, then the closing line. */
void survey_clients(struct console *console, const struct server *server);
void survey_counters(struct console *console, const struct server *server, uint64_t messages);

#endif
