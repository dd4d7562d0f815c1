/* SPDX-License-Identifier: MIT
 *
 * What a case left behind when all its programs had ended: processes, files, sockets, shared memory
 * objects, message queues.
 */
#ifndef HARNESS_AUDIT_H
#define HARNESS_AUDIT_H

struct world;

/* Fails the case for ROB-7 with the names of all that it finds. Waits a moment for processes that
 * end by themselves. */
void audit_case(struct world *w);

#endif
