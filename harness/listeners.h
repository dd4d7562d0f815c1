/* SPDX-License-Identifier: MIT
 *
 * The Unix sockets at which somebody listens, as proc_net_unix(5) has them.
 */
#ifndef HARNESS_LISTENERS_H
#define HARNESS_LISTENERS_H

/* Their names, with commas between them, or "none"; the caller's. In a network namespace of its own
 * these are those of the case, else of the whole machine. */
char *listeners_list(void);

#endif
