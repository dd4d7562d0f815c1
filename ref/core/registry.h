/* SPDX-License-Identifier: MIT
 *
 * Who is signalled: each connection may hold a handle of the process at its other end, through
 * which a signal hits that process or nobody, whoever has got its number since (S9, REG-2). The
 * key is the connection (REG-6). The kernel is reached through the functions below.
 */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

struct peer;

/* What the registry needs of the kernel. Without functions nobody is registered. */
struct registrar {
    void *arg;
    /* A handle of the process that connected, which the socket itself gives. -1 with errno:
     * ENOPROTOOPT if this kernel has none to give, any other speaks of this peer. */
    int (*handle_of_peer)(void *arg, struct peer *peer);
    /* A handle of whoever has that number now; -1 with errno. */
    int (*handle_of_number)(void *arg, uint32_t pid);
    /* Whether the other end of the connection is closed. */
    bool (*hung_up)(void *arg, struct peer *peer);
    /* Sends SIGUSR1, or nothing where it is only `asked`: -1 with errno if it cannot be sent. */
    int (*signal)(void *arg, int handle, bool asked);
    /* Gives a handle back; once for each. */
    void (*close)(void *arg, int handle);
    /* Tells how an enrolment went: 0, or the errno of what failed (REG-4). May be NULL. */
    void (*told)(void *arg, struct peer *peer, int error);
};

/* Registers the peer's process; false: there is no handle of it, and it stays unregistered. */
bool registry_enrol(const struct registrar *registrar, struct peer *peer);

/* The peer is signalled no more (REG-5). Harmless if it is not registered. */
void registry_strike(const struct registrar *registrar, struct peer *peer);

/* Whether the signal went out (FLU-4). A dead process is none of its concern: the end of file
 * comes. */
bool registry_signal(const struct registrar *registrar, const struct peer *peer);

#endif
